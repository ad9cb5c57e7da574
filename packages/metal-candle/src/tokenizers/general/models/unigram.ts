/** Unigram: the best segmentation (unigram/viterbi.ts); characters that are not a piece are unknown, or their bytes with byte_fallback. */
import { UnsupportedModelError } from "../../../errors.ts";
import { notATokenizer } from "../../tokenizer-json.ts";
import type { TokenizerJson } from "../../tokenizer-json.ts";
import { byteTokens, readUnigramVocabulary } from "../../unigram/settings.ts";
import { Viterbi } from "../../unigram/viterbi.ts";
import type { WordModel } from "./vocabulary.ts";

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
    append(word, out) {
      const units = Uint16Array.from({ length: word.length }, (_, i) => word.charCodeAt(i));
      for (let i = viterbi.segment(units, 0, units.length) - 1; i >= 0; i--) out.push(viterbi.ids[i]!);
    },
  };
}
