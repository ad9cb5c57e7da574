/** Some of a batch's texts as a batch of their own, and where their rows belong in the whole one's. */
import type { EncoderLimits } from "./encoder.ts";
import type { PackedBatch } from "./packed-batch.ts";

/** @param chosen which texts, in the order in which the new batch has them */
export function someSequences(batch: PackedBatch, chosen: readonly number[]): PackedBatch {
  const { cuSeqlens, inputIds, tokenTypeIds, poolingSkips } = batch;
  const lengthOf = (sequence: number): number => cuSeqlens[sequence + 1] - cuSeqlens[sequence];
  const ends = new Int32Array(chosen.length + 1);
  chosen.forEach((sequence, i) => (ends[i + 1] = ends[i] + lengthOf(sequence)));
  const gathered = (values: Int32Array): Int32Array => {
    const own = new Int32Array(ends.at(-1)!);
    chosen.forEach((sequence, i) => own.set(values.subarray(cuSeqlens[sequence], cuSeqlens[sequence + 1]), ends[i]));
    return own;
  };
  return {
    sequences: chosen.length,
    tokens: ends.at(-1)!,
    inputIds: gathered(inputIds),
    tokenTypeIds: tokenTypeIds && gathered(tokenTypeIds),
    cuSeqlens: ends,
    longest: Math.max(...chosen.map(lengthOf)),
    poolingSkips: poolingSkips && Int32Array.from(chosen, (sequence) => poolingSkips[sequence]),
    dimensions: batch.dimensions,
    normalize: batch.normalize,
    perToken: batch.perToken,
  };
}

/** Puts the rows of `chosen`, as an encoder gave them for `someSequences`, to their places among the whole batch's. */
export function putRows(
  { cuSeqlens, perToken }: PackedBatch,
  chosen: readonly number[],
  rows: Float32Array,
  stride: number,
  whole: Float32Array,
): void {
  let from = 0;
  for (const sequence of chosen) {
    const [first, count] = perToken
      ? [cuSeqlens[sequence], cuSeqlens[sequence + 1] - cuSeqlens[sequence]]
      : [sequence, 1];
    whole.set(rows.subarray(from * stride, (from + count) * stride), first * stride);
    from += count;
  }
}

/** Texts of a batch in groups that an encoder of these limits takes. */
export function groupsWithin(
  { cuSeqlens, perToken }: PackedBatch,
  chosen: readonly number[],
  { tokenBudget, perTokenBudget, maxSequences }: EncoderLimits,
): number[][] {
  const most = perToken ? perTokenBudget : tokenBudget;
  const groups: number[][] = [];
  let tokens = Infinity;
  for (const sequence of chosen) {
    const length = cuSeqlens[sequence + 1] - cuSeqlens[sequence];
    if (tokens + length > most || groups.at(-1)!.length >= maxSequences) {
      groups.push([]);
      tokens = 0;
    }
    groups.at(-1)!.push(sequence);
    tokens += length;
  }
  return groups;
}
