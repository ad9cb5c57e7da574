/**
 * From text taken out of a file to the lines of that file: where in the text each new line begins.
 *
 * A parser knows offsets in the decoded file (sourced-text.ts); here they become lines, and columns where a line is so long that its
 * number says little. The chunker cuts the map as it cuts the text, the store keeps it beside each chunk, and whoever
 * prints text with line numbers breaks it where the file does.
 */
import type { LineRun, PlacedRun } from "./line-run.ts";
import type { Positions } from "./positions.ts";
import type { SourcedText } from "./sourced-text.ts";

/** Adds to `placed` the lines of one piece of text, which starts at `offset` of the document's content. */
export function addLineRuns(placed: PlacedRun[], words: SourcedText, offset: number, positions: Positions): void {
  const before = placed.length;
  const { runCount, length } = words;
  for (let index = 0; index < runCount; index++) {
    // Text before the first run stands where the first does.
    const start = index === 0 ? 0 : words.runOffset(index);
    const end = index + 1 < runCount ? words.runOffset(index + 1) : length;
    if (end <= start) continue;
    const isVerbatim = words.isVerbatim(index);
    const origin = words.runOrigin(index);
    const shift = words.runOffset(index) - origin;
    let line = positions.lineAt(origin);
    add(start, line, origin, isVerbatim);
    if (!isVerbatim) continue;
    // Each line that starts inside of the run.
    for (let at = positions.lineStart(++line); at + shift < end; at = positions.lineStart(++line))
      add(at + shift, line, at, true);
  }

  function add(at: number, line: number, origin: number, isVerbatim: boolean): void {
    const column = positions.isLong(line) ? origin - positions.lineStart(line) + 1 : null;
    if (column === null && placed.length > before && placed[placed.length - 1]!.line === line) return;
    placed.push({ offset: offset + at, line, column, isVerbatim });
  }
}

/** The runs of the stretch from `start` to `end` of a content, their offsets counted from `start`; `runs` are all of the content's. */
export function sliceRuns(runs: readonly PlacedRun[], start: number, end: number): LineRun[] {
  const sliced: LineRun[] = [];
  for (let index = runIndexAt(runs, start); index < runs.length && runs[index]!.offset < end; index++) {
    const { offset, line, column, isVerbatim } = runs[index]!;
    const skipped = Math.max(0, start - offset);
    sliced.push({
      offset: Math.max(0, offset - start),
      line,
      column: column === null ? null : column + (isVerbatim ? skipped : 0),
    });
  }
  return sliced;
}

/** The column of the last character of a stretch that ends at `end`; null where its line is short. */
export function lastColumn(runs: readonly PlacedRun[], end: number): number | null {
  const run = runs[runIndexAt(runs, end - 1)];
  if (run?.column == null) return null;
  return run.column + (run.isVerbatim ? end - 1 - run.offset : 0);
}

/** The last run that starts at or before `offset`, or the first. */
function runIndexAt(runs: readonly LineRun[], offset: number): number {
  let low = 0;
  let high = runs.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (runs[middle]!.offset <= offset) low = middle;
    else high = middle;
  }
  return low;
}
