/**
 * Where a text may be cut without a change to its tokens: between two characters that stand side by side in no token that a merge
 * makes, since a merge across the cut would make such a token.
 *
 * A set of pairs of UTF-16 units, as bits by hash: that two pairs share a bit only means a cut less. Bounded, and kept in our cache.
 */
import type { Merges } from "../bpe/merges.ts";

/** 2^21 bits. */
const logarithm = 21;

export type SeamBits = Int32Array<ArrayBuffer>;

export const seamWords = 2 ** (logarithm - 5);

/** @param tokenOf the characters of a token, by id */
export function joinedPairs(merges: Merges, tokenOf: (id: number) => string): SeamBits {
  const bits = new Int32Array(seamWords);
  for (let at = 2; at < merges.length; at += 3) {
    const token = tokenOf(merges[at]!);
    for (let i = 1; i < token.length; i++) {
      const bit = bitOf(token.charCodeAt(i - 1), token.charCodeAt(i));
      bits[bit >>> 5]! |= 1 << (bit & 31);
    }
  }
  return bits;
}

/** Whether a token may hold these two units side by side. */
export function mayJoin(bits: SeamBits, before: number, after: number): boolean {
  const bit = bitOf(before, after);
  return (bits[bit >>> 5]! & (1 << (bit & 31))) !== 0;
}

function bitOf(before: number, after: number): number {
  return Math.imul((before << 16) | after, 0x9e3779b1) >>> (32 - logarithm);
}
