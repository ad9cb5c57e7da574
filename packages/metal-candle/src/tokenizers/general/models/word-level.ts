/** WordLevel: a word is a token, or unknown. */
import type { TokenizerJson } from "../../tokenizer-json.ts";
import { largest, readVocabulary, unknownIdOf, utf8Length, type WordModel } from "./vocabulary.ts";

export function readWordLevel(model: TokenizerJson["model"]): WordModel {
  const ids = readVocabulary(model["vocab"]);
  const unknownId = unknownIdOf(model, ids, "<unk>");
  return {
    idOf: (token) => ids.get(token),
    size: ids.size,
    largestId: largest(ids.values()),
    append(word, out, places) {
      out.push(ids.get(word) ?? unknownId);
      places?.push(0, utf8Length(word));
    },
  };
}
