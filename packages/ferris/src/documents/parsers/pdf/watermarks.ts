/**
 * Words across a page: a stamp or watermark lies over the text and belongs to none of its paragraphs.
 */
import type { Line } from "./lines.ts";

/** Larger than the page's text by this factor. */
const largerBy = 1.7;
/** Lies over this many other lines. */
const fewestLines = 2;

/** The lines without those that lie across others, and these. */
export function withoutWatermarks(lines: readonly Line[]): {
  readonly lines: readonly Line[];
  readonly across: readonly Line[];
} {
  const usual = lines.map(({ height }) => height).toSorted((a, b) => a - b)[Math.floor(lines.length / 2)] ?? 0;
  const large = lines.filter(({ height }) => height > largerBy * usual);
  if (large.length === 0) return { lines, across: [] };
  const across = new Set(large.filter((line) => lines.filter((other) => liesOver(line, other)).length >= fewestLines));
  return { lines: across.size === 0 ? lines : lines.filter((line) => !across.has(line)), across: [...across] };
}

/** What a stamp says: its letters stand apart, where each was turned for itself. */
export function stampText({ text }: Line): string {
  return /^(?:[\p{L}\p{N}] ){2,}[\p{L}\p{N}]$/u.test(text) ? text.replaceAll(" ", "") : text;
}

function liesOver(line: Line, other: Line): boolean {
  if (other === line || other.height > line.height / largerBy) return false;
  if (other.y < line.y - 0.1 * line.height || other.y + 0.5 * other.height > line.y + 0.7 * line.height) return false;
  const [left, right] = extent(line);
  const [from, to] = extent(other);
  return Math.min(right, to) - Math.max(left, from) > line.height;
}

/** From its first fragment's left to its last one's right. */
export function extent({ fragments }: Line): readonly [left: number, right: number] {
  return [Math.min(...fragments.map(({ left }) => left)), Math.max(...fragments.map(({ right }) => right))];
}
