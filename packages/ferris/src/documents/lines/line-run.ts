/** The lines of a file that a text taken out of it stands on: runs, each from an offset in the text to the next. */

/** A line of more characters has places in it that are worth a number of their own. */
export const longLine = 400;

/** From `offset` in a text to the next run, the text stands on `line` of its file. */
export interface LineRun {
  /** UTF-16 units. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units; null where the line is short. */
  readonly column: number | null;
}

/** A line run as the parser knows it. */
export interface PlacedRun extends LineRun {
  /** Whether the columns of the text go on after its first character; else all of it stands at `column`. */
  readonly isVerbatim: boolean;
}
