/** Several question sets in one file, and what is wrong with a bad one. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSuite } from "../../src/evaluation/suite.ts";
import { folderOf } from "../support/files.ts";

test("paths are relative to the file", async () => {
  const folder = folderOf({
    "sets.json":
      '[{"name": "a", "questions": "a.jsonl", "db": "x"}, {"name": "b", "beir": "b", "split": "test", "db": "y"}]',
  });
  expect(await readSuite(join(folder, "sets.json"))).toEqual([
    { name: "a", questions: join(folder, "a.jsonl"), beir: null, split: undefined, db: join(folder, "x") },
    { name: "b", questions: null, beir: join(folder, "b"), split: "test", db: join(folder, "y") },
  ]);
});

test.each([
  ["{", "not JSON"],
  ["[]", "a list of sets"],
  ['[{"name": "a", "db": "x"}]', "set 1: needs"],
  ['[{"name": "a", "db": "x", "questions": "q", "beir": "b"}]', "set 1: needs"],
  ["[null]", "set 1: needs"],
])("%s is an error that says why", async (content, why) => {
  const folder = folderOf({ "sets.json": content });
  await expect(readSuite(join(folder, "sets.json"))).rejects.toThrow(why);
});
