/**
 * MPNet's relative-position buckets: which row of the bias table belongs to a pair of query and key positions.
 *
 * T5's bidirectional scheme (Raffel et al. 2020, as transformers' MPNetEncoder has it): half of the buckets for each direction;
 * within a half, one bucket per distance up to a quarter of all, then logarithmically wider ones up to distance 128.
 */
const largestDistance = 128;

/** The bucket of `distance` = key position − query position, out of `buckets`. */
export function relativePositionBucket(distance: number, buckets: number): number {
  const half = buckets / 2;
  const base = distance > 0 ? half : 0;
  const far = Math.abs(distance);
  const exact = half / 2;
  if (far < exact) return base + far;
  // PyTorch computes this in f32; rounded the same way, so that no distance falls into the next bucket.
  const ratio = Math.fround(
    Math.fround(Math.log(Math.fround(far / exact))) / Math.fround(Math.log(largestDistance / exact)),
  );
  const wide = exact + Math.trunc(Math.fround(ratio * (half - exact)));
  return base + Math.min(wide, half - 1);
}

/** Buckets for all pairs of `length` positions, i32 [length, length] by query, then key. */
export function relativePositionBuckets(length: number, buckets: number): Int32Array {
  const byDistance = Array.from({ length: 2 * length - 1 }, (_, index) =>
    relativePositionBucket(index - (length - 1), buckets),
  );
  const table = new Int32Array(length * length);
  for (let query = 0; query < length; query++) {
    for (let key = 0; key < length; key++) table[query * length + key] = byDistance[key - query + length - 1];
  }
  return table;
}
