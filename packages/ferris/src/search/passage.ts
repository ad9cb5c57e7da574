/**
 * Reading on from a result: lines of a document as the index holds them, so that it works for every format and shows the
 * version that was searched, not whatever is in the file by now.
 */
import type { StoredChunk, StoreReader } from "../store/store.ts";

/**
 * Types whose text was taken out of markup and numbered by the file's own lines: what lies between two chunks of these is tags and
 * brackets, which must not be shown as blank lines. Of every other type chunks are slices with nothing but white space between.
 */
const typesInMarkup: ReadonlySet<string> = new Set(["html", "csv", "json", "jsonl", "notebook", "email", "mailbox"]);

/** An index is data from a stranger: it may say that there are a billion lines between two chunks. */
const longestGap = 100_000;

/** A line of a document, with its number. */
export interface PassageLine {
  /** Line of the file, or of the text taken out of it. */
  readonly number: number;
  readonly text: string;
}

/** Lines of one document that follow one another. */
export interface DocumentPassage {
  readonly path: string;
  readonly type: string;
  readonly title: string | null;
  /** Of the chunk with the first line. */
  readonly headingPath: readonly string[];
  /**
   * Blank ones too; empty where the document has nothing at these lines. Of markup, such as HTML or JSON, only lines with text
   * that was taken out of it.
   */
  readonly lines: readonly PassageLine[];
  /** The last line of the document that the index knows. */
  readonly lastLine: number;
}

/** Which lines of a document. */
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

/**
 * The text of chunks that follow one another. Where chunks are slices of their file, line i of the result is line i of the file, counted
 * from the first's; chunks that meet on a line were parted at a space. Chunks out of markup may share lines or overlap, however many
 * lines they have themselves: what stood between them is not known, and a line break stands for it.
 */
export function joinChunks(chunks: readonly StoredChunk[]): string {
  return chunks.reduce((text, chunk, i) => {
    if (i === 0) return chunk.text;
    if (typesInMarkup.has(chunk.type)) return `${text}\n${chunk.text}`;
    const gap = Math.min(Math.max(0, chunk.startLine - chunks[i - 1]!.endLine), longestGap);
    return text + (gap === 0 ? " " : "\n".repeat(gap)) + chunk.text;
  }, "");
}

/** Null for a document without chunks. */
function passageOf(chunks: readonly StoredChunk[], { from, count }: LineRange): DocumentPassage | null {
  const to = from + count - 1;
  const lines = linesOf(chunks, from, to);
  const start = lines[0]?.number ?? from;
  const first = chunks.find(({ endLine }) => endLine >= start) ?? chunks.at(-1);
  if (!first) return null;
  const { path, type, title, headingPath } = first;
  return { path, type, title, headingPath, lines, lastLine: chunks.at(-1)!.endLine };
}

/**
 * Lines `from` to `to`. A long line may have been cut into several chunks: its pieces are put together again. Blank lines between
 * chunks, and before the first, are in none of them and are put back.
 */
function linesOf(chunks: readonly StoredChunk[], from: number, to: number): PassageLine[] {
  const lines: { number: number; text: string }[] = [];
  let before = 0;
  for (const { type, text, startLine, endLine } of chunks) {
    if (!typesInMarkup.has(type)) {
      // Within the range alone: a file may be millions of blank lines with a word at its end.
      const end = Math.min(startLine - 1, to);
      for (let number = Math.max(before + 1, from); number <= end; number++) lines.push({ number, text: "" });
    }
    before = endLine;
    for (const { number, text: line } of numberLines(text, startLine, endLine)) {
      if (number < from || number > to) continue;
      const last = lines.at(-1);
      if (last?.number === number) last.text += ` ${line}`;
      else lines.push({ number, text: line });
    }
  }
  return lines;
}
