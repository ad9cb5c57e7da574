/** Filters as people write them. */
import { expect, test } from "vitest";
import { makeFilter } from "../../src/search/filter.ts";

const now = Date.UTC(2026, 5, 15, 12);

test("nothing written filters nothing", () => {
  expect(makeFilter({})).toBeUndefined();
  expect(makeFilter({ paths: [], types: [] })).toBeUndefined();
});

test.each([
  ["12h", now - 12 * 3_600_000],
  ["7d", now - 7 * 86_400_000],
  ["2w", now - 14 * 86_400_000],
  ["2026-01-31", new Date(2026, 0, 31).getTime()],
  ["2026-01-31T12:00:00Z", Date.UTC(2026, 0, 31, 12)],
])("--since %s", (since, expected) => {
  expect(makeFilter({ since }, now)).toEqual({ modifiedSince: expected });
});

test.each(["yesterday", "7", "7m", "2026-02-30", "2026-13-01", "31.1.2026", ""])("--since %j is an error", (since) => {
  expect(() => makeFilter({ since }, now)).toThrow(`invalid time "${since}"`);
});

test("a misspelt type is an error that lists the types", () => {
  expect(() => makeFilter({ types: ["markdwon"] })).toThrow(
    'unknown document type "markdwon": it must be one of markdown,',
  );
  expect(makeFilter({ types: ["markdown"], paths: ["*.md"] })).toEqual({ types: ["markdown"], paths: ["*.md"] });
});

test("a glob longer than any path is an error that names the limit", () => {
  expect(() => makeFilter({ paths: ["*.md", "(".repeat(50_000)] })).toThrow(
    'the glob "((((((((((((((((((((…" has 50000 characters: it must have at most 1000',
  );
  expect(makeFilter({ paths: ["a".repeat(1000)] })).toEqual({ paths: ["a".repeat(1000)] });
});
