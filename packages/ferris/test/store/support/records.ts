/** Small documents for store tests, and what it takes to put them there. */
import { createHash } from "node:crypto";
import { parseQuery } from "../../../src/search/query/query.ts";
import type { ChunkRecord, DocumentRecord, ModelIdentity, Store, TextQuery } from "../../../src/store/store.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";

export const identity: ModelIdentity = {
  model: "words",
  revision: "1",
  pooling: "mean",
  prompts: { query: "", passage: "" },
  dimensions: 32,
};

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function documentRecord(path: string, more: Partial<DocumentRecord> = {}): DocumentRecord {
  return {
    path,
    type: "text",
    title: null,
    lineBasis: "file",
    fields: null,
    size: 10,
    modifiedTime: 1000.25,
    contentHash: sha256(path),
    recipe: "r",
    ...more,
  };
}

export function chunkRecord(text: string, line = 1, headingPath: readonly string[] = []): ChunkRecord {
  return {
    hash: sha256(JSON.stringify([headingPath, text])),
    text,
    headingPath,
    startLine: line,
    endLine: line,
    startColumn: null,
    endColumn: null,
    lineRuns: null,
    startByte: 0,
    endByte: text.length,
    page: null,
    isOcr: false,
    tokens: text.split(" ").length,
  };
}

/** What full-text search is asked for a query as it is typed. */
export function textQuery(typed: string): TextQuery {
  return typed.trim() === "" ? { any: [], all: [], none: [] } : parseQuery(typed).words;
}

/** Puts one document of these texts, a line each. */
export async function put(
  store: Store,
  path: string,
  texts: readonly (string | ChunkRecord)[],
  more: Partial<DocumentRecord> = {},
): Promise<void> {
  const chunks = texts.map((text, line) => (typeof text === "string" ? chunkRecord(text, line + 1) : text));
  const vectors = new Map(chunks.map((chunk) => [chunk.hash, wordsVector(chunk.text)]));
  await store.putDocuments([{ record: documentRecord(path, more), chunks }], vectors);
}
