/**
 * Extended grapheme clusters (Unicode Annex 29) of UTF-16 text, as Rust's unicode-segmentation finds them.
 *
 * Only for the Precompiled normaliser, which rewrites whole clusters, and only clusters below six bytes of UTF-8: rules that can
 * show in longer ones alone (pairs of regional indicators, conjuncts of four-byte letters) are left out. Not for display.
 */
import { attaching, breaking, consonants, linkers, pictographic, prepending, spacing } from "./code-points.ts";

/** Classes of code points. OTHER joins nothing. */
const UNKNOWN = 0;
const OTHER = 1;
const CARRIAGE_RETURN = 2;
const LINE_FEED = 3;
const BREAKING = 4;
const PREPENDING = 5;
const EXTENDING = 6;
const SPACING = 7;
const JOINER = 8;
const NON_JOINER = 9;
const LINKER = 10;
const CONSONANT = 11;
const PICTOGRAPH = 12;
/** Hangul: leading consonants, vowels, trailing consonants, and syllables without and with a trailing consonant. */
const HANGUL_L = 13;
const HANGUL_V = 14;
const HANGUL_T = 15;
const HANGUL_LV = 16;
const HANGUL_LVT = 17;

/** Classes of UTF-16 units below U+10000, filled at their first use. */
const classes = new Uint8Array(0x10000);

/** The end of the cluster that begins at text[start], which lies before text[end]. Lone surrogates count as U+FFFD. */
export function clusterEnd(text: string, start: number, end: number): number {
  let at = start;
  let before = OTHER;
  /** What the cluster ends with: 1 a consonant (and Extend), 2 a consonant and a linker (and Extend). */
  let conjunct = 0;
  /** 1 a pictograph (and Extend), 2 a pictograph (and Extend) and a joiner. */
  let pictographs = 0;
  for (;;) {
    const codePoint = text.codePointAt(at)!;
    const next = classOf(codePoint);
    if (at > start && !joins(before, next, conjunct, pictographs)) return at;
    if (next === CONSONANT) conjunct = 1;
    else if (conjunct !== 0 && next === LINKER) conjunct = 2;
    else if (next !== EXTENDING && next !== JOINER) conjunct = 0;
    if (next === PICTOGRAPH) pictographs = 1;
    else if (next === JOINER) pictographs = pictographs === 1 ? 2 : 0;
    else if (pictographs === 2 || (next !== EXTENDING && next !== LINKER && next !== NON_JOINER)) pictographs = 0;
    before = next;
    at += codePoint >= 0x10000 ? 2 : 1;
    if (at >= end) return end;
  }
}

/** Rules GB3 to GB13 in their order. */
function joins(before: number, next: number, conjunct: number, pictographs: number): boolean {
  if (before === CARRIAGE_RETURN) return next === LINE_FEED;
  if (before === LINE_FEED || before === BREAKING) return false;
  if (next === CARRIAGE_RETURN || next === LINE_FEED || next === BREAKING) return false;
  if (next >= EXTENDING && next <= LINKER) return true;
  if (before === PREPENDING) return true;
  switch (next) {
    case HANGUL_L:
    case HANGUL_LV:
    case HANGUL_LVT:
      return before === HANGUL_L;
    case HANGUL_V:
      return before === HANGUL_L || before === HANGUL_V || before === HANGUL_LV;
    case HANGUL_T:
      return before >= HANGUL_V;
    case CONSONANT:
      return conjunct === 2;
    case PICTOGRAPH:
      return pictographs === 2;
    default:
      return false;
  }
}

/** False: next to another such code point there is always a boundary. (Of Hangul, only jamos may join.) */
export function mayJoinNeighbours(codePoint: number): boolean {
  const found = classOf(codePoint);
  return (
    found === CARRIAGE_RETURN || (found >= PREPENDING && found <= LINKER) || (found >= HANGUL_L && found <= HANGUL_T)
  );
}

function classOf(codePoint: number): number {
  if (codePoint >= 0x10000) return classify(codePoint);
  const known = classes[codePoint]!;
  return known === UNKNOWN ? (classes[codePoint] = classify(codePoint)) : known;
}

function classify(c: number): number {
  if (c >= 0x20 && c < 0x7f) return OTHER;
  if (c === 0x0d) return CARRIAGE_RETURN;
  if (c === 0x0a) return LINE_FEED;
  if (c === 0 || breaking.has(c)) return BREAKING;
  if (attaching.has(c)) {
    if (c === 0x200d) return JOINER;
    if (c === 0x200c) return NON_JOINER;
    if (spacing.has(c)) return SPACING;
    return linkers.has(c) ? LINKER : EXTENDING;
  }
  if (prepending.has(c)) return PREPENDING;
  if (consonants.has(c)) return CONSONANT;
  if (pictographic.has(c)) return PICTOGRAPH;
  return classifyHangul(c);
}

function classifyHangul(c: number): number {
  const within = (first: number, last: number): boolean => c >= first && c <= last;
  if (within(0xac00, 0xd7a3)) return (c - 0xac00) % 28 === 0 ? HANGUL_LV : HANGUL_LVT;
  if (within(0x1100, 0x115f) || within(0xa960, 0xa97c)) return HANGUL_L;
  if (within(0x1160, 0x11a7) || within(0xd7b0, 0xd7c6)) return HANGUL_V;
  if (within(0x11a8, 0x11ff) || within(0xd7cb, 0xd7fb)) return HANGUL_T;
  return OTHER;
}
