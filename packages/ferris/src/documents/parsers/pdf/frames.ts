/**
 * Which way a page is to be held: text that goes up, down or upside down is turned, so that whoever reads lines finds them level.
 *
 * Most of the text decides for the page. What stands otherwise on it (a label on an axis, a stamp across the page) is read for
 * itself, after the rest. Vertical Japanese or Chinese is text that goes down, whether the font says so or each letter is put
 * below the one before.
 */
import type { Glyph } from "./glyph.ts";

export interface Frame {
  /** In degrees; of the page's own text a multiple of 90, or a few degrees from it. */
  readonly angle: number;
  /** Turned so that they go to the right. */
  readonly glyphs: Glyph[];
}

export interface Frames {
  readonly main: Frame;
  /** Text that goes another way, also to be read in lines. */
  readonly others: readonly Frame[];
}

/** Scans stand a little askew: this many degrees are not another direction. */
const askew = 6;
/** … but lines that are so much askew run into each other, unless they are made level. */
const straight = 2;
/** Angles of lines that were meant to be the same, and letters that make it worth while. */
const [sameTilt, fewestTilted] = [1.5, 30];
/** Letters below one another that make a column, and how far apart they are, in sizes. */
const fewestInColumn = 3;
const [closest, widest] = [0.6, 1.7];

const ideograph = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u3001-\u303f\u30fc\uff01-\uff9f\u2014\u2026]/u;

export function framesOf(glyphs: readonly Glyph[]): Frames {
  const groups = new Map<number, Glyph[]>();
  const add = (angle: number, glyph: Glyph) => {
    const group = groups.get(angle);
    if (group) group.push(glyph);
    else groups.set(angle, [glyph]);
  };
  const tilted = new Map<number, Glyph[]>();
  for (const glyph of withColumns(glyphs)) {
    const off = distance(glyph.angle, quarterOf(glyph.angle));
    if (off > askew) add(Math.round(glyph.angle), glyph);
    else if (off <= straight) add(quarterOf(glyph.angle), glyph);
    else {
      const known = [...tilted.keys()].find((angle) => distance(angle, glyph.angle) <= sameTilt);
      if (known === undefined) tilted.set(glyph.angle, [glyph]);
      else tilted.get(known)!.push(glyph);
    }
  }
  for (const [angle, list] of tilted) {
    for (const glyph of list) add(list.length < fewestTilted ? quarterOf(angle) : angle, glyph);
  }
  const level = [...groups].filter(([angle]) => isLevel(angle)).toSorted((a, b) => b[1].length - a[1].length);
  const [angle, own] = level[0] ?? [0, []];
  const others = [...groups].filter(([other]) => other !== angle || level.length === 0);
  const frame = ([at, list]: [number, Glyph[]]): Frame => ({
    angle: at,
    glyphs: list.map((glyph) => turned(glyph, at)),
  });
  return { main: frame([angle, own]), others: others.map(frame) };
}

/** Whether a frame's text goes one of the four ways, or nearly: it is read in paragraphs, and not as a stamp is. */
export function isLevel(angle: number): boolean {
  return distance(angle, quarterOf(angle)) <= askew;
}

const quarterOf = (angle: number) => (Math.round(angle / 90) * 90) % 360;

/** Between two angles, in degrees. */
const distance = (one: number, other: number) => Math.abs(((one - other + 540) % 360) - 180);

/** A point of the page in a frame. */
export function turnedPoint(x: number, y: number, angle: number): readonly [number, number] {
  if (angle === 0) return [x, y];
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return [x * cos + y * sin, y * cos - x * sin];
}

function turned(glyph: Glyph, angle: number): Glyph {
  if (angle === 0) return glyph;
  const [x, y] = turnedPoint(glyph.x, glyph.y, angle);
  return { ...glyph, x, y };
}

/** Upright letters that stand below one another become text that goes down. */
function withColumns(glyphs: readonly Glyph[]): readonly Glyph[] {
  if (!glyphs.some(({ text, angle }) => angle === 0 && ideograph.test(text))) return glyphs;
  const result: Glyph[] = [];
  for (let from = 0; from < glyphs.length;) {
    const column = columnAt(glyphs, from);
    const after = glyphs[from + column.reduce((sum, letters) => sum + letters.length, 0)];
    if (column.length >= fewestInColumn || goesOnDown(column, result.at(-1), after)) {
      for (const letters of column) {
        const [{ x, y, size, width }] = letters as [Glyph];
        const end = letters.at(-1)!;
        const middle = (x + end.x + (letters.length > 1 ? end.width : width)) / 2;
        const text = letters.map((letter) => letter.text).join("");
        result.push({ ...letters[0]!, text, x: middle, y: y + 0.88 * size, width: size, angle: 270 });
      }
    } else result.push(...column.flat());
    from += column.reduce((sum, letters) => sum + letters.length, 0);
  }
  return result;
}

/** Whether a letter or two stand below text that goes down, or above: between words in Latin letters, for instance. */
function goesOnDown(
  column: readonly (readonly Glyph[])[],
  before: Glyph | undefined,
  after: Glyph | undefined,
): boolean {
  const [first, last] = [column[0]![0]!, column.at(-1)![0]!];
  if (!ideograph.test(first.text)) return false;
  const middle = first.x + first.width / 2;
  const isInColumn = (other: Glyph | undefined, off: (other: Glyph) => number) =>
    other !== undefined &&
    Math.abs(other.angle - 270) < askew &&
    Math.abs(other.x - middle) < 0.6 * first.size &&
    Math.abs(off(other)) < first.size;
  return (
    isInColumn(before, (other) => other.y - other.width - (first.y + 0.88 * first.size)) ||
    isInColumn(after, (other) => last.y - 0.12 * last.size - other.y)
  );
}

/** Letters from `from` on that stand in one column; each with the ones beside it, such as the second digit of a number. */
function columnAt(glyphs: readonly Glyph[], from: number): Glyph[][] {
  const first = glyphs[from]!;
  const column = [[first]];
  if (first.angle !== 0 || !ideograph.test(first.text)) return column;
  const middle = first.x + first.width / 2;
  for (let at = from + 1; at < glyphs.length; at++) {
    const glyph = glyphs[at]!;
    const last = column.at(-1)!.at(-1)!;
    const drop = (last.y - glyph.y) / first.size;
    if (glyph.angle !== 0 || Math.abs(glyph.size - first.size) > 0.2 * first.size) break;
    if (glyph.text.trim() === "") {
      if (drop < -0.2 || drop > widest) break;
      column.at(-1)!.push(glyph);
      continue;
    }
    const isBeside = Math.abs(drop) < 0.2 && !ideograph.test(glyph.text) && !ideograph.test(last.text);
    const isBelow = drop >= closest && drop <= widest;
    const off = Math.abs(glyph.x + glyph.width / 2 - middle);
    if (isBeside && off < first.size) column.at(-1)!.push(glyph);
    else if (isBelow && off < (ideograph.test(glyph.text) ? 0.3 : 0.8) * first.size) column.push([glyph]);
    else break;
  }
  return column;
}
