/**
 * The part of a chunk that is worth showing: the few lines, or the stretch of a long line, with most of the query's words.
 *
 * Without any of the words (a hit by meaning alone) it is the chunk's beginning.
 */
import type { PassageLine } from "./lines.ts";
import type { Match, Range, WordMatcher } from "./query/matcher.ts";

export interface Snippet {
  readonly text: string;
  /** Line of the file on which the snippet begins. */
  readonly startLine: number;
  /** The number of each line of `text`. */
  readonly lineNumbers: readonly number[];
  /** The query's words in `text`. */
  readonly highlights: readonly Range[];
}

/**
 * A snippet of at most about `length` UTF-16 units.
 */
export function makeSnippet(lines: readonly PassageLine[], matcher: WordMatcher, length = 240): Snippet {
  const text = lines.map((line) => line.text).join("\n");
  const terms = matcher.find(text);
  const start = text.length <= length ? 0 : bestStart(text, terms, length);
  const end = text.length - start <= length ? text.length : wordEnd(text, start, start + length);
  const leading = text.slice(start, end).length - text.slice(start, end).trimStart().length;
  const from = start + leading;
  const shown = text.slice(from, end).trimEnd();
  const firstLine = countLineBreaks(text, from);
  const lineNumbers = lines
    .slice(firstLine, firstLine + countLineBreaks(shown, shown.length) + 1)
    .map(({ number }) => number);
  return {
    text: shown,
    startLine: lineNumbers[0] ?? 1,
    lineNumbers,
    highlights: apart(terms.filter((term) => term.start >= from && term.end <= from + shown.length)).map((range) => ({
      start: range.start - from,
      end: range.end - from,
    })),
  };
}

/** Ranges that overlap made one; `ranges` are in order. */
function apart(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const { start, end } of ranges) {
    const last = merged.at(-1);
    if (last && start < last.end) merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else merged.push({ start, end });
  }
  return merged;
}

/** The start of the window with most different words, then most words, then the earliest. */
function bestStart(text: string, terms: readonly Match[], length: number): number {
  let best = 0;
  let bestScore = 0;
  for (let first = 0; first < terms.length; first++) {
    const start = windowStart(text, terms[first]!.start, length);
    const units = new Set<number>();
    let words = 0;
    for (let i = 0; i < terms.length && terms[i]!.end <= start + length; i++) {
      if (terms[i]!.start < start) continue;
      units.add(terms[i]!.unit);
      words++;
    }
    const score = units.size * 1000 + Math.min(words, 999);
    if (score > bestScore) {
      bestScore = score;
      best = start;
    }
  }
  return best;
}

/** A little before `position`: at its line's beginning if that is near, else at a word's. */
function windowStart(text: string, position: number, length: number): number {
  const earliest = Math.max(0, position - Math.floor(length / 3));
  const lineStart = text.lastIndexOf("\n", position - 1) + 1;
  if (lineStart >= earliest) return lineStart;
  const space = text.indexOf(" ", earliest);
  return space >= 0 && space < position ? space + 1 : position;
}

/** The last end of a word at or before `limit`, or `limit` where the word is too long for that. */
function wordEnd(text: string, start: number, limit: number): number {
  for (let end = limit; end > start + (limit - start) / 2; end--) {
    if (/\s/.test(text[end]!)) return end;
  }
  const splitsPair = /[\udc00-\udfff]/.test(text[limit] ?? "");
  return splitsPair ? limit - 1 : limit;
}

function countLineBreaks(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
