/**
 * Cutting a text where something matches, with the five ways in which the Rust tokenizers deal with the match itself
 * (SplitDelimiterBehavior).
 */

/** Pieces of a text that cover it without gap: text[start … end − 1], and whether it is a match. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly isMatch: boolean;
}

export const behaviors = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;
export type Behavior = (typeof behaviors)[number];

/** Each code point that fits is a match of its own. */
export function piecesByCodePoint(text: string, fits: (codePoint: number) => boolean): Piece[] {
  const pieces: Piece[] = [];
  let last = 0;
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at)!;
    const next = at + (codePoint > 0xffff ? 2 : 1);
    if (fits(codePoint)) {
      if (last < at) pieces.push({ start: last, end: at, isMatch: false });
      pieces.push({ start: at, end: next, isMatch: true });
      last = next;
    }
    at = next;
  }
  if (last < text.length) pieces.push({ start: last, end: text.length, isMatch: false });
  return pieces;
}

/** Matches given as [start, end] in ascending order, and what lies between them. */
export function piecesByMatches(text: string, matches: Iterable<readonly [number, number]>): Piece[] {
  const pieces: Piece[] = [];
  let last = 0;
  for (const [start, end] of matches) {
    if (last < start) pieces.push({ start: last, end: start, isMatch: false });
    pieces.push({ start, end, isMatch: true });
    last = end;
  }
  if (last < text.length) pieces.push({ start: last, end: text.length, isMatch: false });
  return pieces;
}

/** Places of a string, from left to right without overlap. */
export function* placesOf(text: string, wanted: string): Generator<readonly [number, number]> {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    yield [at, at + wanted.length];
  }
}

/** A stretch of a text: [start, end). */
export type Range = readonly [start: number, end: number];

/** What a text is cut into; none is empty. */
export function cut(pieces: readonly Piece[], behavior: Behavior): Range[] {
  const ranges = behavior === "MergedWithNext" ? mergeWithNext(pieces) : merge(pieces, behavior);
  return ranges.filter(([start, end]) => start < end);
}

function merge(pieces: readonly Piece[], behavior: Exclude<Behavior, "MergedWithNext">): [number, number][] {
  const ranges: [number, number][] = [];
  let before = false;
  for (const { start, end, isMatch } of pieces) {
    const last = ranges.at(-1);
    const joins =
      (behavior === "Contiguous" && isMatch === before) || (behavior === "MergedWithPrevious" && isMatch && !before);
    if (behavior === "Removed" && isMatch) continue;
    if (joins && last !== undefined) last[1] = end;
    else ranges.push([start, end]);
    before = isMatch;
  }
  return ranges;
}

function mergeWithNext(pieces: readonly Piece[]): [number, number][] {
  const ranges: [number, number][] = [];
  let after = false;
  for (const { start, end, isMatch } of pieces.toReversed()) {
    const last = ranges.at(-1);
    if (isMatch && !after && last !== undefined) last[0] = start;
    else ranges.push([start, end]);
    after = isMatch;
  }
  return ranges.toReversed();
}
