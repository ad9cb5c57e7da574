/**
 * How one file is read and cut: the same parser and chunker that indexing uses, without an index.
 */
import { resolve } from "node:path";
import { checkChunkerSettings, chunkDocument, defaultChunkerSettings } from "./documents/chunk/chunk.ts";
import type { Chunk, ParsedDocument } from "./documents/document.ts";
import { parseDocument } from "./documents/parse/parse.ts";
import { DocumentError, InputError } from "./errors.ts";
import type { Embedder } from "./indexing/embedder.ts";
import { readRegularFile } from "./read-file.ts";

export interface Inspection {
  readonly document: ParsedDocument;
  readonly chunks: readonly Chunk[];
  /** A chunk's most tokens, prompt and special tokens included. */
  readonly maxTokens: number;
}

/** @throws InputError for a file that cannot be read, DocumentError for one that cannot be parsed */
export async function inspectFile(file: string, embedder: Embedder, maxTokens?: number): Promise<Inspection> {
  const path = resolve(file);
  const bytes = await readRegularFile(path, { follow: true, mostBytes: 2 ** 31 - 2 }).catch((error: Error) => {
    throw new InputError(`${file} cannot be read: ${error.message}`, { cause: error });
  });
  const settings = maxTokens === undefined ? defaultChunkerSettings(embedder.maxLength) : { maxTokens };
  checkChunkerSettings(settings, embedder.maxLength, embedder.countTokens(""));
  const document = await parseDocument(path, bytes).catch((error: DocumentError) => {
    throw new DocumentError(error.reason, `${file}: ${error.message}`, { cause: error });
  });
  const chunks = chunkDocument(document, settings, (text) => embedder.countTokens(text));
  return { document, chunks, maxTokens: settings.maxTokens };
}
