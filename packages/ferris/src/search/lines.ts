/**
 * Chunks as numbered lines: the text broken where its file breaks it, each line with the number that it has there.
 *
 * A paragraph of HTML is one line of text and may be five of the file; a cell of CSV is five lines of text on as many of the file, or
 * on one. Numbers are never counted up from a start: they are looked up in the chunk's map.
 */
import type { StoredChunk } from "../store/store.ts";

/** A line of a document, with its number. */
export interface PassageLine {
  /** Line of the file, or of the text taken out of it where the file has none. */
  readonly number: number;
  /** From 1, in UTF-16 units: where on a long line the text begins. Left out where the line is short, or the text begins it. */
  readonly column?: number;
  readonly text: string;
}

/** More blank lines between two chunks than these are shown as one. */
const mostBlankLines = 3;

type NumberedChunk = Pick<StoredChunk, "text" | "startLine" | "endLine" | "startColumn" | "lineRuns">;

/** The lines of a chunk's text, without those that only parted pieces of markup. */
export function linesOfChunk(chunk: NumberedChunk): PassageLine[] {
  return chunk.lineRuns?.length ? mappedLines(chunk.text, chunk.lineRuns) : ownLines(chunk);
}

/** The lines of chunks that follow one another. Pieces of one long line are put together again. */
export function linesOfChunks(chunks: readonly NumberedChunk[]): PassageLine[] {
  const lines: PassageLine[] = [];
  for (const chunk of chunks) {
    const more = linesOfChunk(chunk);
    const last = lines.at(-1);
    const [first] = more;
    if (last !== undefined && first !== undefined && chunk.lineRuns === null) {
      const blank = first.number - last.number - 1;
      const shown = blank > mostBlankLines ? 1 : blank;
      for (let number = first.number - shown; number < first.number; number++) lines.push({ number, text: "" });
      if (blank === -1) lines[lines.length - 1] = { ...last, text: `${last.text} ${more.shift()!.text}` };
    }
    for (const line of more) lines.push(line);
  }
  return lines;
}

function ownLines({ text, startLine, endLine, startColumn }: NumberedChunk): PassageLine[] {
  return text.split(/\r?\n/).map((line, i) => ({
    number: Math.min(startLine + i, endLine),
    ...(i === 0 && startColumn !== null && startColumn > 1 ? { column: startColumn } : {}),
    text: line,
  }));
}

function mappedLines(text: string, runs: NonNullable<NumberedChunk["lineRuns"]>): PassageLine[] {
  const lines: PassageLine[] = [];
  runs.forEach(({ offset, line: number, column }, index) => {
    const pieces = text.slice(index === 0 ? 0 : offset, runs[index + 1]?.offset ?? text.length).split(/\r?\n/);
    pieces.forEach((piece, i) => {
      const open = lines.at(-1);
      const continues = i === 0 && open?.number === number && open.text.trim() !== "";
      if (continues) lines[lines.length - 1] = { ...open, text: open.text + piece };
      else lines.push({ number, ...(i === 0 && column !== null && column > 1 ? { column } : {}), text: piece });
    });
  });
  return lines.filter((line) => line.text.trim() !== "").map((line) => ({ ...line, text: line.text.trimEnd() }));
}
