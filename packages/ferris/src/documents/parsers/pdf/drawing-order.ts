/**
 * Lines in the order in which they are read, where the file draws them in another: words in bold after all others, a form's values after the
 * form, a page from its end to its beginning.
 *
 * Most files draw in reading order, and that knows columns better than places do. So it stays unless places contradict it: pieces of one line
 * that touch, or stand in gaps of one another, are that line; and a page that goes upwards again and again is sorted by its places.
 */
import { quantile } from "../../../quantile.ts";
import type { Glyph } from "./glyph.ts";

/** All in font sizes. Pieces stand on one line up to this … */
const offLine = 0.25;
/** … and touch up to this, a typewriter's space: columns of a page are further apart. */
const widestTouch = 0.62;
const widestOverlap = 0.2;
/** A gap that something else may stand in. */
const narrowestGap = 0.85;
/** Letters of one line differ by no more than this factor. */
const largestBeside = 1.3;
/** A label is as short as this, and its value as near. */
const longestLabel = 40;
const farthestValue = 25;
/** Lines of a column are no further from one another. */
const columnStep = 1.8;
/** A cell of a table has so many lines below its first. */
const longestCell = 12;
/** Lines that go up, at least, and their share of all, in a page that is out of order. */
const [fewestUp, mostUp] = [2, 0.3];
/** Between columns of a page that is out of order. */
const narrowestGutter = 1;
/** Letters beside a first letter over several lines are smaller by this factor. */
const largestBesideInitial = 1.7;
/** The first of them stands this much of its size above its baseline. */
const lowestBesideInitial = 0.4;
const mostInitials = 50;
/** A page of more pieces, or a row of more, is a drawing; so many lines are sorted by columns at most. */
const [mostPieces, mostRuns, mostSorted] = [5000, 300, 500];

/** Glyphs that touch, of a piece of a line. */
interface Run {
  readonly piece: number;
  readonly glyphs: Glyph[];
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
}

/**
 * A page's lines in the order in which they are read.
 *
 * @param pieces what the file draws without leaving its line, in its order
 * @param goBack those of them that go back on their line
 */
export function inOrder(pieces: Glyph[][], goBack: ReadonlySet<Glyph[]>): Glyph[][] {
  const isInOrder = goBack.size === 0 && pieces.every((piece, i) => i === 0 || isBelow(pieces[i - 1]!, piece));
  if (isInOrder || pieces.length > mostPieces) return pieces;
  const merged = withWholeLines(pieces, goBack);
  return isOutOfOrder(merged) ? byPlace(merged.map(boxOf)).map(({ glyphs }) => glyphs) : merged;
}

function isBelow(above: readonly Glyph[], [first]: readonly Glyph[]): boolean {
  return first!.y < above[0]!.y - offLine * first!.size;
}

function boxOf(glyphs: Glyph[], piece: number): Run {
  let [left, right] = [Infinity, -Infinity];
  for (const { x, width } of glyphs) {
    left = Math.min(left, x);
    right = Math.max(right, x + width);
  }
  const { y, size } = glyphs[0]!;
  return { piece, glyphs, left, right, y, size };
}

/** The pieces, each line whole in the place of the first of its pieces. */
function withWholeLines(given: Glyph[][], goBack: ReadonlySet<Glyph[]>): Glyph[][] {
  /** By piece: the one that it is a part of in any case. */
  const whole: number[] = [];
  const pieces = given.flatMap((piece) => {
    const parts = goBack.has(piece) ? partsOf(piece) : [piece];
    const first = whole.length;
    for (const _ of parts) whole.push(first);
    return parts;
  });
  const inFile = pieces.map(boxOf);
  const boxes = inFile.toSorted((a, b) => b.y - a.y);
  const lineOf = whole.slice();
  const find = (piece: number): number => (lineOf[piece] === piece ? piece : (lineOf[piece] = find(lineOf[piece]!)));
  const isNext: IsNext = (before, run, gap) =>
    gap <= widestTouch
      ? !isCellBefore(inFile, before, run) && !isInColumn(inFile, run)
      : gap <= farthestValue && run > before && isLabelOf(inFile, before, run);
  const written = new Set<Glyph>();
  let isSame = goBack.size === 0;
  for (let from = 0; from < boxes.length;) {
    let to = from + 1;
    while (to < boxes.length && boxes[from]!.y - boxes[to]!.y <= offLine * boxes[from]!.size) to++;
    const joined = to - from > 1 ? joinedOn(boxes.slice(from, to), isNext, written) : [];
    for (const [one, other] of joined) {
      const [first, last] = [find(one), find(other)].toSorted((a, b) => a - b) as [number, number];
      lineOf[last] = first;
      isSame = false;
    }
    from = to;
  }
  for (const [letter, rest] of initials(inFile)) {
    lineOf[find(letter)] = find(rest);
    isSame = false;
  }
  if (isSame) return pieces;
  const lines = new Map<number, number[]>();
  pieces.forEach((_, piece) => {
    const line = lines.get(find(piece));
    if (line) line.push(piece);
    else lines.set(find(piece), [piece]);
  });
  const inPlace = [...lines].toSorted(([one], [other]) => one - other);
  return inPlace.map(([, line]) => {
    if (line.length === 1) return pieces[line[0]!]!;
    const runs = line.flatMap((piece) => runsOf(pieces[piece]!, piece));
    const read = runs.filter(({ glyphs }) => !written.has(glyphs[0]!));
    const sorted = read.toSorted((a, b) => a.left - b.left);
    const isSplit = whole[line[1]!] === whole[line[0]!];
    return (isSplit && !areApart(sorted) ? read : sorted).flatMap(({ glyphs }) => glyphs);
  });
}

/** A piece up to each place where it goes back. */
function partsOf(piece: readonly Glyph[]): Glyph[][] {
  const parts: Glyph[][] = [];
  let right = -Infinity;
  for (const glyph of piece) {
    if (parts.length === 0 || glyph.x < right - glyph.size) parts.push([glyph]);
    else parts.at(-1)!.push(glyph);
    right = glyph.x + glyph.width;
  }
  return parts;
}

function areApart(runs: readonly Run[]): boolean {
  return runs.every((run, i) => i === 0 || run.left >= runs[i - 1]!.right - widestOverlap * run.size);
}

function endsInColon(glyphs: readonly Glyph[]): boolean {
  return (
    glyphs.length <= longestLabel && /[:\uff1a]$/.test(glyphs.findLast(({ text }) => text.trim() !== "")?.text ?? "")
  );
}

/** A paragraph's first letter over several lines, drawn for itself, with the piece that begins beside its top. */
function initials(boxes: readonly Run[]): (readonly [letter: number, rest: number])[] {
  const letters = boxes
    .filter(({ glyphs }) => glyphs.length === 1 && /^\p{Lu}$/u.test(glyphs[0]!.text))
    .slice(0, mostInitials);
  return letters.flatMap((letter) => {
    let highest: Run | undefined;
    for (const box of boxes) {
      const gap = (box.left - letter.right) / box.size;
      const isBeside =
        gap > -widestOverlap &&
        gap < 1 &&
        box.y >= letter.y + lowestBesideInitial * letter.size &&
        box.y < letter.y + letter.size;
      if (letter.size > largestBesideInitial * box.size && isBeside && (!highest || box.y > highest.y)) highest = box;
    }
    return highest && /^\p{Ll}/u.test(highest.glyphs[0]!.text) ? [[letter.piece, highest.piece] as const] : [];
  });
}

/** Whether a piece is the label of another: one of several, above or below one another as their values are. A sentence may end in a colon too. */
function isLabelOf(boxes: readonly Run[], label: number, value: number): boolean {
  const areOnLine = (step: number) => {
    const [other, itsValue] = [boxes[label + step], boxes[value + step]];
    if (!other || !itsValue || other === boxes[value]) return false;
    return endsInColon(other.glyphs) && Math.abs(other.y - itsValue.y) <= offLine * other.size;
  };
  return endsInColon(boxes[label]!.glyphs) && (areOnLine(1) || areOnLine(-1));
}

/** Whether a piece begins where the one drawn before it, or after it, does, on the next line: a column, or a box beside the text. */
function isInColumn(boxes: readonly Run[], piece: number): boolean {
  const { left, y, size } = boxes[piece]!;
  return [boxes[piece - 1], boxes[piece + 1]].some((other) => {
    const drop = other ? Math.abs(other.y - y) / size : 0;
    return drop > offLine && drop < columnStep && Math.abs(other!.left - left) < widestOverlap * size;
  });
}

/** Whether a piece goes on with the one before it on its row, so many sizes behind it. */
type IsNext = (before: number, piece: number, gap: number) => boolean;

/** Whether the file goes down from one piece, as in a cell of several lines, and then up to the other: that is the next cell. */
function isCellBefore(boxes: readonly Run[], before: number, piece: number): boolean {
  const [cell, lines] = [boxes[before]!, boxes.slice(before + 1, piece)];
  const end = boxes[piece]?.left ?? Infinity;
  return (
    lines.length > 0 &&
    lines.length <= longestCell &&
    lines.every(({ left, right }) => left < cell.right && right > cell.left && right <= end)
  );
}

/** Which pieces of a row are one line. Lines to write on that something is written on are put into `written`, by their first glyph. */
function joinedOn(boxes: readonly Run[], isNext: IsNext, written: Set<Glyph>): (readonly [number, number])[] {
  const all = boxes.flatMap(({ glyphs, piece }) => runsOf(glyphs, piece)).toSorted((a, b) => a.left - b.left);
  if (all.length > mostRuns) return [];
  const joined: (readonly [number, number])[] = [];
  const runs = all.filter((run) => {
    const onTop = isRuled(run.glyphs[0]!) ? all.find((other) => liesOn(other, run)) : undefined;
    if (!onTop) return true;
    written.add(run.glyphs[0]!);
    joined.push([run.piece, onTop.piece]);
    return false;
  });
  const latest = new Map<number, number>();
  runs.forEach((run, at) => {
    const before = runs[at - 1];
    if (before && before.piece !== run.piece && areAlike(before, run)) {
      const gap = (run.left - before.right) / Math.min(run.size, before.size);
      if (gap >= -widestOverlap && isNext(before.piece, run.piece, gap)) joined.push([before.piece, run.piece]);
    }
    const start = latest.get(run.piece);
    if (start !== undefined && start < at - 1) {
      // What stands between two runs of a piece fills its gap.
      const inside = runs.slice(start, at + 1);
      if (areApart(inside) && inside.every((other) => areAlike(run, other)))
        for (const other of inside) joined.push([run.piece, other.piece]);
    }
    latest.set(run.piece, at);
  });
  return joined;
}

function areAlike(one: Run, other: Run): boolean {
  return Math.max(one.size, other.size) <= largestBeside * Math.min(one.size, other.size);
}

const isRuled = ({ text }: Glyph) => text === "_";

/** Whether something is written on a line to write on. */
function liesOn(run: Run, line: Run): boolean {
  const slack = 0.5 * line.size;
  return (
    run.piece !== line.piece &&
    !isRuled(run.glyphs[0]!) &&
    run.left >= line.left - slack &&
    run.right <= line.right + slack
  );
}

/** Glyphs of a piece up to each gap; lines to write on apart. */
function runsOf(glyphs: readonly Glyph[], piece: number): Run[] {
  const runs: Glyph[][] = [];
  let last: Glyph | undefined;
  for (const glyph of glyphs) {
    if (glyph.text.trim() === "") {
      runs.at(-1)?.push(glyph);
      continue;
    }
    const gap = last ? glyph.x - last.x - last.width : 0;
    const isApart = gap > narrowestGap * glyph.size || gap < -glyph.size || (last && isRuled(last) !== isRuled(glyph));
    if (!last || isApart) runs.push([glyph]);
    else runs.at(-1)!.push(glyph);
    last = glyph;
  }
  return runs.map((run) => ({
    ...boxOf(
      run.filter(({ text }) => text.trim() !== ""),
      piece,
    ),
    glyphs: run,
  }));
}

/** Whether lines go up, below what stands above, more often than stamps, heads and labels of a drawing do. */
function isOutOfOrder(lines: Glyph[][]): boolean {
  const goUp = lines.slice(1).filter((line, i) => line[0]!.y > lines[i]![0]!.y + 2 * offLine * line[0]!.size).length;
  if (goUp < fewestUp || goUp < mostUp * lines.length) return false;
  const boxes = lines.map(boxOf);
  const goBack = boxes.slice(1).filter((box, i) => {
    const before = boxes[i]!;
    const shared = Math.min(box.right, before.right) - Math.max(box.left, before.left);
    return (
      box.y > before.y + 2 * offLine * box.size &&
      shared > 0.5 * Math.min(box.right - box.left, before.right - before.left)
    );
  }).length;
  return goBack >= fewestUp && goBack >= mostUp * lines.length;
}

/** Columns one after the other; above and below a wide gap, one after the other too. */
function byPlace(boxes: readonly Run[]): readonly Run[] {
  const fromTop = boxes.toSorted((a, b) => b.y - a.y || a.left - b.left);
  if (boxes.length < 2 || boxes.length > mostSorted) return fromTop;
  const size = quantile(
    boxes.map((box) => box.size),
    0.5,
  );
  const gutter = widestGap(boxes.map(({ left, right }) => [left, right]));
  if (gutter.width >= narrowestGutter * size) {
    return parted(boxes, ({ left }) => left < gutter.at).flatMap(byPlace);
  }
  const gap = widestGap(boxes.map(({ y, size: own }) => [-y - 0.8 * own, -y + 0.2 * own]));
  if (gap.width < narrowestGutter * size) return fromTop;
  return parted(boxes, ({ y }) => -y < gap.at).flatMap(byPlace);
}

function parted(boxes: readonly Run[], isFirst: (box: Run) => boolean): [Run[], Run[]] {
  return [boxes.filter(isFirst), boxes.filter((box) => !isFirst(box))];
}

/** Between stretches of a line, and where it is. */
function widestGap(stretches: readonly (readonly [from: number, to: number])[]): { width: number; at: number } {
  let [widest, at, end] = [-Infinity, 0, -Infinity];
  for (const [from, to] of stretches.toSorted((a, b) => a[0] - b[0])) {
    if (end > -Infinity && from - end > widest) [widest, at] = [from - end, (from + end) / 2];
    end = Math.max(end, to);
  }
  return { width: widest, at };
}
