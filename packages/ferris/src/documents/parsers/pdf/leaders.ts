/**
 * Dots that lead from a title to its page's number, and lines to write on: one sign stands for all of them, since for a model each is a
 * word of its own.
 */
import type { Glyph } from "./glyph.ts";

const fewest = 5;
/** In font sizes: dots of one leader are never further apart. */
const widestGap = 1.6;
/** Fewer dots, in a text, say that something is left out. */
const widestInText = 5;
const pageNumber = /^(?:[A-Z]+[.\-\u2010\u2013])?(?:\d{1,5}|[ivxlc]{1,8})$/i;
const dots = /^[.\u00b7\u2024\u2025\u2026\u22c5\u30fb]+$/u;

/** The glyphs with "…" for each leader; `hasLeader` where dots led somewhere. */
export function withoutLeaders(glyphs: readonly Glyph[]): {
  readonly glyphs: readonly Glyph[];
  readonly hasLeader: boolean;
} {
  const result: Glyph[] = [];
  let hasLeader = false;
  let isShorter = false;
  for (let from = 0; from < glyphs.length;) {
    const first = glyphs[from]!;
    const isDot = dots.test(first.text);
    const isDash = first.text === "-" && glyphs[from + 1]?.text === "-";
    if (!isDot && !isDash && first.text !== "_") {
      result.push(first);
      from++;
      continue;
    }
    let [to, count, last] = [from, 0, first];
    for (let at = from; at < glyphs.length; at++) {
      const glyph = glyphs[at]!;
      if (glyph.text.trim() === "") continue;
      if (isDot ? !dots.test(glyph.text) : glyph.text !== first.text) break;
      if (glyph.x - last.x - last.width > widestGap * glyph.size) break;
      count += glyph.text.length;
      last = glyph;
      to = at + 1;
    }
    const rest = () =>
      glyphs
        .slice(to)
        .map(({ text }) => text)
        .join("")
        .trim();
    const isLong = last.x + last.width - first.x > widestInText * first.size;
    // Dashes are rules and programs too: they lead from words to a page's number.
    const leads = isDash && isLong && /\p{L}/u.test(result.map(({ text }) => text).join("")) && pageNumber.test(rest());
    if (count < fewest || (isDash && !leads)) {
      result.push(...glyphs.slice(from, Math.max(to, from + 1)));
    } else {
      const space = (x: number): Glyph => ({ ...first, text: " ", x, width: 0 });
      // A little narrower than the dots, so that there are spaces around it.
      const inset = Math.min(0.3 * first.size, (last.x + last.width - first.x) / 4);
      const width = last.x + last.width - first.x - 2 * inset;
      result.push(space(first.x), { ...first, text: "…", x: first.x + inset, width }, space(last.x + last.width));
      isShorter = true;
      hasLeader ||=
        leads ||
        (isDot ? width > widestInText * first.size || pageNumber.test(rest()) : isLong && pageNumber.test(rest()));
    }
    from = Math.max(to, from + 1);
  }
  return { glyphs: isShorter ? result : glyphs, hasLeader };
}
