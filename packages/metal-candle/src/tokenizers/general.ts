/**
 * The general path: any tokenizer.json that @huggingface/tokenizers reads, as a TokenSource.
 *
 * It serves what our own exact paths (wordpiece/, unigram/) do not know. It allocates per text and runs at about half a million
 * tokens a second. Only the ids of the text itself come from the library: special tokens, truncation and padding are ours.
 */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { ModelFileError } from "../errors.ts";
import type { TokenSource } from "./token-source.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/**
 * @throws ModelFileError when the library cannot make a tokenizer of it, with its reason.
 */
export function openGeneral(json: TokenizerJson): TokenSource {
  let tokenizer: HuggingFaceTokenizer;
  try {
    tokenizer = new HuggingFaceTokenizer(
      {
        model: json.model,
        added_tokens: json.addedTokens,
        normalizer: json.normalizer,
        pre_tokenizer: json.preTokenizer,
        post_processor: null,
        decoder: null,
      },
      {},
    );
  } catch (cause) {
    throw new ModelFileError(
      `tokenizer.json (model type "${json.model.type}") cannot be used: ${(cause as Error).message}`,
      { cause },
    );
  }
  return {
    path: "general",
    vocabularySize: 1 + largestId(tokenizer),
    write(text, ids, offset, limit) {
      const tokens = tokenizer.encode(text).ids;
      for (let i = 0; i < tokens.length && i < limit; i++) ids[offset + i] = tokens[i]!;
      return tokens.length;
    },
  };
}

function largestId(tokenizer: HuggingFaceTokenizer): number {
  let largest = 0;
  for (const id of tokenizer.get_vocab().values()) largest = Math.max(largest, id);
  return largest;
}
