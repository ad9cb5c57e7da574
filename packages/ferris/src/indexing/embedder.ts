/**
 * The narrow view of a model that indexing has: how long texts are, and their vectors.
 *
 * Types only. The command line makes one from metal-candle's EmbeddingModel (with the `passage` prompt); indexing knows
 * neither devices nor prompts, and its tests bring a small deterministic one.
 */
import type { ModelIdentity } from "../store/store.ts";

export interface Embedder {
  readonly identity: ModelIdentity;
  /** Width of a vector. */
  readonly dimensions: number;
  /** The model's maximum length in tokens, prompt and special tokens included. */
  readonly maxLength: number;
  /**
   * Whether embedding is done by the processors that reading and cutting documents need as well: then all documents are made searchable by
   * words before the first is embedded, and else both go on at once.
   */
  readonly usesProcessors: boolean;
  /** How many devices share what one call brings. One unless given. */
  readonly devices?: number | undefined;
  /** How many tokens the model reads for a document's `text`, prompt and special tokens included, without truncation. */
  countTokens(text: string): number;
  /** Vectors of `texts` in their order, row after row: [texts.length * dimensions]. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array>;
}
