/**
 * Lines of a PDF's page, from glyphs at places.
 *
 * Glyphs come in the file's order. A space is a gap between them, whether or not one was drawn. What is set apart on a line by
 * more than a space is a fragment of its own: a cell of a table, perhaps (tables.ts decides). What lines make up is not decided here.
 */
import { quantile } from "../../../quantile.ts";
import { goesLeft, inReadingOrder, isRightToLeft, type ReadPiece } from "./bidi.ts";
import { inOrder } from "./drawing-order.ts";
import type { FontWidths } from "./font-widths.ts";
import type { Glyph } from "./glyph.ts";
import { withAccents, withMarks } from "./marks.ts";
import { noteMarks } from "./note-marks.ts";
import { withoutLeaders } from "./leaders.ts";
import { touchingCells } from "./touching-cells.ts";

/** A stretch of a line, in the page's units from its left. */
export interface Fragment {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /**
   * Where its words are, three numbers a gap: after the character of this index there is one, from this place to that. In one list, because
   * those of all pages are kept until the last is read: lists of their own took most of the memory of a long document.
   */
  readonly gaps?: readonly number[];
}

/** A line as it would stand in a program. */
export interface Code {
  readonly text: string;
  /** How wide a letter and the space around it are. */
  readonly cell: number;
  /** By what it seems to be one: letters of one width; letters that are set apart; nothing, it is too short to tell. */
  readonly sign: "width" | "cells" | "none";
}

export interface Line {
  readonly text: string;
  /** From left to right; one, unless there are wide gaps. */
  readonly fragments: readonly Fragment[];
  /** From the page's bottom, of the baseline. */
  readonly y: number;
  readonly height: number;
  /** The font's name in the file where the line has one font only. */
  readonly font: string | null;
  /** The line of a program, its spaces kept: in letters of one width, or in cells of one width. */
  readonly code?: Code;
  /** A running head, the first of its kind. */
  readonly isHead?: boolean;
  /** Of a table of contents: its dots lead to a page's number. */
  readonly hasLeader?: boolean;
}

/** All in font sizes. A gap that parts fragments: spaces of justified text are seldom wider … */
const widestSpace = 0.85;
/** … and one that parts words, more than letters of the line are apart anyway. */
const narrowestSpace = 0.1;
/** Letters larger by this factor that are drawn over a line are none of it. */
const largestBeside = 1.7;
/** … and so is what is this far beside a paragraph's first letter. */
const farBeside = 2;
/** Ideographs are often set apart without a space. */
const narrowestIdeographicSpace = 0.45;
/** Letters further apart than this stand in cells of their own … */
const spacedLetters = 0.06;
/** … which are so wide in LaTeX's listings. */
const cellWidth = 0.6;
/** Fewer gaps do not tell how far apart letters are. */
const fewestGaps = 8;
/** Letters that touch, up to this: where more than a few do, the wide gaps between others are spaces. */
const touching = 0.02;
const mostTouching = 1 / 4;
/** This much of a line in letters of one width makes it a line of a program. */
const mostlyCode = 0.85;

const ideograph = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u3000-\u303f\uff00-\uffef]/u;
/** Not one that is a word of its own in a language of Europe's. */
const initial = /^(?![AEIOYÀ])\p{Lu}$/u;
const softHyphen = "\u00ad";

/** A glyph of a line, and what stands before it. */
interface Placed {
  readonly glyph: Glyph;
  readonly hasSpace: boolean;
  /** From the end of the one before, in font sizes. */
  readonly gap: number;
}

export function linesOf(glyphs: readonly Glyph[], widths: FontWidths): Line[] {
  const lines: Glyph[][] = [];
  const goBack = new Set<Glyph[]>();
  let current: Glyph[] = [];
  let [y, height, right] = [0, 0, 0];
  const end = () => {
    if (current.length > 0) lines.push(current);
    current = [];
  };
  for (const glyph of glyphs) {
    const isBlank = glyph.text.trim() === "";
    if (current.length > 0) {
      const [off, size] = [Math.abs(y - glyph.y), Math.max(height, glyph.size)];
      const isBack = glyph.x < right - 1.5 * Math.min(height, glyph.size);
      const isOther = isBack && (off > 0.3 * size || size > largestBeside * Math.min(height, glyph.size));
      // A paragraph's first letter, and a box far beside it.
      const isFar =
        current.length === 1 && height > largestBeside * glyph.size && glyph.x > right + farBeside * glyph.size;
      if (off > 0.6 * size || isOther || isFar) {
        if (isBlank) continue;
        end();
      } else if (isBack && !isRightToLeft(glyph.text)) goBack.add(current);
    }
    if (current.length === 0) {
      if (isBlank) continue;
      [y, height] = [glyph.y, glyph.size];
    }
    current.push(glyph);
    if (!isBlank) right = glyph.x + glyph.width;
  }
  end();
  const ordered = inOrder(lines, goBack);
  const cells = touchingCells(ordered, widths);
  return ordered.flatMap((line) => lineOf(line, widths, cells));
}

/** Lines of a page that is read from right to left, with its sides changed: they begin at their left then, as all others do. */
export function fromTheRight(lines: readonly Line[]): Line[] {
  return lines.map((line) => ({
    ...line,
    fragments: line.fragments
      .map(({ text, left, right, gaps }) => ({
        text,
        left: -right,
        right: -left,
        gaps: gaps && mirrored(gaps),
      }))
      .toReversed(),
  }));
}

function mirrored(gaps: readonly number[]): number[] {
  const result: number[] = [];
  for (let at = 0; at < gaps.length; at += 3) result.push(gaps[at]!, -gaps[at + 2]!, -gaps[at + 1]!);
  return result;
}

/** The words of a line: an address in Latin letters counts as much as a word beside it. */
function wordsOf(glyphs: readonly Glyph[]): string[] {
  const words: string[] = [];
  let right = -Infinity;
  for (const { text, x, width, size } of glyphs.toSorted((a, b) => a.x - b.x)) {
    if (text.trim() === "") continue;
    if (words.length === 0 || x - right > narrowestSpace * size) words.push(text);
    else words[words.length - 1] += text;
    right = x + width;
  }
  return words;
}

/** @param cells glyphs that begin a cell of a table although no gap is before them */
function lineOf(drawn: Glyph[], widths: FontWidths, cells: ReadonlySet<Glyph>): Line[] {
  const isMixed = drawn.some(({ text }) => isRightToLeft(text));
  const accented = withAccents(drawn);
  const direction = isMixed && goesLeft(wordsOf(accented)) ? "rtl" : "ltr";
  const ordered = isMixed ? withMarks(accented).toSorted((a, b) => a.x - b.x) : accented;
  const { glyphs, hasLeader } = withoutLeaders(ordered);
  const sets = setOf(glyphs);
  if (sets.length === 0) return [];
  const least = leastSpace(sets);
  const [y, height] = mainSize(sets);
  const marks = noteMarks(sets, y, height);
  const runs: Run[] = [];
  for (const [index, { glyph, gap, hasSpace }] of sets.entries()) {
    const last = runs.at(-1);
    const isApart = (gap >= widestSpace || gap < -0.5 || cells.has(glyph)) && !isAfterInitial(sets, index);
    if (!last || (isApart && !hasLeader)) {
      if (last && cells.has(glyph)) last.right = Math.min(last.right, glyph.x);
      runs.push({ pieces: [glyph.text], spaces: new Map(), left: glyph.x, right: glyph.x + glyph.width });
      continue;
    }
    const previous = last.pieces.at(-1)!;
    const isIdeographic = glyph.text >= "\u2e80" && ideograph.test(previous) && ideograph.test(glyph.text);
    const wanted = isIdeographic ? Math.max(least.gap, narrowestIdeographicSpace) : least.gap;
    const isSpace = hasSpace && (gap > 0.5 * narrowestSpace || isSqueezed(sets[index - 1]!.glyph, glyph, gap));
    if (isApart || isSpace || marks.has(index) || (gap > wanted && !isAfterInitial(sets, index))) {
      last.spaces.set(last.pieces.push(" ") - 1, [last.right, glyph.x]);
    }
    last.pieces.push(glyph.text);
    last.right = Math.max(last.right, glyph.x + glyph.width);
  }
  const orderOf = (pieces: readonly string[]) => (isMixed ? inReadingOrder(pieces, direction) : null);
  const fragments = runs.map((run) => fragmentOf(run, orderOf(run.pieces)));
  const whole = runs.flatMap(({ pieces }, i) => (i === 0 ? pieces : [" ", ...pieces]));
  const { text } = fragments.length === 1 ? fragments[0]! : fragmentOf({ ...runs[0]!, pieces: whole }, orderOf(whole));
  if (text === "") return [];
  const fonts = new Set(sets.map(({ glyph }) => glyph.font));
  const font = fonts.size === 1 ? sets[0]!.glyph.font : null;
  const code = isMixed || hasLeader ? undefined : codeOf(sets, least, widths);
  const filled = fragments.filter((fragment) => fragment.text !== "");
  return [
    { text, fragments: filled, y, height, font, ...(code !== undefined && { code }), ...(hasLeader && { hasLeader }) },
  ];
}

/**
 * Whether a space that is nearly squeezed to nothing is one all the same: it was drawn in the middle of a text. Without any width it
 * may be nothing but how a program kerns two letters.
 */
function isSqueezed(before: Glyph, glyph: Glyph, gap: number): boolean {
  return before.show === glyph.show && gap > 0.2 * narrowestSpace;
}

/** A paragraph's first letter over several lines belongs to the rest of its word, unless it can be a word. */
function isAfterInitial(sets: readonly Placed[], index: number): boolean {
  if (index !== 1) return false;
  const [first, { glyph, gap, hasSpace }] = sets as [Placed, Placed];
  const isInitial = first.glyph.size > largestBeside * glyph.size && initial.test(first.glyph.text);
  return isInitial && !hasSpace && gap < 1 && /^\p{Ll}/u.test(glyph.text);
}

/** Glyphs and spaces from left to right, without wide gaps. */
interface Run {
  readonly pieces: string[];
  /** Places of the spaces, by their indexes in `pieces`. */
  readonly spaces: Map<number, readonly [from: number, to: number]>;
  readonly left: number;
  right: number;
}

function fragmentOf({ pieces, spaces, left, right }: Run, order: readonly ReadPiece[] | null): Fragment {
  let text = "";
  const gaps: number[] = [];
  const add = (piece: string, index: number) => {
    if (piece !== " ") text += piece;
    else if (text !== "" && !text.endsWith(" ")) {
      const place = spaces.get(index);
      if (place) gaps.push(text.length, place[0], place[1]);
      text += " ";
    }
  };
  if (order) for (const { piece, index } of order) add(piece, index);
  else pieces.forEach(add);
  // Without the room that a list has for more.
  return { text: tidy(text), left, right, gaps: gaps.slice() };
}

/** Where most of the line stands, and how large that is: a bullet before it may be larger. */
function mainSize(sets: readonly Placed[]): readonly [y: number, height: number] {
  const first = sets[0]!.glyph;
  if (sets.every(({ glyph }) => glyph.size === first.size)) return [first.y, first.size];
  const counts = new Map<number, { count: number; y: number; size: number }>();
  for (const { glyph } of sets) {
    const key = Math.round(glyph.size * 4);
    const entry = counts.get(key) ?? { count: 0, y: glyph.y, size: glyph.size };
    counts.set(key, entry);
    entry.count += glyph.text.length;
  }
  const { y, size } = [...counts.values()].toSorted((a, b) => b.count - a.count)[0]!;
  return [y, size];
}

/** Glyphs that are not spaces, with what stands before each. */
function setOf(glyphs: readonly Glyph[]): Placed[] {
  const sets: Placed[] = [];
  let hasSpace = false;
  for (const glyph of glyphs) {
    if (glyph.text.trim() === "") {
      hasSpace = sets.length > 0;
      continue;
    }
    const last = sets.at(-1)?.glyph;
    const gap = last ? (glyph.x - last.x - last.width) / (Math.min(last.size, glyph.size) || 1) : 0;
    sets.push({ glyph, hasSpace, gap });
    hasSpace = false;
  }
  return sets;
}

/** The narrowest gap that is a space on a line, and whether its letters are set apart as a whole. */
interface LeastSpace {
  readonly gap: number;
  readonly isSpaced: boolean;
}

function leastSpace(sets: readonly Placed[]): LeastSpace {
  const gaps: number[] = [];
  let [wide, close] = [0, 0];
  for (let i = 1; i < sets.length; i++) {
    const { gap, hasSpace } = sets[i]!;
    if (hasSpace || gap > widestSpace || gap < -0.5) continue;
    gaps.push(gap);
    if (gap > spacedLetters) wide++;
    else if (Math.abs(gap) < touching) close++;
  }
  const isSpaced = wide > gaps.length / 2 && close <= gaps.length * mostTouching;
  if (gaps.length < fewestGaps || !isSpaced) return { gap: narrowestSpace, isSpaced: false };
  const median = quantile(gaps, 0.5);
  return { gap: median + narrowestSpace + Math.min(0.15, 2 * (median - 0.03)), isSpaced: true };
}

/** The line with its spaces, where it is a program's; else nothing. */
function codeOf(sets: readonly Placed[], { gap: own, isSpaced }: LeastSpace, widths: FontWidths): Code | undefined {
  let inOneWidth = 0;
  let [font, isOneWidth] = ["", false];
  const first = isNumbered(sets) ? sets.findIndex(({ glyph }) => !/\d/.test(glyph.text)) : 0;
  for (const { glyph } of sets.slice(first)) {
    if (glyph.font !== font) [font, isOneWidth] = [glyph.font, widths.isMonospaced(glyph.font)];
    if (isOneWidth) inOneWidth++;
  }
  const isMonospaced = inOneWidth >= mostlyCode * (sets.length - first);
  if (!isMonospaced && !isSpaced && sets.length > fewestGaps) return undefined;
  const least = isMonospaced || isSpaced ? own : 0.5 * cellWidth;
  const { width, size } = sets[first]!.glyph;
  const cell = isMonospaced && width > 0 ? width / size : cellWidth;
  const slack = isMonospaced ? 0 : 0.25;
  const text = sets
    .map(({ glyph, gap, hasSpace }, i) => {
      const isSpace = i > 0 && (gap > least || (hasSpace && gap > 0.05));
      const spaces = isSpace ? Math.max(1, Math.round((gap - slack) / cell)) : 0;
      return " ".repeat(Math.min(spaces, 60)) + glyph.text;
    })
    .join("");
  return { text, cell: cell * size, sign: isMonospaced ? "width" : isSpaced ? "cells" : "none" };
}

/** Whether a number stands apart before the line, as those of listings do. */
function isNumbered(sets: readonly Placed[]): boolean {
  const end = sets.findIndex(({ glyph }) => !/\d/.test(glyph.text));
  return end > 0 && sets[end]!.gap > 0.4;
}

/** One space at most; a soft hyphen that is seen inside a line is a hyphen, and at its end says that the word goes on. */
function tidy(text: string): string {
  const spaced = text.replace(/\s+/g, " ").trim();
  if (!spaced.includes(softHyphen)) return spaced;
  return spaced.replace(/\u00ad(?=.)/gu, "-");
}
