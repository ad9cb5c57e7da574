/** Unigram: the best segmentation (unigram/viterbi.ts); characters that are not a piece are unknown, or their bytes with byte_fallback. */
import { UnsupportedModelError } from "../../../errors.ts";
import { notATokenizer } from "../../tokenizer-json.ts";
import type { TokenizerJson } from "../../tokenizer-json.ts";
import { byteTokens, readUnigramVocabulary } from "../../unigram/settings.ts";
import { Viterbi } from "../../unigram/viterbi.ts";
import { utf8Length, type WordModel } from "./vocabulary.ts";

export function readUnigram(model: TokenizerJson["model"]): WordModel {
  const vocabulary = readUnigramVocabulary(model);
  const unknownId = model["unk_id"];
  if (vocabulary === null) throw notATokenizer("has a Unigram model whose vocabulary is not a list of pieces");
  const { trie, scores } = vocabulary;
  if (typeof unknownId !== "number" || !(unknownId in scores)) {
    throw new UnsupportedModelError(
      "The tokenizer's Unigram model has no token for unknown characters (unk_id), which is not supported.",
    );
  }
  const idOf = (piece: string): number | undefined => trie.idOf(piece);
  const viterbi = new Viterbi(trie, scores, unknownId, model["byte_fallback"] === true ? byteTokens(idOf) : null);
  return {
    idOf,
    size: scores.length,
    largestId: scores.length - 1,
    append(word, out, places) {
      const units = Uint16Array.from({ length: word.length }, (_, i) => word.charCodeAt(i));
      const ends: number[] | undefined = places && [];
      const count = viterbi.segment(units, 0, units.length, ends);
      for (let i = count - 1; i >= 0; i--) out.push(viterbi.ids[i]!);
      if (places === undefined || ends === undefined) return;
      // The bytes of an unknown run all stand where the run does.
      let [start, last, bytes] = [0, 0, 0];
      for (const end of ends.toReversed()) {
        if (end !== last) [start, last, bytes] = [bytes, end, bytes + utf8Length(word.slice(last, end))];
        places.push(start, bytes);
      }
    },
  };
}
