/** Tokenizers as tests want them: lists in, lists out. */
import type { Tokenizer } from "../../../src/tokenizers/tokenizer.ts";

export function encodeAll(tokenizer: Tokenizer, texts: readonly string[], maxLength = 1 << 14): number[][] {
  const ids = new Int32Array(maxLength);
  return texts.map((text) => Array.from(ids.subarray(0, tokenizer.encode(text, ids, 0, maxLength))));
}
