/**
 * The check of every row's trailer: are these rows this batch's, and finite? (finished-row.ts writes it, batch-layout.ts says where.)
 *
 * Three words per row are compared, not its values: 5 µs for 1,000 rows, where a loop over finite values and norms takes 300.
 */
import { trailerWords } from "../wgsl/batch-layout.ts";

/**
 * What trailers say of a batch. "foreign": a row is another batch's, or of none. "not-finite": this batch's last kernel ran, and a row holds
 * NaN or infinity. "overflow": values of some rows had to be clamped to f16's range, so those are not the model's; the others are.
 */
export type TrailerVerdict = "ours" | "foreign" | "overflow" | "not-finite";

/**
 * "ours" when every row carries this batch's nonce, a finite squared norm, and no flag.
 * @param words the output buffer as it was mapped, u32 [count * stride]
 * @param stride words of a row, its trailer last
 */
export function readTrailers(words: Uint32Array, count: number, stride: number, nonce: number): TrailerVerdict {
  let wrong = 0;
  let infinite = 0;
  let flags = 0;
  for (let row = stride - trailerWords, last = count * stride; row < last; row += stride) {
    // An exponent of all ones is infinity or NaN. What becomes of clamped values is nobody's.
    infinite |= (words[row] & 0x7f800000) === 0x7f800000 && words[row + 2] === 0 ? 1 : 0;
    wrong |= words[row + 1] ^ nonce;
    flags |= words[row + 2];
  }
  if (wrong !== 0) return "foreign";
  if (infinite !== 0) return "not-finite";
  return flags === 0 ? "ours" : "overflow";
}

/** Whether a value of this row's text was clamped. */
export function isClamped(words: Uint32Array, row: number, stride: number): boolean {
  return words[(row + 1) * stride - 1] !== 0;
}
