/**
 * The glyphs of a page with their places, out of the operations that draw it.
 *
 * pdf.js can put text together itself, but what it gives away then cannot be had back: which glyphs a font writes from right to left,
 * a letter drawn twice, a soft hyphen, letters that are set apart. So the drawing of text is followed here, as chapter 9 of
 * ISO 32000 has it; nothing is drawn. What glyphs mean together is decided elsewhere (lines.ts).
 */
import { quantile } from "../../../quantile.ts";
import { sayInstead } from "./actual-text.ts";
import type { PdfPage } from "./engine.ts";
import { type CodedGlyph, type FontTables, lettersOf } from "./font-letters.ts";
import type { Glyph } from "./glyph.ts";
import { applied, identity, type Matrix, product } from "./matrix.ts";

interface Font extends FontTables {
  readonly fontMatrix?: readonly number[];
  readonly vertical?: boolean;
  readonly isType3Font?: boolean;
  readonly bbox?: readonly number[];
  readonly defaultVMetrics?: readonly number[];
}

interface FontGlyph extends CodedGlyph {
  readonly width: number;
  readonly isSpace?: boolean;
  readonly vmetric?: readonly number[] | null;
}

interface State {
  ctm: Matrix;
  fontName: string;
  font: Font;
  size: number;
  charSpacing: number;
  wordSpacing: number;
  scale: number;
  rise: number;
  leading: number;
}

const initial: State = {
  ctm: identity,
  fontName: "",
  font: {},
  size: 0,
  charSpacing: 0,
  wordSpacing: 0,
  scale: 1,
  rise: 0,
  leading: 0,
};

/** No page reaches so far, in any direction: what a file says beyond is brought here, where sums and counts of places are exact. */
const farthestPlace = 1e6;
const placed = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.min(farthestPlace, Math.max(-farthestPlace, value));

/** A page that draws more has no text that a person reads. */
const mostGlyphs = 500_000;

const [withoutAnnotations, withAnnotations] = [0, 1];

/** @param annotation the id of one that is read as it looks; then nothing else is. Others are read as what they are (notes.ts, fields.ts). */
export async function glyphsOf(
  page: PdfPage,
  OPS: Readonly<Record<string, number>>,
  annotation?: string,
): Promise<Glyph[]> {
  const isPage = annotation === undefined;
  const { fnArray, argsArray } = await page.getOperatorList({
    annotationMode: isPage ? withoutAnnotations : withAnnotations,
  });
  let isInside = isPage;
  const glyphs: Glyph[] = [];
  /** Marked content that has begun, with what it stands for if it says so. */
  const marked: ({ readonly from: number; readonly text: string } | null)[] = [];
  const drawnFonts = new Set<string>();
  const stack: State[] = [];
  let state = { ...initial };
  let text: Matrix = identity;
  let [x, y, lineX, lineY] = [0, 0, 0, 0];
  const move = (right: number, up: number) => {
    x = lineX += right;
    y = lineY += up;
  };
  const setFont = (name: string, size: number) => {
    state.fontName = name;
    state.font = page.commonObjs.has(name) ? (page.commonObjs.get(name) as Font) : {};
    state.size = size;
    if (state.font.isType3Font) drawnFonts.add(name);
  };
  const save = () => stack.push({ ...state });
  const restore = () => {
    state = stack.pop() ?? state;
  };
  const show = (items: readonly (FontGlyph | number)[], at: number) => {
    if (!isInside) return;
    const { font, size, scale, charSpacing, wordSpacing } = state;
    const whole = product(state.ctm, text);
    const [a, b, c, d] = whole;
    const across = Math.hypot(a, b);
    const forwards = Math.sign(size) * Math.sign(scale) || 1;
    const along = (Math.atan2(b * forwards, a * forwards) * 180) / Math.PI;
    // A mirrored letter (the first E of XeTeX's name) stands upright all the same, and reaches to the left of its place.
    const isMirrored = a * d - b * c < 0 && Math.abs(along) > 135;
    const base = isMirrored ? (Math.atan2(-c, d) * 180) / Math.PI : along;
    const isVertical = font.vertical === true;
    const angle = (base + (isVertical ? 270 : 0) + 360) % 360;
    const perUnit = Math.abs(font.fontMatrix?.[0] ?? 0.001) * size;
    const height = Math.abs(heightOf(font, size)) * Math.hypot(c, d);
    // Spacing goes the way that the text goes, also where a size below nothing turns it.
    const way = Math.sign(size) || 1;
    const letters = lettersOf(font);
    const fontName = state.fontName;
    const put = (item: FontGlyph, left: number, top: number, width: number): void => {
      const { text: said, isNumbered } = letters(item);
      glyphs.push({
        text: said,
        x: placed(left),
        y: placed(top),
        width: placed(width),
        size: placed(height),
        angle: placed(angle),
        font: fontName,
        isNumbered,
        show: at,
      });
    };
    for (const item of items) {
      if (typeof item === "number") {
        const shift = (-item * size) / 1000;
        if (isVertical) y += shift;
        else x += shift * scale;
        continue;
      }
      const spacing = (charSpacing + (item.isSpace ? wordSpacing : 0)) * way;
      const [px, py] = applied(whole, x, y + state.rise);
      if (isVertical) {
        const advance = -(item.vmetric ?? font.defaultVMetrics ?? [-1000])[0]! * perUnit - spacing;
        const width = Math.abs(advance) * Math.hypot(c, d);
        put(item, px, py, width);
        y -= advance;
      } else {
        const own = item.width * perUnit * scale;
        const width = Math.abs(own) * across;
        const left = isMirrored ? px - width : px;
        put(item, left, py, width);
        x += own + spacing * scale;
      }
      if (glyphs.length > mostGlyphs) throw new Error(`a page of more than ${mostGlyphs} glyphs`);
    }
  };

  for (let at = 0; at < fnArray.length; at++) {
    const args = argsArray[at] as never[] | null;
    switch (fnArray[at]) {
      case OPS.save:
      case OPS.beginGroup:
        save();
        break;
      case OPS.restore:
      case OPS.endGroup:
        restore();
        break;
      case OPS.transform:
        state.ctm = product(state.ctm, args as unknown as Matrix);
        break;
      case OPS.paintFormXObjectBegin: {
        save();
        const matrix = args?.[0] as Matrix | null | undefined;
        if (matrix) state.ctm = product(state.ctm, matrix);
        break;
      }
      case OPS.paintFormXObjectEnd:
        restore();
        break;
      case OPS.beginAnnotation: {
        save();
        isInside = args![0] === annotation;
        const [, , transform, matrix] = args as unknown as [string, unknown, Matrix, Matrix];
        state = { ...initial, ctm: product(transform, matrix) };
        break;
      }
      case OPS.endAnnotation:
        restore();
        isInside = isPage;
        break;
      case OPS.beginMarkedContent:
        marked.push(null);
        break;
      case OPS.beginMarkedContentProps: {
        // The copy of pdf.js in this package says what the content stands for.
        const actual = args![2] as unknown;
        marked.push(typeof actual === "string" ? { from: glyphs.length, text: actual } : null);
        break;
      }
      case OPS.endMarkedContent: {
        const ended = marked.pop();
        if (ended) sayInstead(glyphs, ended.from, ended.text);
        break;
      }
      case OPS.beginText:
        text = identity;
        x = y = lineX = lineY = 0;
        break;
      case OPS.setTextMatrix: {
        // Its one argument is the matrix, or the six are its numbers.
        const given = (args!.length === 1 ? args![0] : args) as unknown as ArrayLike<number>;
        text = Array.from(given) as unknown as Matrix;
        x = y = lineX = lineY = 0;
        break;
      }
      case OPS.moveText:
        move(args![0]!, args![1]!);
        break;
      case OPS.setLeadingMoveText:
        state.leading = args![1]!;
        move(args![0]!, args![1]!);
        break;
      case OPS.nextLine:
        move(0, state.leading);
        break;
      case OPS.setLeading:
        state.leading = -args![0]!;
        break;
      case OPS.setCharSpacing:
        state.charSpacing = args![0]!;
        break;
      case OPS.setWordSpacing:
        state.wordSpacing = args![0]!;
        break;
      case OPS.setHScale:
        state.scale = args![0]! / 100;
        break;
      case OPS.setTextRise:
        state.rise = args![0]!;
        break;
      case OPS.setFont:
        setFont(args![0]!, args![1]!);
        break;
      case OPS.setGState:
        for (const [key, value] of args![0]! as [string, [string, number]][]) {
          if (key === "Font") setFont(value[0], value[1]);
        }
        break;
      case OPS.showText:
        show(args![0]!, at);
        break;
    }
  }
  return inTrueSizes(glyphs, drawnFonts);
}

/** A letter's size is about twice its width; sizes that are further from that than these factors say nothing. */
const [largestRatio, smallestRatio] = [5, 0.8];
const usualRatio = 2;
const fewestLetters = 5;

/** Boxes of fonts that are drawn by programs of their own are often made up: then the widths of their letters say how large they are. */
function inTrueSizes(glyphs: Glyph[], drawn: ReadonlySet<string>): Glyph[] {
  if (drawn.size === 0) return glyphs;
  const factors = new Map<string, number>();
  for (const name of drawn) {
    const ratios = glyphs
      .filter(({ font, text, width }) => font === name && width > 0 && /^[\p{L}\p{N}]$/u.test(text))
      .map(({ size, width }) => size / width);
    if (ratios.length < fewestLetters) continue;
    const ratio = quantile(ratios, 0.5);
    if (ratio > largestRatio || ratio < smallestRatio) factors.set(name, usualRatio / ratio);
  }
  if (factors.size === 0) return glyphs;
  return glyphs.map((glyph) => {
    const factor = factors.get(glyph.font);
    return factor === undefined ? glyph : { ...glyph, size: glyph.size * factor };
  });
}

/** Fonts that are drawn by programs of their own (Type 3) have a scale of their own too: the height of their box says it. */
function heightOf({ isType3Font, bbox, fontMatrix }: Font, size: number): number {
  if (!isType3Font || !bbox || !fontMatrix) return size;
  const box = Math.abs(bbox[3]! - bbox[1]!) * Math.abs(fontMatrix[3]!);
  // A whole em's box says nothing new; a box of no height says nothing at all.
  return box === 0 || (Math.abs(size) > 1 && box < 2) ? size : size * box;
}
