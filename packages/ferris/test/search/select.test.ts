/** Which chunks become which results. */
import { expect, test } from "vitest";
import { selectPassages } from "../../src/search/select.ts";
import type { StoredChunk } from "../../src/store/store.ts";

/** "a3" is the fourth chunk of document a. */
function candidates(names: string): { chunk: StoredChunk }[] {
  return names.split(" ").map((name) => ({
    chunk: {
      documentId: name.codePointAt(0)!,
      ordinal: Number(name.slice(1)),
      path: name,
      text: name,
    } as unknown as StoredChunk,
  }));
}
function select(names: string, limit: number, perDocument: number): string {
  return selectPassages(candidates(names), { limit, perDocument })
    .passages.map(({ best, chunks }) =>
      chunks.map(({ chunk }) => (chunk === best.chunk ? `*${chunk.path}` : chunk.path)).join("+"),
    )
    .join(" ");
}

test.each([
  ["the best, in order", "a1 b1 c1", 2, 3, "*a1 *b1"],
  ["a document gets only so many places", "a1 a3 a5 b1", 10, 2, "*a1 *a3 *b1"],
  ["neighbours become one result with one place", "a1 b1 a2 a0 c1", 4, 1, "a0+*a1+a2 *b1 *c1"],
  ["the better of two passages takes the gap and the other", "a3 b1 a1 a2 c1", 4, 3, "a1+a2+*a3 *b1 *c1"],
  ["a freed place goes elsewhere, not to a further neighbour", "a1 a2 a3 b1", 2, 3, "*a1+a2 *b1"],
  ["nothing from nothing", "a1", 0, 3, ""],
] as const)("%s", (_name, names, limit, perDocument, expected) => {
  expect(select(names, limit, perDocument)).toBe(expected);
});
