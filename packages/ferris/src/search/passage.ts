/**
 * Reading on from a result: lines of a document as the index holds them, so that it works for every format and shows the
 * version that was searched, not whatever is in the file by now.
 */
import type { StoredChunk, StoreReader } from "../store/store.ts";

export interface PassageLine {
  /** Line of the file, or of the text taken out of it. */
  readonly number: number;
  readonly text: string;
}

export interface DocumentPassage {
  readonly path: string;
  readonly type: string;
  readonly title: string | null;
  /** Of the chunk with the first line. */
  readonly headingPath: readonly string[];
  /** Empty where the document has nothing at these lines. Lines that belong to no chunk (blank ones) are left out. */
  readonly lines: readonly PassageLine[];
  /** The last line of the document that the index knows. */
  readonly lastLine: number;
}

export interface LineRange {
  /** First line, from 1. */
  readonly from: number;
  readonly count: number;
}

/** Lines of the document that holds chunk `chunkId`; those of the chunk unless `range` says others. Null: no such chunk. */
export async function readAround(
  store: StoreReader,
  chunkId: number,
  range?: LineRange,
): Promise<DocumentPassage | null> {
  const [chunk] = await store.chunks([chunkId]);
  if (!chunk) return null;
  const { startLine, endLine } = chunk;
  const own = { from: startLine, count: endLine - startLine + 1 };
  return passageOf(await store.chunksOf(chunk.documentId), range ?? own);
}

/** Lines of the document at an absolute path. Null where the index has no such document. */
export async function readDocument(
  store: StoreReader,
  path: string,
  range: LineRange,
): Promise<DocumentPassage | null> {
  const document = await store.document(path);
  return document && passageOf(await store.chunksOf(document.id), range);
}

/** `text` line by line; text that was taken out of another format may have more lines than the place it came from. */
export function numberLines(text: string, startLine: number, endLine: number): PassageLine[] {
  return text.split(/\r?\n/).map((line, i) => ({ number: Math.min(startLine + i, endLine), text: line }));
}

/** Null for a document without chunks. */
function passageOf(chunks: readonly StoredChunk[], { from, count }: LineRange): DocumentPassage | null {
  const to = from + count - 1;
  const lines = linesOf(chunks).filter(({ number }) => number >= from && number <= to);
  const start = lines[0]?.number ?? from;
  const first = chunks.find(({ endLine }) => endLine >= start) ?? chunks.at(-1);
  if (!first) return null;
  const { path, type, title, headingPath } = first;
  return { path, type, title, headingPath, lines, lastLine: chunks.at(-1)!.endLine };
}

/** A long line may have been cut into several chunks: its pieces are put together again. */
function linesOf(chunks: readonly StoredChunk[]): PassageLine[] {
  const lines: { number: number; text: string }[] = [];
  for (const { text, startLine, endLine } of chunks) {
    for (const { number, text: line } of numberLines(text, startLine, endLine)) {
      const last = lines.at(-1);
      if (last?.number === number) last.text += ` ${line}`;
      else lines.push({ number, text: line });
    }
  }
  return lines;
}
