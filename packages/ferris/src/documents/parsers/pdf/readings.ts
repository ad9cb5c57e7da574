/**
 * Readings over ideographs (ruby, furigana): small kana right above the letters that they tell how to say, beside them in vertical text. The
 * base text is read, as in the formats that mark readings as such; where they stayed they would cut its lines and words.
 */
import type { Glyph } from "./glyph.ts";

/** In sizes of the letter below: at most this large … */
const largest = 0.62;
/** … this far above its baseline, or from the middle of its column … */
const [lowest, highest] = [0.55, 1.4];
/** … and so far beyond its sides: a long reading is wider than its letter. */
const beside = 0.7;
/** Larger letters have no readings. */
const largestSize = 200;
/** Letters are looked up by squares of the page of this width. */
const cellSize = 50;

const kana = /^[\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fc-\u30fe]+$/u;
const ideograph = /\p{sc=Han}/u;

/** The glyphs in their order, without readings. They are level: text that goes down has been turned. */
export function withoutReadings(glyphs: readonly Glyph[]): readonly Glyph[] {
  const mostSize = glyphs.reduce((size, glyph) => Math.max(size, glyph.size), 0);
  if (!glyphs.some(({ text, size }) => size <= largest * mostSize && kana.test(text))) return glyphs;
  const cells = new Map<string, Glyph[]>();
  for (const glyph of glyphs) {
    if (!ideograph.test(glyph.text)) continue;
    const key = keyOf(Math.floor(glyph.x / cellSize), Math.floor(glyph.y / cellSize));
    const cell = cells.get(key);
    if (cell) cell.push(glyph);
    else cells.set(key, [glyph]);
  }
  if (cells.size === 0) return glyphs;
  const isAbove = (reading: Glyph, { x, y, width, size }: Glyph) => {
    const middle = reading.x + reading.width / 2;
    const rise = (reading.y - y) / size;
    const isOver = middle >= x - beside * size && middle <= x + width + beside * size;
    return reading.size <= largest * size && isOver && rise >= lowest && rise <= highest;
  };
  return glyphs.filter((glyph) => {
    if (glyph.size > Math.min(largest * mostSize, largestSize) || !kana.test(glyph.text)) return true;
    const reach = highest * Math.min(mostSize, 10 * glyph.size);
    const [left, right] = [glyph.x - reach, glyph.x + reach].map((x) => Math.floor(x / cellSize)) as [number, number];
    const [low, high] = [glyph.y - reach, glyph.y].map((y) => Math.floor(y / cellSize)) as [number, number];
    for (let column = left; column <= right; column++) {
      for (let row = low; row <= high; row++) {
        if (cells.get(keyOf(column, row))?.some((base) => isAbove(glyph, base))) return false;
      }
    }
    return true;
  });
}

const keyOf = (column: number, row: number) => `${column},${row}`;
