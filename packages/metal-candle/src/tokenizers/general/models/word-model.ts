/**
 * The four kinds of models, read from tokenizer.json: a word to its ids, exactly as the Rust tokenizers do it, in plain steps.
 */
import { UnsupportedModelError } from "../../../errors.ts";
import type { TokenizerJson } from "../../tokenizer-json.ts";
import { readBpe } from "./bpe.ts";
import { readUnigram } from "./unigram.ts";
import type { WordModel } from "./vocabulary.ts";
import { readWordLevel } from "./word-level.ts";
import { readWordPiece } from "./word-piece.ts";

/** @throws UnsupportedModelError for a model that does not exist; NotATokenizer for one that lacks a part */
export function readWordModel(model: TokenizerJson["model"]): WordModel {
  switch (model.type) {
    case "WordPiece":
      return readWordPiece(model);
    case "WordLevel":
      return readWordLevel(model);
    case "BPE":
      return readBpe(model);
    case "Unigram":
      return readUnigram(model);
    default:
      throw new UnsupportedModelError(
        `The tokenizer's model "${model.type}" is not supported (WordPiece, Unigram, BPE and WordLevel are).`,
      );
  }
}
