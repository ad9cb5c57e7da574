/** One query over a small index: which candidates become results, what a nearest miss is, and what a file's name is worth. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { indexPaths } from "../../src/indexing/index-folder.ts";
import { search, type SearchRequest } from "../../src/search/search.ts";
import { openIndexForWriting } from "../../src/store/index.ts";
import type { Store } from "../../src/store/store.ts";
import { wordsEmbedder, wordsVector } from "../indexing/support/words-embedder.ts";

const documents = {
  "keys.md": "# Keys\n\nRotate the signing key on Mondays.\n",
  "bread.md": "# Bread\n\nKnead the dough and let it rise.\n",
  "harbour.md": "# Harbour\n\nThe ferry leaves at noon. See keys.md for the gate.\n",
};
let store: Store;
/** How often the model was asked. */
let asked = 0;

beforeAll(async () => {
  const place = mkdtempSync(join(tmpdir(), "small-"));
  const docs = join(place, "docs");
  mkdirSync(docs);
  for (const [name, text] of Object.entries(documents)) writeFileSync(join(docs, name), text);
  store = await openIndexForWriting(join(place, "index"), { identity: wordsEmbedder().identity });
  await indexPaths({ paths: [docs], store, embedder: wordsEmbedder() });
  return async () => {
    await store.close();
    rmSync(place, { recursive: true, force: true });
  };
});

const embed = async (queries: readonly string[]) => {
  asked += queries.length;
  return queries.map((query) => wordsVector(query));
};
const ask = (query: string, request: Partial<SearchRequest> = {}) =>
  search(store, embed, query, { mode: "hybrid", limit: 10, ...request });
const names = ({ results }: Awaited<ReturnType<typeof ask>>) => results.map(({ path }) => basename(path));

describe("a search", () => {
  test("orders by what both retrievers say, and asks the model once", async () => {
    asked = 0;
    expect(names(await ask("rotate the signing key"))[0]).toBe("keys.md");
    expect(names(await ask("knead the dough"))[0]).toBe("bread.md");
    expect(asked).toBe(2);
  });

  test("by words alone asks no model, and finds only what has them", async () => {
    const answer = await search(store, null, "ferry", { mode: "text", limit: 10 });
    expect(names(answer)).toEqual(["harbour.md"]);
    expect(answer.vectorMethod).toBeNull();
  });

  test("puts a file that is asked for by its name before those that mention it", async () => {
    expect(names(await ask("keys.md"))[0]).toBe("keys.md");
    expect(names(await ask("keys.md", { mode: "text" }))[0]).toBe("keys.md");
  });

  test("with nothing above what chance reaches has no result, but a nearest miss", async () => {
    const { results, nearestMiss, noiseFloor } = await ask("zebra crossing", { noiseFloor: async () => 0.99 });
    expect([results, noiseFloor]).toEqual([[], 0.99]);
    expect(nearestMiss?.rank).toBe(1);
    // A word that is there is an answer however high that is.
    expect(names(await ask("ferry", { noiseFloor: async () => 0.99 }))[0]).toBe("harbour.md");
  });

  test("with a least score keeps what reaches it, takes no floor, and says what came nearest", async () => {
    const all = await ask("rotate the signing key", { mode: "vector" });
    const [best, second] = all.results.map(({ cosine }) => cosine!);
    const noiseFloor = (): Promise<number> => Promise.reject(new Error("not to be asked"));
    const some = await ask("rotate the signing key", { mode: "vector", minScore: (best! + second!) / 2, noiseFloor });
    expect(names(some)).toEqual(["keys.md"]);
    asked = 0;
    const none = await ask("rotate the signing key", { mode: "vector", minScore: best! + 0.01, noiseFloor });
    expect([none.results, basename(none.nearestMiss!.path)]).toEqual([[], "keys.md"]);
    // What was found is filtered; nothing is asked again.
    expect(asked).toBe(1);
    await expect(ask("key", { mode: "text", minScore: 0.5 })).rejects.toThrow("a least score is a cosine");
  });

  test("whose best are read again is ordered by those scores, a least score too", async () => {
    const scoreTexts = async (_: string, texts: readonly string[]) =>
      texts.map((text) => (text.includes("dough") ? 0.9 : 0.1));
    expect(names(await ask("rotate the signing key", { scoreTexts }))[0]).toBe("bread.md");
    expect(names(await ask("rotate the signing key", { scoreTexts, minScore: 0.5 }))).toEqual(["bread.md"]);
  });
});
