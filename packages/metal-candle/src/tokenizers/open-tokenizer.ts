/**
 * tokenizer.json -> Tokenizer: chooses the implementation. The only door of this folder for the rest of the engine.
 */
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { TokenizerFiles } from "../models/description.ts";
import { readCachedTokenizer, smallestCached, writeCachedTokenizer, type CachedTokenizer } from "./binary-cache.ts";
import { ByteLevelBpe } from "./byte-level-bpe/byte-level-bpe.ts";
import { readByteLevelSettings, readByteLevelVocabulary } from "./byte-level-bpe/settings.ts";
import { CharacterBpe } from "./character-bpe/character-bpe.ts";
import { readCharacterSettings, readCharacterVocabulary } from "./character-bpe/settings.ts";
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
 * Large Unigram and BPE tokenizers are kept in our cache under `files.hash`, and read from there the next time.
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
  const kept = cached === null ? null : sourceOf(cached);
  if (kept !== null) return frame(kept, cached!.json, files);
  const json = rebuildTokenizer(readTokenizerJson(parseJson(files.json, path)), files);
  const vocabulary =
    readUnigramVocabulary(json.model) ?? readByteLevelVocabulary(json) ?? readCharacterVocabulary(json);
  const source = vocabulary === null ? null : sourceOf({ json, vocabulary });
  if (source !== null) {
    if (cacheable) await writeCachedTokenizer(files.hash, { json, vocabulary: vocabulary! });
    return frame(source, json, files);
  }
  const wordPiece = readWordPieceSettings(json);
  return frame(wordPiece === null ? new GeneralTokenizer(json) : new WordPiece(wordPiece), json, files);
}

/** The fast path for a vocabulary, or null where the settings around it are none of those that it knows. */
function sourceOf({ json, vocabulary }: CachedTokenizer): TokenSource | null {
  switch (vocabulary.kind) {
    case "unigram": {
      const settings = readUnigramSettings(json, vocabulary);
      return settings === null ? null : new Unigram(settings);
    }
    case "byte-level":
      return new ByteLevelBpe(readByteLevelSettings(json, vocabulary));
    case "characters":
      return new CharacterBpe(readCharacterSettings(json, vocabulary));
  }
}

function frame(source: TokenSource, json: TokenizerJson, files: TokenizerFiles): Tokenizer {
  const postProcessor = files.withoutSpecialTokens === true ? null : json.postProcessor;
  return new FramedTokenizer(source, readFrame(postProcessor), json);
}
