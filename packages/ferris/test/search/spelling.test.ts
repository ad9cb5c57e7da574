/** Words that the index does not have, and the ones that were meant. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { indexPaths } from "../../src/indexing/index-folder.ts";
import { understoodQuery } from "../../src/search/spelling.ts";
import { openIndex, openIndexForWriting } from "../../src/store/index.ts";
import type { StoreReader } from "../../src/store/store.ts";
import { editDistance } from "../../src/words/edit-distance.ts";
import { wordsEmbedder } from "../indexing/support/words-embedder.ts";

let reader: StoreReader;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ferris-spelling-"));
  writeFileSync(
    join(folder, "a.md"),
    "# Squashing migrations\n\nYou may squash migrations. The order of middleware matters, and the password is checked.\n\n`awaitWriteFinish`",
  );
  writeFileSync(join(folder, "Garden.txt"), "The pathway of a statement about stats.");
  const embedder = wordsEmbedder();
  const store = await openIndexForWriting(join(folder, ".ferris"), { identity: embedder.identity });
  await indexPaths({ paths: [folder], store, embedder });
  await store.close();
  // As a search opens it: nothing may be written.
  reader = await openIndex(join(folder, ".ferris"));
});
afterAll(async () => {
  await reader.close();
  rmSync(folder, { recursive: true, force: true });
});

const corrected = async (typed: string) => {
  const { query, corrections } = await understoodQuery(reader, null, typed);
  return { meaning: query.meaning, corrections: corrections.map(({ typed: one, used }) => `${one} → ${used}`) };
};

test("misspelt words are taken for the nearest that the index has", async () => {
  expect(await corrected("squahs migratons")).toEqual({
    meaning: "squash migrations",
    corrections: ["squahs → squash", "migratons → migrations"],
  });
  expect((await corrected("middlware ordr")).meaning).toBe("middleware order");
  expect((await corrected("Passwort")).meaning).toBe("password");
  expect((await corrected("pathwya")).meaning).toBe("pathway");
  // "stat" and "ment" make no word.
  expect((await corrected("statment")).meaning).toBe("statement");
  // In a file's name alone.
  expect((await corrected("gardn")).meaning).toBe("garden");
});

test("what is known, short, an identifier, quoted or in another language stays as it is", async () => {
  for (const typed of [
    "squash",
    "migrating",
    "WriteFinish",
    "ordr_2",
    "odr",
    '"middlware"',
    "gunicorn",
    "wie ist die Middlware",
  ]) {
    expect(await corrected(typed), typed).toMatchObject({ corrections: [] });
  }
});

test("a word that the model has a token for is no mistake", async () => {
  const embed = Object.assign(async () => [], { countTokens: (text: string) => (text === "odder" ? 1 : 2) });
  expect((await understoodQuery(reader, embed, "odder")).corrections).toEqual([]);
  expect((await understoodQuery(reader, embed, "ordder")).corrections).toEqual([{ typed: "ordder", used: "order" }]);
});

test("the distance counts swapped neighbours once and stops at its limit", () => {
  expect(editDistance("squahs", "squash", 2)).toBe(1);
  expect(editDistance("kitten", "sitting", 3)).toBe(3);
  expect(editDistance("kitten", "sitting", 2)).toBe(3);
  expect(editDistance("", "ab", 2)).toBe(2);
});
