/**
 * A scanned page as one picture: the pictures that make it up (one, strips, layers) put in their places, in grey.
 *
 * pdf.js decodes them; nothing is drawn, so no canvas is needed. Stencils are ink. Text and lines are left out: a page that has text
 * needs no OCR.
 */
import type { PdfPage } from "./engine.ts";
import { applied, identity, type Matrix, product } from "./matrix.ts";

/** A picture as PGM, which OCR reads without decoding. */
export type Pgm = Uint8Array;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** By pdf.js: 1 is a bit a pixel, 2 RGB, 3 RGBA. */
  readonly kind?: number;
  readonly data?: Uint8Array | Uint8ClampedArray;
}

interface Placed {
  readonly picture: Picture;
  readonly isStencil: boolean;
  /** From the unit square to the page. */
  readonly matrix: Matrix;
}

/** Pictures on less than this share of a page are not a scan of it. */
const leastShare = 0.3;
const mostPictures = 500;
/** A page's picture has at most this many pixels: A4 at 500 dpi. */
const mostPixels = 24_000_000;
/** No answer from pdf.js for this long means that a picture could not be decoded. */
const decodeMilliseconds = 20_000;

/** Null for a page without pictures that would hold a scan. */
export async function pagePicture(page: PdfPage, OPS: Readonly<Record<string, number>>): Promise<Pgm | null> {
  const placed = await picturesOf(page, OPS);
  const { width, height, toPixels } = frameOf(page, placed);
  if (width === 0) return null;
  const pixels = new Uint8Array(width * height).fill(255);
  for (const one of placed) draw(one, product(toPixels, one.matrix), pixels, width, height);
  const header = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`);
  const pgm = new Uint8Array(header.length + pixels.length);
  pgm.set(header);
  pgm.set(pixels, header.length);
  return pgm;
}

async function picturesOf(page: PdfPage, OPS: Readonly<Record<string, number>>): Promise<Placed[]> {
  const { fnArray, argsArray } = await page.getOperatorList({ annotationMode: 0 });
  const placed: Placed[] = [];
  const stack: Matrix[] = [];
  let ctm: Matrix = identity;
  const add = async (source: unknown, isStencil: boolean, matrix: Matrix) => {
    const picture = await pictureOf(page, source);
    if (picture?.data && placed.length < mostPictures) placed.push({ picture, isStencil, matrix });
  };
  for (let at = 0; at < fnArray.length; at++) {
    const args = argsArray[at] as unknown[] | null;
    switch (fnArray[at]) {
      case OPS.save:
        stack.push(ctm);
        break;
      case OPS.restore:
      case OPS.paintFormXObjectEnd:
        ctm = stack.pop() ?? ctm;
        break;
      case OPS.transform:
        ctm = product(ctm, args as unknown as Matrix);
        break;
      case OPS.paintFormXObjectBegin:
        stack.push(ctm);
        if (args?.[0]) ctm = product(ctm, args[0] as Matrix);
        break;
      case OPS.paintImageXObject:
      case OPS.paintInlineImageXObject:
        await add(args![0], false, ctm);
        break;
      case OPS.paintImageMaskXObject:
        await add(args![0], true, ctm);
        break;
      case OPS.paintImageMaskXObjectGroup:
        for (const stencil of args![0] as { transform?: Matrix }[]) {
          await add(stencil, true, stencil.transform ? product(ctm, stencil.transform) : ctm);
        }
        break;
    }
  }
  return placed;
}

/** What pdf.js names, or has at hand. */
async function pictureOf(page: PdfPage, source: unknown): Promise<Picture | null> {
  const given = source as { data?: unknown } | string | null;
  const name = typeof given === "string" ? given : typeof given?.data === "string" ? given.data : null;
  if (name === null) return given as Picture | null;
  const objects = name.startsWith("g_") ? page.commonObjs : page.objs;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), decodeMilliseconds)));
  const found = new Promise<Picture | null>((resolve) => objects.get(name, (value: Picture | null) => resolve(value)));
  return Promise.race([found, late]).finally(() => clearTimeout(timer));
}

/** The page upright, at the finest picture's own resolution. */
function frameOf(
  page: PdfPage,
  placed: readonly Placed[],
): { readonly width: number; readonly height: number; readonly toPixels: Matrix } {
  const viewport = page.getViewport({ scale: 1 });
  const covered = placed.reduce((sum, { matrix: [a, b, c, d] }) => sum + Math.abs(a * d - b * c), 0);
  if (covered < leastShare * viewport.width * viewport.height) return { width: 0, height: 0, toPixels: identity };
  const finest = Math.max(...placed.map(({ picture, matrix: [a, b] }) => picture.width / (Math.hypot(a, b) || 1)));
  const most = Math.sqrt(mostPixels / (viewport.width * viewport.height));
  const scale = Math.min(finest, most);
  const [width, height] = [Math.round(viewport.width * scale), Math.round(viewport.height * scale)];
  return { width, height, toPixels: product([scale, 0, 0, scale, 0, 0], viewport.transform as unknown as Matrix) };
}

function draw({ picture, isStencil }: Placed, matrix: Matrix, pixels: Uint8Array, width: number, height: number): void {
  const [a, b, c, d, e, f] = matrix;
  const area = a * d - b * c;
  if (area === 0) return;
  const corners = [applied(matrix, 0, 0), applied(matrix, 1, 0), applied(matrix, 0, 1), applied(matrix, 1, 1)];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [left, right] = [Math.max(0, Math.floor(Math.min(...xs))), Math.min(width, Math.ceil(Math.max(...xs)))];
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(...ys))), Math.min(height, Math.ceil(Math.max(...ys)))];
  const grey = greyOf(picture);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [dx, dy] = [x + 0.5 - e, y + 0.5 - f];
      // The unit square's top is the picture's first row.
      const column = Math.floor(((d * dx - c * dy) / area) * picture.width);
      const row = Math.floor((1 - (a * dy - b * dx) / area) * picture.height);
      if (column < 0 || row < 0 || column >= picture.width || row >= picture.height) continue;
      const value = grey(column, row);
      if (!isStencil) pixels[y * width + x] = value;
      else if (value === 0) pixels[y * width + x] = 0;
    }
  }
}

function greyOf({ data, width, kind }: Picture): (column: number, row: number) => number {
  const bytes = data!;
  if (kind === 2 || kind === 3) {
    const step = kind + 1;
    return (column, row) => {
      const at = (row * width + column) * step;
      return (bytes[at]! * 299 + bytes[at + 1]! * 587 + bytes[at + 2]! * 114) / 1000;
    };
  }
  const stride = (width + 7) >> 3;
  return (column, row) => ((bytes[row * stride + (column >> 3)]! >> (7 - (column & 7))) & 1 ? 255 : 0);
}
