/**
 * tokenizer.json -> Tokenizer: chooses the implementation. The only door of this folder for the rest of the engine.
 */
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { TokenizerFiles } from "../models/description.ts";
import { readCachedTokenizer, smallestCached, writeCachedTokenizer } from "./binary-cache.ts";
import { ByteLevelBpe } from "./byte-level-bpe/byte-level-bpe.ts";
import { readByteLevelSettings } from "./byte-level-bpe/settings.ts";
import { FramedTokenizer } from "./framed-tokenizer.ts";
import { readFrame } from "./frame.ts";
import { GeneralTokenizer } from "./general/general.ts";
import { rebuildTokenizer } from "./classes/rebuild.ts";
import type { TokenSource } from "./token-source.ts";
import { NotATokenizer, readTokenizerJson } from "./tokenizer-json.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readUnigramSettings, readUnigramVocabulary } from "./unigram/settings.ts";
import { Unigram } from "./unigram/unigram.ts";
import { readWordPieceSettings } from "./wordpiece/settings.ts";
import { WordPiece } from "./wordpiece/wordpiece.ts";

/**
 * Opens the tokenizer of a model. Truncation and padding that tokenizer.json asks for are ignored: `maxLength` is the caller's.
 * Large Unigram tokenizers are kept in our cache under `files.hash`, and read from there the next time.
 *
 * @throws ModelFileError when the file is not a tokenizer.
 * @throws UnsupportedModelError when it has a part that we do not run.
 */
export async function openTokenizer(files: TokenizerFiles): Promise<Tokenizer> {
  const path = files.path ?? "tokenizer.json";
  try {
    return await open(files, path);
  } catch (cause) {
    // Whoever reads a part of it knows what is wrong, and not which file it is.
    if (cause instanceof NotATokenizer) {
      throw new ModelFileError(`${path} ${cause.message}. It is not a Hugging Face tokenizer, or it is damaged.`, {
        cause,
      });
    }
    if (cause instanceof UnsupportedModelError) throw new UnsupportedModelError(`${path}: ${cause.message}`, { cause });
    throw cause;
  }
}

async function open(files: TokenizerFiles, path: string): Promise<Tokenizer> {
  const cacheable = files.json.length >= smallestCached;
  const cached = cacheable ? await readCachedTokenizer(files.hash) : null;
  if (cached !== null) {
    const settings = readUnigramSettings(cached.json, cached.vocabulary);
    if (settings !== null) return frame(new Unigram(settings), cached.json);
  }
  const json = rebuildTokenizer(readTokenizerJson(parseJson(files.json, path)), files);
  const vocabulary = readUnigramVocabulary(json.model);
  const unigram = vocabulary === null ? null : readUnigramSettings(json, vocabulary);
  if (unigram !== null) {
    if (cacheable) await writeCachedTokenizer(files.hash, { json, vocabulary: unigram.vocabulary });
    return frame(new Unigram(unigram), json);
  }
  const wordPiece = readWordPieceSettings(json);
  if (wordPiece !== null) return frame(new WordPiece(wordPiece), json);
  const byteLevel = readByteLevelSettings(json);
  return frame(byteLevel === null ? new GeneralTokenizer(json) : new ByteLevelBpe(byteLevel), json);
}

function frame(source: TokenSource, json: TokenizerJson): Tokenizer {
  return new FramedTokenizer(source, readFrame(json.postProcessor), json);
}
