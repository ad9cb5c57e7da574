/** WordLevel: a word is a token, or unknown. */
import type { TokenizerJson } from "../../tokenizer-json.ts";
import { largest, readVocabulary, unknownIdOf, type WordModel } from "./vocabulary.ts";

export function readWordLevel(model: TokenizerJson["model"]): WordModel {
  const ids = readVocabulary(model["vocab"]);
  const unknownId = unknownIdOf(model, ids, "<unk>");
  return {
    idOf: (token) => ids.get(token),
    size: ids.size,
    largestId: largest(ids.values()),
    append: (word, out) => void out.push(ids.get(word) ?? unknownId),
  };
}
