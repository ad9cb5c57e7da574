/** Rows as SQLite gives them, made into what a store gives: what only a damaged file can have is reported as damage. */
import { expect, test } from "vitest";
import { IndexUnusableError } from "../../../src/errors.ts";
import { toChunk, toDocument } from "../../../src/store/sqlite/rows.ts";

test.each(["text", "headingPath", "path"])("a passage whose %s is gone", (column) => {
  const row = { id: 1, path: "/a.md", text: "a hedge", headingPath: "", isOcr: 0, lineRuns: null };
  expect(toChunk(row as never).text).toBe("a hedge");
  expect(() => toChunk({ ...row, [column]: null } as never)).toThrow(IndexUnusableError);
});

test("a document whose path is gone, and fields that are none", () => {
  const row = { id: 1, path: "/a.md", type: "text", fields: '{"tag": ["ops", 1], "date": "2026"}' };
  expect(toDocument(row as never).fields).toEqual({ tag: ["ops"], date: [] });
  for (const fields of ["7", "not JSON", null]) expect(toDocument({ ...row, fields } as never).fields).toBeNull();
  expect(() => toDocument({ ...row, path: null } as never)).toThrow("a document has lost its path");
});
