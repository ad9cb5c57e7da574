/**
 * Running heads and page numbers of a PDF: lines at the top and bottom of pages that say the same on most of them.
 *
 * Careful, because what looks alike may be the document itself: a price list, a form filled in on every page. Only the outermost lines
 * near a page's edge are looked at, they must agree to the letter but for the page's own number, the first of them stays,
 * and a page of which nothing would be left stays as it is.
 */
import type { Line } from "./lines.ts";
import type { Page as ReadPage } from "./read-pages.ts";

type Page = Pick<ReadPage, "lines" | "bottom" | "top">;

/** A single page has no running heads; in fewer than these they must be on all pages, and apart from the text. */
const fewestPages = 2;
const fewPages = 4;
/** Share of a page's height, at its top and at its bottom, where running heads stand. */
const margin = 0.12;
/** Lines from the edge inwards that may be part of one. */
const outermost = 2;
/** In points. */
const farApart = 24;
/** A page's printed number is at most so far from its place in the file. */
const largestOffset = 30;

/** The pages' lines without those that are repeated. */
export function withoutRunningHeads(pages: readonly Page[]): readonly (readonly Line[])[] {
  if (pages.length < fewestPages) return pages.map(({ lines }) => lines);
  const edges = pages.map((page) => edgeLines(page, pages.length < fewPages));
  const most = pages.length < fewPages ? pages.length - 1 : pages.length / 2;
  const offset = numberOffset(edges, most);
  const name = (line: Line, page: number): string => {
    const number = offset === null ? null : pageNumber(line.text, page + offset);
    return `${Math.round(line.y)} ${number === null ? line.text : `# ${number.rest}`}`;
  };
  const counts = new Map<string, number>();
  edges.forEach((lines, page) => {
    for (const key of new Set([...lines].map((line) => name(line, page)))) counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const seen = new Set<string>();
  return pages.map(({ lines }, page) => {
    const kept = lines.flatMap((line): Line[] => {
      if (!edges[page].has(line)) return [line];
      const number = offset === null ? null : pageNumber(line.text, page + offset);
      if (number?.rest === "") return [];
      // A chapter's head comes on the chapter's pages alone; its page number shows what it is.
      const key = name(line, page);
      const repeated = counts.get(key)! > (number === null ? most : 1);
      if (!repeated) return [line];
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ ...line, isHead: true }];
    });
    return kept.length > 0 ? kept : lines;
  });
}

/** The lines of a page where running heads may stand. */
function edgeLines({ lines, bottom, top }: Page, mustBeApart: boolean): ReadonlySet<Line> {
  const heights = [...new Set(lines.map(({ y }) => Math.round(y)))].toSorted((a, b) => b - a);
  const depth = (top - bottom) * margin;
  const isOuter = mustBeApart
    ? outerApart(heights)
    : new Set([...heights.slice(0, outermost), ...heights.slice(-outermost)]);
  return new Set(lines.filter(({ y }) => isOuter.has(Math.round(y)) && (y > top - depth || y < bottom + depth)));
}

/** The first and the last height, where what is next is further away than a paragraph's lines are. */
function outerApart(heights: readonly number[]): ReadonlySet<number> {
  const outer = new Set<number>();
  if (heights.length > 1 && heights[0]! - heights[1]! > farApart) outer.add(heights[0]!);
  if (heights.length > 1 && heights.at(-2)! - heights.at(-1)! > farApart) outer.add(heights.at(-1)!);
  return outer;
}

/** What printed page numbers are ahead of the pages' indexes, where more than `most` pages agree on it. */
function numberOffset(edges: readonly ReadonlySet<Line>[], most: number): number | null {
  const counts = new Map<number, number>();
  edges.forEach((lines, page) => {
    const offsets = [...lines].flatMap(({ text }) => numbersAtEnds(text).map((number) => number - page));
    for (const offset of new Set(offsets)) counts.set(offset, (counts.get(offset) ?? 0) + 1);
  });
  const [best] = [...counts].filter(([offset]) => Math.abs(offset) <= largestOffset).toSorted((a, b) => b[1] - a[1]);
  return best !== undefined && best[1] > most ? best[0] : null;
}

/** "3 of 12", "3/12": the pages' number says nothing of the page. */
const ofAll = "\\s?(?:of|/|von|de|sur|di|van|av|из)\\s?\\d{1,5}";
const [countedStart, countedEnd] = [new RegExp(`^\\d{1,5}(?=${ofAll}\\b)`), new RegExp(`\\b\\d{1,5}(?=${ofAll}$)`)];

function numbersAtEnds(text: string): number[] {
  return [/^\d{1,5}\b/, /\b\d{1,5}$/, countedStart, countedEnd]
    .flatMap((place) => Number(place.exec(text.trim())?.[0] ?? NaN))
    .filter(Number.isInteger);
}

/** What a line says besides the page's number at its beginning or end; null for a line without it. */
function pageNumber(text: string, number: number): { readonly rest: string } | null {
  const rest = text
    .trim()
    .replace(new RegExp(`^${number}(?:${ofAll})?\\b|\\b${number}(?:${ofAll})?$`), "")
    .replace(/^[\s\-–—|·.]+|(?<![\s\-–—|·.])[\s\-–—|·.]+$/g, "");
  if (rest === text.trim()) return null;
  return { rest: /^(?:page|p|seite|s|página|pagina)$/i.test(rest) ? "" : rest };
}
