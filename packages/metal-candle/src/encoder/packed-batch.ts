/**
 * A packed batch: sequences laid end to end without padding. Types only.
 *
 * `cuSeqlens` (cumulative sequence lengths) is the field's name: sequence b is tokens cuSeqlens[b] … cuSeqlens[b+1] − 1.
 */
export interface PackedBatch {
  /** B */
  readonly sequences: number;
  /** T = cuSeqlens[B] */
  readonly tokens: number;
  /** i32 [≥ T] */
  readonly inputIds: Int32Array;
  /** i32 [≥ T], or null when all are 0. */
  readonly tokenTypeIds: Int32Array | null;
  /** i32 [≥ B + 1] */
  readonly cuSeqlens: Int32Array;
  /** Longest sequence of the batch, in tokens. */
  readonly longest: number;
  /** i32 [≥ B]: tokens of each sequence that pooling leaves out at its start (prompts with include_prompt: false), or null. */
  readonly poolingSkips: Int32Array | null;
  /** Width of the rows that come back: the first `dimensions` of the head's row, which are normalised where `normalize`. */
  readonly dimensions: number;
  /** L2-normalise the rows. */
  readonly normalize: boolean;
  /**
   * Whether one row per token comes back, the last hidden states before pooling, instead of one per sequence. Then `dimensions` is the hidden
   * size, and `normalize` false.
   */
  readonly perToken?: boolean;
}
