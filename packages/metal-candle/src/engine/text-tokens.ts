/** The tokens of one text, counted or listed: what countTokens and tokenIds give, wherever the model runs. */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** The ids of a text, before truncation; without those around the text where `specialTokens` is false. */
export function tokenIdsOf(tokenizer: Tokenizer, text: string, specialTokens: boolean): Int32Array {
  const length = tokenizer.count(text);
  const ids = new Int32Array(length);
  tokenizer.encode(text, ids, 0, length);
  const { leadingSpecialTokens: leading, specialTokens: around } = tokenizer;
  return specialTokens ? ids : ids.slice(leading, length - (around - leading));
}
