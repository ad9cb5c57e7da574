/** Tokenises many texts into one array, which grows as it fills up: nobody knows before how many tokens a text is. */
import type { Tokenizer } from "../tokenizer.ts";
import type { TokenizedBlock } from "./tokenized-block.ts";

/** Tokens that a text has on average, for the first guess. */
const usualLength = 64;

export function encodeBlock(
  tokenizer: Tokenizer,
  texts: readonly string[],
  prompt: string,
  maxLength: number,
): TokenizedBlock {
  let ids = new Int32Array(texts.length * Math.min(usualLength, maxLength) + maxLength);
  const lengths = new Int32Array(texts.length);
  const truncated = new Uint8Array(texts.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    if (end + maxLength > ids.length) {
      const larger = new Int32Array(ids.length * 2 + maxLength);
      larger.set(ids.subarray(0, end));
      ids = larger;
    }
    lengths[index] = tokenizer.encode(prompt === "" ? text : prompt + text, ids, end, maxLength);
    truncated[index] = tokenizer.truncated ? 1 : 0;
    end += lengths[index];
  }
  return { ids: ids.slice(0, end), lengths, truncated };
}
