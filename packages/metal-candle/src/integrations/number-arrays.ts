/** Vectors as frameworks want them: arrays of numbers, a copy of each. */
import type { Embeddings } from "../embeddings.ts";

export function numberArrays(embeddings: Embeddings): number[][] {
  return Array.from(embeddings, (vector) => Array.from(vector));
}
