/**
 * The lines of a chunk's text in one column: for each stretch of it, how far on it begins, and on which line of the file.
 *
 * Two numbers per run, three where the line has a column, as differences and of as few bytes as they need: 2 bytes for the next
 * line of a page of HTML. An index is data from a stranger, so whatever the bytes are, what comes out is numbers in order.
 */
import type { LineRun } from "../documents/lines/line-run.ts";

/** Null, for text that has the file's own line breaks, stays null. */
export function packLineRuns(runs: readonly LineRun[] | null): Uint8Array | null {
  if (runs === null) return null;
  const bytes: number[] = [];
  let offset = 0;
  let line = 0;
  for (const run of runs) {
    const step = run.line - line;
    push(bytes, run.offset - offset);
    // Forwards or backwards, and whether a column follows.
    push(bytes, (step < 0 ? -2 * step - 1 : 2 * step) * 2 + (run.column === null ? 0 : 1));
    if (run.column !== null) push(bytes, run.column);
    offset = run.offset;
    line = run.line;
  }
  return Uint8Array.from(bytes);
}

/** Back again. Lines are at least 1; bytes that end in the middle of a number end the list. */
export function unpackLineRuns(bytes: Uint8Array | null): LineRun[] | null {
  if (bytes === null) return null;
  const runs: LineRun[] = [];
  let at = 0;
  let offset = 0;
  let line = 0;
  while (at < bytes.length) {
    offset += next();
    const coded = next();
    const step = Math.floor(coded / 2);
    line = Math.max(1, line + (step % 2 === 0 ? step / 2 : -(step + 1) / 2));
    runs.push({ offset, line, column: coded % 2 === 0 ? null : Math.max(1, next()) });
  }
  return runs;

  function next(): number {
    let value = 0;
    for (let factor = 1; at < bytes!.length; factor *= 128) {
      const byte = bytes![at++]!;
      value += (byte & 127) * factor;
      if (byte < 128 || factor > 2 ** 28) break;
    }
    return value;
  }
}

/** Seven bits a byte, the lowest first. */
function push(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}
