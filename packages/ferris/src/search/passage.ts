/**
 * Reading on from a result: lines of a document as the index holds them, so that it works for every format and shows the
 * version that was searched, not whatever is in the file by now.
 */
import type { Staleness } from "../staleness.ts";
import type { LineBasis, StoredChunk, StoreReader } from "../store/store.ts";
import { linesOfChunk, type PassageLine } from "./lines.ts";

/** Lines of one document that follow one another. */
export interface DocumentPassage {
  readonly path: string;
  readonly type: string;
  readonly title: string | null;
  /** What the numbers count: see LineBasis. */
  readonly lineBasis: LineBasis;
  /** Of the chunk with the first line. */
  readonly headingPath: readonly string[];
  /**
   * Blank ones too; empty where the document has nothing at these lines. Of markup, such as HTML or JSON, only lines with text
   * that was taken out of it.
   */
  readonly lines: readonly PassageLine[];
  /** The last line of the document that the index knows. */
  readonly lastLine: number;
  /** Whether its file says something else by now, or is gone; null: neither. Undefined where nobody looked. */
  readonly stale?: Staleness | null;
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
  const chunks = await store.chunksOf(chunk.documentId);
  return range ? passageOf(chunks, range) : passage(linesOfChunk(chunk), chunk, chunks);
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

/** Null for a document without chunks. */
function passageOf(chunks: readonly StoredChunk[], { from, count }: LineRange): DocumentPassage | null {
  const lines = linesBetween(chunks, from, from + count - 1);
  const start = lines[0]?.number ?? from;
  const first = chunks.find(({ endLine }) => endLine >= start) ?? chunks.at(-1);
  return first ? passage(lines, first, chunks) : null;
}

function passage(lines: readonly PassageLine[], chunk: StoredChunk, chunks: readonly StoredChunk[]): DocumentPassage {
  const { path, type, title, lineBasis, headingPath } = chunk;
  const lastLine = chunks.reduce((last, { endLine }) => Math.max(last, endLine), chunk.endLine);
  return { path, type, title, lineBasis, headingPath, lines, lastLine };
}

/**
 * Lines `from` to `to`. A long line may have been cut into several chunks: its pieces are put together again. Blank lines between
 * chunks that are slices of the file, and before the first, are in none of them and are put back; between others there is markup.
 */
function linesBetween(chunks: readonly StoredChunk[], from: number, to: number): PassageLine[] {
  const lines: PassageLine[] = [];
  let before = 0;
  for (const chunk of chunks) {
    const isSlice = chunk.lineRuns === null;
    // Within the range alone: a file may be millions of blank lines with a word at its end.
    const blankUntil = isSlice ? Math.min(chunk.startLine - 1, to) : 0;
    for (let number = Math.max(before + 1, from); number <= blankUntil; number++) lines.push({ number, text: "" });
    before = chunk.endLine;
    if (chunk.endLine < from || chunk.startLine > to) continue;
    for (const line of linesOfChunk(chunk)) {
      if (line.number < from || line.number > to) continue;
      const last = lines.at(-1);
      if (isSlice && last?.number === line.number) {
        lines[lines.length - 1] = { ...last, text: `${last.text} ${line.text}` };
      } else lines.push(line);
    }
  }
  return lines;
}
