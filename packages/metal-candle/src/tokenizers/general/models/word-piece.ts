/** WordPiece: the longest pieces from left to right, or unknown as a whole. The plain form of wordpiece/vocabulary.ts. */
import { notATokenizer } from "../../tokenizer-json.ts";
import type { TokenizerJson } from "../../tokenizer-json.ts";
import { largest, readVocabulary, unknownIdOf, utf8Length, type WordModel } from "./vocabulary.ts";

/** Cutting a word takes its length times that of the longest piece. */
const largestLongestWord = 10_000;

export function readWordPiece(model: TokenizerJson["model"]): WordModel {
  const ids = readVocabulary(model["vocab"]);
  const unknownId = unknownIdOf(model, ids, "[UNK]");
  const prefix = model["continuing_subword_prefix"] ?? "##";
  const longestWord = model["max_input_chars_per_word"] ?? 100;
  if (typeof prefix !== "string" || typeof longestWord !== "number" || longestWord > largestLongestWord) {
    throw notATokenizer(
      `has a WordPiece model with a prefix of another kind or words of more than ${largestLongestWord} characters`,
    );
  }
  let longestPiece = 0;
  for (const token of ids.keys()) longestPiece = Math.max(longestPiece, token.length);
  return {
    idOf: (token) => ids.get(token),
    size: ids.size,
    largestId: largest(ids.values()),
    append(word, out, places) {
      const [before, placesBefore] = [out.length, places?.length ?? 0];
      const unknown = (): void => {
        out.length = before;
        out.push(unknownId);
        if (places === undefined) return;
        places.length = placesBefore;
        places.push(0, utf8Length(word));
      };
      let bytes = 0;
      if (word.length > longestWord && Array.from(word).length > longestWord) {
        unknown();
        return;
      }
      for (let start = 0; start < word.length;) {
        const lead = start === 0 ? "" : prefix;
        let end = Math.min(word.length, start + longestPiece);
        let id: number | undefined;
        for (; end > start; end--) {
          id = ids.get(lead + word.slice(start, end));
          if (id !== undefined) break;
        }
        if (id === undefined) {
          unknown();
          return;
        }
        out.push(id);
        if (places !== undefined) {
          places.push(bytes, (bytes += utf8Length(word.slice(start, end))));
        }
        start = end;
      }
    },
  };
}
