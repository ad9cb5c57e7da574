/**
 * tokenizer.json -> Tokenizer: chooses the implementation. The only door of this folder for the rest of the engine.
 */
import type { TokenizerFiles } from "../models/description.ts";
import { FramedTokenizer } from "./framed-tokenizer.ts";
import { readFrame } from "./frame.ts";
import { openGeneral } from "./general.ts";
import type { TokenSource } from "./token-source.ts";
import { parseTokenizerJson } from "./tokenizer-json.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readWordPieceSettings } from "./wordpiece/settings.ts";
import { WordPiece } from "./wordpiece/wordpiece.ts";

/**
 * Opens the tokenizer of a model. Truncation and padding that tokenizer.json asks for are ignored: `maxLength` is the caller's.
 *
 * @throws ModelFileError when the file is not a tokenizer.
 * @throws UnsupportedModelError when it has a part that we do not run.
 */
export async function openTokenizer(files: TokenizerFiles): Promise<Tokenizer> {
  const json = parseTokenizerJson(files.json);
  return new FramedTokenizer(openSource(json), readFrame(json.postProcessor));
}

/** The fastest implementation that gives exactly the ids of Hugging Face's own. */
function openSource(json: TokenizerJson): TokenSource {
  const wordPiece = readWordPieceSettings(json);
  if (wordPiece !== null) return new WordPiece(wordPiece);
  return openGeneral(json);
}
