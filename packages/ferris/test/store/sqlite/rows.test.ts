/** Rows as SQLite gives them, made into what a store gives: what only a damaged file can have is said to be damage. */
import { expect, test } from "vitest";
import { IndexUnusableError } from "../../../src/errors.ts";
import { toChunk } from "../../../src/store/sqlite/rows.ts";

test.each(["text", "headingPath"])("a passage whose %s is gone is a damaged index, not a mistake of ours", (column) => {
  const row = { id: 1, text: "a hedge", headingPath: "", isOcr: 0, lineRuns: null };
  expect(toChunk(row as never).text).toBe("a hedge");
  expect(() => toChunk({ ...row, [column]: null } as never)).toThrow(IndexUnusableError);
});
