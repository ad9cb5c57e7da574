/** What is near a document: other documents about the same, never itself or its copies. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { indexPaths } from "../../src/indexing/index-folder.ts";
import { relatedTo } from "../../src/search/related.ts";
import { openIndexForWriting } from "../../src/store/index.ts";
import type { Store } from "../../src/store/store.ts";
import { wordsEmbedder } from "../indexing/support/words-embedder.ts";

let store: Store;
let files: string;
const at = (name: string): string => join(files, name);

const bread =
  "Knead the dough for ten minutes by hand, let it rise in a warm place, and bake the bread in a hot oven until it is brown. " +
  "Leave it on a rack for an hour before you cut the first slice; it keeps for three days in a cloth.";

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ferris-related-"));
  files = join(folder, "files");
  mkdirSync(files);
  const write = (name: string, text: string): void => writeFileSync(at(name), text);
  write(
    "bread.md",
    `# Bread\n\n${bread}\n\n# Keys\n\nRotate the signing key: create the second key, then revoke it.\n`,
  );
  write("copy.md", `# Bread\n\n${bread.replace("ten", "twelve")}\n`);
  write("rolls.md", "# Rolls\n\nKnead the dough of the rolls, let it rise twice, and bake them in the oven.\n");
  write("certificates.txt", "Create the second signing key and revoke the old key after a day.\n");
  write("cats.txt", "A cat sleeps sixteen hours and hunts mice at night.\n");
  const embedder = wordsEmbedder({ dimensions: 256 });
  store = await openIndexForWriting(join(folder, "index"), { identity: embedder.identity });
  await indexPaths({ paths: [files], store, embedder });
  return async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

const names = (results: readonly { path: string }[]): string[] =>
  results.map(({ path }) => path.slice(files.length + 1));

describe("a document", () => {
  test("has near ones in order, and its copies are listed apart", async () => {
    const near = (await relatedTo(store, { path: at("bread.md") }, { limit: 10 }))!;
    expect(names(near.results).slice(0, 2).toSorted()).toEqual(["certificates.txt", "rolls.md"]);
    expect(names(near.results)).not.toContain("bread.md");
    expect(names(near.copies)).toEqual(["copy.md"]);
    expect(near.source).toMatchObject({ path: at("bread.md"), startLine: 1, endLine: 7 });
    const scores = near.results.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test("one of its lines has those of its passage alone; a blank line is that of the next passage", async () => {
    for (const line of [5, 6, 7]) {
      const near = (await relatedTo(store, { path: at("bread.md"), line }, { limit: 1 }))!;
      expect(names(near.results)).toEqual(["certificates.txt"]);
      expect(near.source).toMatchObject({ startLine: 5, endLine: 7 });
    }
    const blank = (await relatedTo(store, { path: at("bread.md"), line: 4 }, { limit: 1 }))!;
    expect(blank.source.endLine).toBe(7);
  });

  test("may be among the results with its other passages", async () => {
    const request = { limit: 10, ownDocument: true };
    const near = (await relatedTo(store, { path: at("bread.md"), line: 7 }, request))!;
    expect(names(near.results)).toContain("bread.md");
    expect(near.results.every(({ startLine, path }) => path !== at("bread.md") || startLine < 5)).toBe(true);
  });

  test("is compared by a result's chunk as well", async () => {
    const [chunk] = await store.chunksOf((await store.document(at("rolls.md")))!.id);
    const near = (await relatedTo(store, { chunkId: chunk!.id }, { limit: 2 }))!;
    expect(names(near.results)).toContain("bread.md");
  });
});

test("filters, and a least score", async () => {
  const near = (await relatedTo(store, { path: at("bread.md") }, { limit: 5, filter: { types: ["text"] } }))!;
  expect(names(near.results).toSorted()).toEqual(["cats.txt", "certificates.txt"]);
  const least = (await relatedTo(store, { path: at("bread.md") }, { limit: 5, minScore: 0.4 }))!;
  expect(names(least.results)).not.toContain("cats.txt");
});

test("what the index does not have", async () => {
  expect(await relatedTo(store, { path: at("none.md") }, { limit: 5 })).toBeNull();
  expect(await relatedTo(store, { chunkId: 999_999 }, { limit: 5 })).toBeNull();
  await expect(relatedTo(store, { path: at("cats.txt"), line: 99 }, { limit: 5 })).rejects.toThrow(UsageError);
});
