/** Results as CSV: exact for programs, harmless on a terminal. */
import { expect, test } from "vitest";
import { csvLines } from "../../../src/cli/present/formats.ts";
import type { SearchResult } from "../../../src/search/result.ts";

const text = 'first, "quoted"\r\n\u001b]0;owned\u0007second\rover\u009b2J';
const result = {
  rank: 1,
  path: "/a\u001b[2J.md",
  startLine: 1,
  endLine: 2,
  page: null,
  headingPath: ["A\u001b[31m"],
  score: 0.5,
  cosine: 0.5,
  bm25: null,
  text,
} as unknown as SearchResult;

test("a program gets the text as it is", () => {
  expect(csvLines([result], false)[1]).toBe(
    `1,/a\u001b[2J.md,1,2,,A\u001b[31m,0.5,0.5,,"first, ""quoted""\r\n\u001b]0;owned\u0007second\rover\u009b2J"`,
  );
});

test("a terminal gets nothing that it would obey, and the line breaks inside a cell", () => {
  expect(csvLines([result], true)[1]).toBe(
    `1,/a␛[2J.md,1,2,,A␛[31m,0.5,0.5,,"first, ""quoted""\n␛]0;owned␇second␍over\ufffd2J"`,
  );
});
