/**
 * How one file is read and cut: the same parser and chunker that indexing uses, without an index.
 */
import { basename, dirname, resolve } from "node:path";
import { checkChunkerSettings, chunkDocument, defaultChunkerSettings } from "./documents/chunk/chunk.ts";
import type { Chunk, ParsedDocument } from "./documents/document.ts";
import { parseDocument } from "./documents/parse/parse.ts";
import { isBlank, withoutText } from "./documents/parse/without-text.ts";
import { IgnoreRules } from "./documents/walk/ignore-rules.ts";
import { fileLeftOut } from "./documents/walk/left-out.ts";
import { ocrChoice, type OcrSetting } from "./documents/ocr/languages.ts";
import { DocumentError, InputError } from "./errors.ts";
import type { Embedder } from "./indexing/embedder.ts";
import { readRegularFile } from "./files/read-file.ts";
import type { SkipReason } from "./skip-reason.ts";
import { readableName } from "./words/names.ts";

export interface Inspection {
  readonly document: ParsedDocument;
  readonly chunks: readonly Chunk[];
  /** A chunk's most tokens, prompt and special tokens included. */
  readonly maxTokens: number;
  /** Why indexing a folder above would leave the file out all the same; null where it would not. */
  readonly leftOut: SkipReason | null;
}

/** @throws InputError for a file that cannot be read, DocumentError for one that cannot be parsed */
export async function inspectFile(
  file: string,
  embedder: Embedder,
  { maxTokens, ocr }: { readonly maxTokens?: number | undefined; readonly ocr?: OcrSetting | undefined } = {},
): Promise<Inspection> {
  const path = resolve(file);
  const bytes = await readRegularFile(path, { follow: true, mostBytes: 2 ** 31 - 2 }).catch((error: Error) => {
    throw new InputError(`${file} cannot be read: ${error.message}`, { cause: error });
  });
  const settings = maxTokens === undefined ? defaultChunkerSettings(embedder.maxLength) : { maxTokens };
  checkChunkerSettings(settings, embedder.maxLength, embedder.countTokens(""));
  const choice = ocrChoice(ocr);
  const document = await parseDocument(path, bytes, { ocr: choice }).catch((error: DocumentError) => {
    throw new DocumentError(error.reason, `${file}: ${error.message}`, { cause: error });
  });
  const chunks = chunkDocument(document, settings, (text) => embedder.countTokens(text), readableName(path));
  if (chunks.length === 0) {
    const { reason, message } = isBlank(bytes)
      ? { reason: "empty" as const, message: "nothing but white space is in it" }
      : withoutText(document.type);
    throw new DocumentError(reason, `${file}: ${message}`);
  }
  return { document, chunks, maxTokens: settings.maxTokens, leftOut: await leftOutReason(path, Array.isArray(choice)) };
}

/** By the file's name and its folder's ignore rules, which do not count for what is named. */
async function leftOutReason(path: string, withPictures: boolean): Promise<SkipReason | null> {
  const byName = fileLeftOut(basename(path), withPictures);
  if (byName) return byName;
  const rules = await (await IgnoreRules.above(dirname(path))).enter(dirname(path));
  return (await rules.ignores(path, false)) ? "ignored" : null;
}
