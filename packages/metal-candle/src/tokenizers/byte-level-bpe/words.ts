/**
 * Where the words of a text end for byte-level BPE: GPT-2's pattern
 *
 *     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *
 * by hand, because a JavaScript pattern would follow the engine's own Unicode version, and its own white space.
 */
import { isWhiteSpace, letters, numbers } from "../unicode/code-points.ts";

const unknownUnit = 0;
const whiteUnit = 1;
const letterUnit = 2;
const numberUnit = 3;
const otherUnit = 4;

/** Kinds of UTF-16 units below U+10000, filled at their first use. */
const kinds = new Uint8Array(0x10000);

const space = 0x20;
const apostrophe = 0x27;
const contractions = ["s", "t", "re", "ve", "m", "ll", "d"] as const;

/** The end of the word that begins at text[start], which lies before text[end]. */
export function wordEnd(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start);
  if (first === apostrophe) {
    for (const ending of contractions) {
      const stop = start + 1 + ending.length;
      if (stop <= end && text.startsWith(ending, start + 1)) return stop;
    }
  }
  const after = first === space && start + 1 < end ? start + 1 : start;
  const kind = kindAt(text, after);
  if (kind !== whiteUnit) return runEnd(text, after, end, kind);
  const stop = runEnd(text, start, end, whiteUnit);
  // White space before a word leaves its last character to that word, unless it is all there is.
  return stop < end && stop - start > 1 ? stop - 1 : stop;
}

function runEnd(text: string, start: number, end: number, kind: number): number {
  let at = start;
  while (at < end && kindAt(text, at) === kind) at += text.codePointAt(at)! >= 0x10000 ? 2 : 1;
  return at;
}

function kindAt(text: string, at: number): number {
  const codePoint = text.codePointAt(at)!;
  if (codePoint >= 0x10000) return classify(codePoint);
  const known = kinds[codePoint]!;
  return known === unknownUnit ? (kinds[codePoint] = classify(codePoint)) : known;
}

function classify(codePoint: number): number {
  if (isWhiteSpace(codePoint)) return whiteUnit;
  if (letters.has(codePoint)) return letterUnit;
  return numbers.has(codePoint) ? numberUnit : otherUnit;
}
