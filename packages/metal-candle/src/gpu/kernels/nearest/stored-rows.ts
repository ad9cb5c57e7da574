/** Vectors and queries as the kernels read them: scaled to one length, in f16, padded. Host side only; layout.ts says why so. */
import { floatsToHalves } from "../../../weights/half-float.ts";
import { queryHeader, storedColumns, storedLength } from "./layout.ts";

/** What a search asks for, beside its query. */
export interface QueryWords {
  /** Comes back with the answer, as the proof that it is this query's. */
  readonly nonce: number;
  /** How many of the best are wanted. */
  readonly wanted: number;
  /** Slots in use. */
  readonly slots: number;
  /** Slots that score this much less than the last one wanted are wanted too. */
  readonly within: number;
}

/**
 * Rows as f16 of one length, in whole chunks.
 *
 * @param vectors [rows, dimensions]
 * @returns `halves` [rows, storedColumns], and for each row whether it has a direction: one of zeros, or with a value that is not
 *   finite, is stored as zeros
 */
export function storedRows(
  vectors: Float32Array,
  dimensions: number,
): { halves: Uint16Array<ArrayBuffer>; directed: boolean[] } {
  const columns = storedColumns(dimensions);
  const rows = vectors.length / dimensions;
  const scaled = new Float32Array(rows * columns);
  const directed: boolean[] = [];
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    const scale = storedLength / lengthOf(vector);
    directed.push(Number.isFinite(scale) && scale > 0);
    if (!directed[row]) continue;
    const start = row * columns;
    for (let i = 0; i < dimensions; i++) scaled[start + i] = vector[i] * scale;
  }
  return { halves: floatsToHalves(scaled), directed };
}

/** A query as one upload, or null where it has no direction. */
export function storedQuery(
  query: ArrayLike<number>,
  { nonce, wanted, slots, within }: QueryWords,
): Uint32Array<ArrayBuffer> | null {
  const scale = 1 / (lengthOf(query) * storedLength);
  if (!Number.isFinite(scale) || scale === 0) return null;
  const values = new Float32Array(queryHeader.words + storedColumns(query.length));
  values[queryHeader.within] = within;
  for (let i = 0; i < query.length; i++) values[queryHeader.words + i] = query[i] * scale;
  const words = new Uint32Array(values.buffer);
  words[queryHeader.nonce] = nonce;
  words[queryHeader.wanted] = wanted;
  words[queryHeader.slots] = slots;
  return words;
}

/** In double precision: squares of f32 overflow there. */
function lengthOf(vector: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i];
  return Math.sqrt(squares);
}
