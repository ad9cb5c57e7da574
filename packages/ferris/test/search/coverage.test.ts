/** How much of a query a chunk has, where versions and file names count whole. */
import { expect, test } from "vitest";
import { Coverage } from "../../src/search/coverage.ts";
import { parseQuery } from "../../src/search/query/query.ts";
import type { StoredChunk } from "../../src/store/store.ts";

const chunk = (text: string, path = "/somewhere/else.md"): StoredChunk =>
  ({ id: 1, text, path, title: null, headingPath: [] }) as unknown as StoredChunk;

const coverageOf = (query: string) => (found: StoredChunk) => new Coverage(parseQuery(query)).of(found);

test.each([
  ["1.0.4", "released v1.0.4 today", 1],
  ["v1.0.4", "since 1.0.4, that is", 1],
  ["1.0.4", "https://x/compare/0.3.1...0.4.0", 0],
  ["1.0.4", "1.1 % | 0.4 %", 0],
  ["1.0.4", "versions 1.0.42 and 11.0.4 and 1.0.4.1", 0],
  ["1.0.4.", "ends in 1.0.4.", 1],
  ["upgrade to 2.3", "upgrading to 2.3", 1],
  ["upgrade to 2.3", "upgrading to 2.4", 0.5],
  ["rotate keys", "a rotated key", 1],
  ["rotate keys", "change of tyres", 0],
])("%s in %j: %d", (query, text, share) => {
  expect(coverageOf(query)(chunk(text))).toBe(share);
});

test("a file counts by its name, or where a text has it", () => {
  expect(coverageOf("release.md")(chunk("anything", "/docs/Release.md"))).toBe(1);
  expect(coverageOf("cors/README.md")(chunk("anything", "/node_modules/cors/README.md"))).toBe(1);
  expect(coverageOf("cors/README.md")(chunk("anything", "/node_modules/xcors/README.md"))).toBe(0);
  expect(coverageOf("scripts in package.json")(chunk("the scripts of package.json"))).toBe(1);
  expect(parseQuery("what is in docs/keys.md, e.g. for 1.0.4 and node.js?").names).toEqual(["docs/keys.md", "node.js"]);
});
