/** A result's card as it is printed. */
import { expect, test } from "vitest";
import { resultCard } from "../../../src/cli/present/results.ts";
import { palette } from "../../../src/cli/terminal/colour.ts";
import type { SearchResult } from "../../../src/search/result.ts";

const look = { colours: palette(false), links: false, columns: 40 };
const result = (text: string, highlights: { start: number; end: number }[] = []): SearchResult =>
  ({
    rank: 1,
    path: "/somewhere/else.md",
    startLine: 3,
    endLine: 4,
    headingPath: [],
    page: null,
    cosine: 0.5,
    rerankScore: null,
    chunkId: 7,
    snippet: { text, startLine: 3, highlights },
    copies: [],
  }) as unknown as SearchResult;

test("Windows' line ends are not shown, and words keep their places behind them", () => {
  const shown = { ...look, colours: { ...look.colours, match: (text: string) => `<${text}>` } };
  const text = "first line\r\nsecond word\r\n";
  const start = text.indexOf("word");
  expect(resultCard(result(text, [{ start, end: start + 4 }]), shown).slice(1)).toEqual([
    "    first line",
    "    second <word>",
  ]);
});

test("a long line is cut at the terminal's width", () => {
  const [, line] = resultCard(result(`${"wide ".repeat(20)}\r\nnext`), look);
  expect(line.trim()).toHaveLength(34);
  expect(line.endsWith("…")).toBe(true);
});
