/**
 * Extended grapheme clusters (Unicode Annex 29) of UTF-16 text, as Rust's unicode-segmentation finds them.
 *
 * Only for the Precompiled normaliser, which rewrites whole clusters, and only clusters below six bytes of UTF-8: rules that can
 * show in longer ones alone (pairs of regional indicators, conjuncts of four-byte letters) are left out. Not for display.
 */
import { attaching, breaking, consonants, linkers, pictographic, prepending, spacing } from "./code-points.ts";

/** Classes of code points. `otherClass` joins nothing. */
const unknownClass = 0;
const otherClass = 1;
const carriageReturnClass = 2;
const lineFeedClass = 3;
const breakingClass = 4;
const prependingClass = 5;
const extendingClass = 6;
const spacingClass = 7;
const joinerClass = 8;
const nonJoinerClass = 9;
const linkerClass = 10;
const consonantClass = 11;
const pictographClass = 12;
/** Hangul: leading consonants, vowels, trailing consonants, and syllables without and with a trailing consonant. */
const hangulL = 13;
const hangulV = 14;
const hangulT = 15;
const hangulLV = 16;
const hangulLVT = 17;

/** Classes of UTF-16 units below U+10000, filled at their first use. */
const classes = new Uint8Array(0x10000);

/** The end of the cluster that begins at text[start], which lies before text[end]. Lone surrogates count as U+FFFD. */
export function clusterEnd(text: string, start: number, end: number): number {
  let at = start;
  let before = otherClass;
  /** What the cluster ends with: 1 a consonant (and Extend), 2 a consonant and a linker (and Extend). */
  let conjunct = 0;
  /** 1 a pictograph (and Extend), 2 a pictograph (and Extend) and a joiner. */
  let pictographs = 0;
  for (;;) {
    const codePoint = text.codePointAt(at)!;
    const next = classOf(codePoint);
    if (at > start && !joins(before, next, conjunct, pictographs)) return at;
    if (next === consonantClass) conjunct = 1;
    else if (conjunct !== 0 && next === linkerClass) conjunct = 2;
    else if (next !== extendingClass && next !== joinerClass) conjunct = 0;
    if (next === pictographClass) pictographs = 1;
    else if (next === joinerClass) pictographs = pictographs === 1 ? 2 : 0;
    else if (pictographs === 2 || (next !== extendingClass && next !== linkerClass && next !== nonJoinerClass))
      pictographs = 0;
    before = next;
    at += codePoint >= 0x10000 ? 2 : 1;
    if (at >= end) return end;
  }
}

/** Rules GB3 to GB13 in their order. */
function joins(before: number, next: number, conjunct: number, pictographs: number): boolean {
  if (before === carriageReturnClass) return next === lineFeedClass;
  if (before === lineFeedClass || before === breakingClass) return false;
  if (next === carriageReturnClass || next === lineFeedClass || next === breakingClass) return false;
  if (next >= extendingClass && next <= linkerClass) return true;
  if (before === prependingClass) return true;
  switch (next) {
    case hangulL:
    case hangulLV:
    case hangulLVT:
      return before === hangulL;
    case hangulV:
      return before === hangulL || before === hangulV || before === hangulLV;
    case hangulT:
      return before >= hangulV;
    case consonantClass:
      return conjunct === 2;
    case pictographClass:
      return pictographs === 2;
    default:
      return false;
  }
}

/** False: next to another such code point there is always a boundary. (Of Hangul, only jamos may join.) */
export function mayJoinNeighbours(codePoint: number): boolean {
  const found = classOf(codePoint);
  return (
    found === carriageReturnClass ||
    (found >= prependingClass && found <= linkerClass) ||
    (found >= hangulL && found <= hangulT)
  );
}

function classOf(codePoint: number): number {
  if (codePoint >= 0x10000) return classify(codePoint);
  const known = classes[codePoint]!;
  return known === unknownClass ? (classes[codePoint] = classify(codePoint)) : known;
}

function classify(c: number): number {
  if (c >= 0x20 && c < 0x7f) return otherClass;
  if (c === 0x0d) return carriageReturnClass;
  if (c === 0x0a) return lineFeedClass;
  if (c === 0 || breaking.has(c)) return breakingClass;
  if (attaching.has(c)) {
    if (c === 0x200d) return joinerClass;
    if (c === 0x200c) return nonJoinerClass;
    if (spacing.has(c)) return spacingClass;
    return linkers.has(c) ? linkerClass : extendingClass;
  }
  if (prepending.has(c)) return prependingClass;
  if (consonants.has(c)) return consonantClass;
  if (pictographic.has(c)) return pictographClass;
  return classifyHangul(c);
}

function classifyHangul(c: number): number {
  const within = (first: number, last: number): boolean => c >= first && c <= last;
  if (within(0xac00, 0xd7a3)) return (c - 0xac00) % 28 === 0 ? hangulLV : hangulLVT;
  if (within(0x1100, 0x115f) || within(0xa960, 0xa97c)) return hangulL;
  if (within(0x1160, 0x11a7) || within(0xd7b0, 0xd7c6)) return hangulV;
  if (within(0x11a8, 0x11ff) || within(0xd7cb, 0xd7fb)) return hangulT;
  return otherClass;
}
