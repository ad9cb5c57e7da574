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
  if (files.json.length < smallestCached) return openTokenizerNow(files);
  const cached = await readCachedTokenizer(files.hash);
  const kept = cached === null ? null : sourceOf(cached);
  if (kept !== null) return namingFile(files, () => frame(kept, cached!.json, files));
  const { tokenizer, cacheable } = namingFile(files, (path) => parse(files, path));
  if (cacheable !== null) await writeCachedTokenizer(files.hash, cacheable);
  return tokenizer;
}

/** The same at once, for a caller that cannot wait for a cache. The errors are the same. */
export function openTokenizerNow(files: TokenizerFiles): Tokenizer {
  return namingFile(files, (path) => parse(files, path).tokenizer);
}

/** Whoever reads a part of it knows what is wrong, and not which file it is. */
function namingFile<T>(files: TokenizerFiles, work: (path: string) => T): T {
  const path = files.path ?? "tokenizer.json";
  try {
    return work(path);
  } catch (cause) {
    if (cause instanceof NotATokenizer) {
      throw new ModelFileError(`${path} ${cause.message}. It is not a Hugging Face tokenizer, or it is damaged.`, {
        cause,
      });
    }
    if (cause instanceof UnsupportedModelError) throw new UnsupportedModelError(`${path}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** The tokenizer, and what of it is worth keeping. */
function parse(files: TokenizerFiles, path: string): { tokenizer: Tokenizer; cacheable: CachedTokenizer | null } {
  const json = rebuildTokenizer(readTokenizerJson(parseJson(files.json, path)), files);
  const vocabulary =
    readUnigramVocabulary(json.model) ?? readByteLevelVocabulary(json) ?? readCharacterVocabulary(json);
  const source = vocabulary === null ? null : sourceOf({ json, vocabulary });
  if (source !== null) {
    return { tokenizer: frame(source, json, files), cacheable: { json, vocabulary: vocabulary! } };
  }
  const wordPiece = readWordPieceSettings(json);
  const rest = wordPiece === null ? new GeneralTokenizer(json) : new WordPiece(wordPiece);
  return { tokenizer: frame(rest, json, files), cacheable: null };
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
