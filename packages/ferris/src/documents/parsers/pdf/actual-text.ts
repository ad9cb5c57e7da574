/**
 * What marked content says that it stands for (ActualText, 14.9.4 of ISO 32000), in the place of what its glyphs say: the letters of Devanagari
 * or Thai as they are read and not as they are drawn, ligatures that have no letter, a soft hyphen.
 */
import type { Glyph } from "./glyph.ts";

/** Longer ones describe a stretch of a page, whose lines say better where its words stand. */
const longest = 200;
/** In sizes: glyphs further off their line than this are on another one. */
const offLine = 0.7;

/** Puts `text` in the place of the glyphs from `from` on, as one glyph. */
export function sayInstead(glyphs: Glyph[], from: number, text: string): void {
  const drawn = glyphs.slice(from);
  const [first] = drawn;
  if (first === undefined || text.length > longest) return;
  const onLine = lineOf(drawn, first);
  // A word that goes on in the next line is one; several words would all stand in the first.
  if (onLine.length < drawn.length && /\S\s+\S/.test(text)) return;
  glyphs.length = from;
  if (text === "") return;
  const [cos, sin] = [Math.cos((first.angle * Math.PI) / 180), Math.sin((first.angle * Math.PI) / 180)];
  const along = ({ x, y }: Glyph) => x * cos + y * sin;
  const begin = onLine.reduce((least, glyph) => (along(glyph) < along(least) ? glyph : least), first);
  const end = Math.max(...onLine.map((glyph) => along(glyph) + glyph.width));
  glyphs.push({ ...begin, text, width: end - along(begin), isNumbered: false });
}

/** Those of the glyphs that stand on the line of `first`. */
function lineOf(glyphs: readonly Glyph[], first: Glyph): readonly Glyph[] {
  const [cos, sin] = [Math.cos((first.angle * Math.PI) / 180), Math.sin((first.angle * Math.PI) / 180)];
  const across = ({ x, y }: Glyph) => y * cos - x * sin;
  return glyphs.filter(
    (glyph) => Math.abs(across(glyph) - across(first)) <= offLine * Math.max(first.size, glyph.size),
  );
}
