/** What every attention kernel is compiled for. Types only. */
import type { StorageType } from "../../wgsl/storage.ts";

export interface AttentionShape {
  readonly storage: StorageType;
  readonly heads: number;
  /** As heads lie in memory (attention-heads.ts): a multiple of 4. */
  readonly headSize: number;
  /** What scores are multiplied by: 1 / √(the model's head size). */
  readonly scale: number;
  /** Elements between rows of the fused Q|K|V matrix. */
  readonly qkvStride: number;
  /** Elements between rows of the context matrix. */
  readonly contextStride: number;
  /** Longest sequence, in tokens. */
  readonly longest: number;
  /** Relative-position bias (MPNet): number of buckets, or null. */
  readonly relativePositionBuckets: number | null;
}
