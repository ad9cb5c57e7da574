/**
 * What every encoder means and takes: the whole engine below the tokenizer. Types only; `gpu/` and `cpu/` implement it, and nothing above
 * knows which of them runs.
 */
import type { PackedBatch } from "./packed-batch.ts";
import type { EncoderReport, GpuStats } from "./report.ts";

/** How large a batch an encoder takes, and how large it likes them. */
export interface EncoderLimits {
  /**
   * Most tokens in one batch. Where nothing is padded, never less than the model's maximum length; where rows are padded, padding
   * counts, and a text that is longer is a batch alone.
   */
  readonly tokenBudget: number;
  /** Most tokens in one batch of which every token's row comes back: at most `tokenBudget`, less where reading rows back costs memory. */
  readonly perTokenBudget: number;
  /** Most sequences in one batch. */
  readonly maxSequences: number;
  /** Batches worth having in flight at once. */
  readonly batchesInFlight: number;
  /** How to pad, where rows are padded to the longest of their batch; null where nothing is padded. */
  readonly padding: Padding | null;
}

/** What padding costs, for whoever decides which rows share a batch. */
export interface Padding {
  /** Texts worth sorting by length before batches are cut. */
  readonly sortWindow: number;
  /** What one more batch costs by itself, in tokens. */
  readonly batchOverhead: number;
}

/** Takes a batch's rows while the device's memory is open. */
export type Receive = (rows: Float32Array, stride: number) => void;

export interface Encoder {
  readonly limits: EncoderLimits;
  /** What runs, and what decided its numbers. */
  report(): EncoderReport;
  /** Null where nothing is counted below the batches. */
  stats(): GpuStats | null;
  /**
   * Runs one batch. `receive` is called once, synchronously, with the rows in batch order: row b is
   * rows[b * stride … b * stride + dimensions − 1]; of a `perToken` batch there is one for each token instead. The array is only valid during
   * the call.
   * The batch's arrays must not change until the promise settles: a batch lost with its device runs again.
   */
  encode(batch: PackedBatch, receive: Receive): Promise<void>;
  close(): Promise<void>;
}
