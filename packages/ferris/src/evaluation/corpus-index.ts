/**
 * Puts a corpus into an index, each document whole as one chunk: the way published figures are made.
 *
 * The model reads title and text with a space between and cuts them at its maximum length, as sentence-transformers does; the
 * full-text index has the title as the chunk's heading. A corpus that is there already is not embedded again.
 */
import { createHash } from "node:crypto";
import type { Embedder } from "../indexing/embedder.ts";
import type { ChunkRecord, Store } from "../store/store.ts";
import type { CorpusDocument } from "./question-set.ts";

const batchSize = 256;
const folder = "/corpus/";

/** The path that a corpus document has in the index, and back. */
export const corpusPath = (id: string): string => folder + encodeURIComponent(id);
export const isCorpusPath = (path: string): boolean => path.startsWith(folder);
export const corpusId = (path: string): string => decodeURIComponent(path.slice(folder.length));

export interface IndexCorpusOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (documents: number) => void;
}

/** Returns how many documents the corpus has. */
export async function indexCorpus(
  corpus: AsyncIterable<CorpusDocument>,
  store: Store,
  embedder: Embedder,
  { signal, onProgress }: IndexCorpusOptions = {},
): Promise<number> {
  let count = 0;
  let batch: CorpusDocument[] = [];
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted();
    await addBatch(batch, store, embedder, signal);
    count += batch.length;
    batch = [];
    onProgress?.(count);
  };
  for await (const document of corpus) {
    batch.push(document);
    if (batch.length === batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  return count;
}

async function addBatch(
  documents: readonly CorpusDocument[],
  store: Store,
  embedder: Embedder,
  signal?: AbortSignal,
): Promise<void> {
  const prepared: { document: CorpusDocument; hash: string; embeddingText: string }[] = [];
  for (const document of documents) {
    const embeddingText = `${document.title} ${document.text}`.trim();
    const hash = createHash("sha256")
      .update(JSON.stringify([document.title, document.text]))
      .digest("hex");
    const known = await store.document(corpusPath(document.id));
    if (known?.contentHash !== hash) prepared.push({ document, hash, embeddingText });
  }
  const data = await embedder.embed(
    prepared.map(({ embeddingText }) => embeddingText),
    signal,
  );
  const { dimensions } = embedder;
  const vectors = new Map(prepared.map(({ hash }, i) => [hash, data.subarray(i * dimensions, (i + 1) * dimensions)]));
  await store.putDocuments(
    prepared.map(({ document: { id, title, text }, hash, embeddingText }) => {
      const chunk: ChunkRecord = {
        hash,
        text,
        headingPath: title === "" ? [] : [title],
        startLine: 1,
        endLine: 1 + (text.match(/\n/g)?.length ?? 0),
        startColumn: null,
        endColumn: null,
        lineRuns: null,
        startByte: null,
        endByte: null,
        page: null,
        isOcr: false,
        tokens: Math.min(embedder.maxLength, embedder.countTokens(embeddingText)),
      };
      return {
        record: {
          path: corpusPath(id),
          type: "text",
          title: title || null,
          lineBasis: "file",
          fields: null,
          size: Buffer.byteLength(text),
          modifiedTime: 0,
          contentHash: hash,
          recipe: "whole",
        },
        chunks: [chunk],
      };
    }),
    vectors,
  );
}
