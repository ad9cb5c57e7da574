/** Ranking words in bounded time, against ranking everything: with a budget of a few chunks instead of 20,000. */
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../src/store/sqlite/database.ts";
import { openForReading } from "../../../src/store/sqlite/database-file.ts";
import { openIndexForWriting } from "../../../src/store/index.ts";
import { rankByWords } from "../../../src/store/sqlite/text-ranking.ts";
import { randomFrom } from "../../documents/support/random-documents.ts";
import { folderOf } from "../../support/files.ts";
import { chunkRecord, identity, put } from "../support/records.ts";

const everything = 1_000_000;
const words = ["everywhere", "often", "usual", "seldom", "rare", "unique"];
/** In how many of a hundred chunks each of `words` stands. */
const shares = [95, 60, 45, 8, 2, 0.3];

/** 900 chunks in 30 documents, each with some of `words`, once or several times, some in headings. */
async function wordsIndex(): Promise<{ database: Database; texts: Map<number, string> }> {
  const folder = folderOf();
  const store = await openIndexForWriting(folder, { identity });
  const random = randomFrom(3);
  const texts = new Map<number, string>();
  for (let document = 0; document < 30; document++) {
    const chunks = Array.from({ length: 30 }, (_, i) => {
      const present = words.filter((_word, index) => random() * 100 < shares[index]);
      const text = present.flatMap((word) => Array.from({ length: 1 + Math.floor(random() * 3) }, () => word));
      const filler = Array.from({ length: Math.floor(random() * 30) }, (_word, index) => `filler${index}`);
      return chunkRecord([...text, ...filler, `n${document}x${i}`].join(" "), i + 1, random() < 0.1 ? present : []);
    });
    await put(store, `/${document}`, chunks);
  }
  for (const document of await store.documents()) {
    for (const { id, text, headingPath } of await store.chunksOf(document.id))
      texts.set(id, `${headingPath.join(" ")} ${text}`);
  }
  await store.close();
  const database = openForReading(`${folder}/index.db`);
  onTestFinished(() => database.close());
  return { database, texts };
}

const terms = (query: string) => query.split(" ").map((word) => `"${word}"`);

test.each([
  "everywhere rare",
  "often usual seldom",
  "often unique everywhere",
  "usual rare seldom unique",
  "n3x7 often",
])("%s: a chunk with a rare word is found, with its exact score, however common the others are", async (query) => {
  const { database, texts } = await wordsIndex();
  const all = rankByWords(database, terms(query), { limit: everything });
  const scores = new Map(all.map(({ chunkId, score }) => [chunkId, score]));
  const rareWords = query.split(" ").filter((word) => /rare|seldom|unique|n3x7/.test(word));
  const rare = new RegExp(`\\b(?:${rareWords.join("|")})\\b`);
  const dueRare = all.filter(({ chunkId }) => rare.test(texts.get(chunkId)!));
  for (const limit of [1, 10, 200]) {
    const hits = rankByWords(database, terms(query), { limit, budget: 200 });
    for (const { chunkId, score } of hits) expect(score).toBeCloseTo(scores.get(chunkId)!, 3);
    expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).toSorted((a, b) => b - a));
    const found = hits.filter(({ chunkId }) => rare.test(texts.get(chunkId)!)).map((hit) => hit.chunkId);
    expect(found).toEqual(dueRare.slice(0, found.length).map((hit) => hit.chunkId));
    // Whatever takes the place of one with a rare word beats it.
    const missed = dueRare[found.length];
    if (missed && hits.length === limit) expect(hits.at(-1)!.score).toBeGreaterThanOrEqual(missed.score - 1e-3);
    else if (missed) expect.unreachable(`${query}: a chunk with a rare word is missing below the limit`);
    if (limit <= 100) expect(hits.length).toBe(limit);
  }
});

test("common words alone: chunks with all of them before others, the latest of them, best first", async () => {
  const { database, texts } = await wordsIndex();
  const hits = rankByWords(database, terms("often usual"), { limit: 20, budget: 100 });
  expect(hits.length).toBe(20);
  expect(hits.every(({ chunkId }) => /often/.test(texts.get(chunkId)!) && /usual/.test(texts.get(chunkId)!))).toBe(
    true,
  );
  const both = [...texts.keys()].filter((id) => /often/.test(texts.get(id)!) && /usual/.test(texts.get(id)!));
  const latest = new Set(both.toSorted((a, b) => b - a).slice(0, 100));
  const due = rankByWords(database, terms("often usual"), { limit: everything }).filter((hit) =>
    latest.has(hit.chunkId),
  );
  expect(hits.map((hit) => hit.chunkId)).toEqual(due.slice(0, 20).map((hit) => hit.chunkId));
  expect(rankByWords(database, terms("everywhere"), { limit: 10, budget: 50 })).toHaveLength(10);
});

test("a filter comes before any cut", async () => {
  const { database } = await wordsIndex();
  const documents = JSON.stringify([2, 5, 9]);
  const due = rankByWords(database, terms("often usual rare"), { limit: 15, among: { documents, chunks: 90 } });
  expect(due).toHaveLength(15);
  const kept = database
    .prepare("SELECT id FROM chunks WHERE document_id IN (2, 5, 9)")
    .all()
    .map((row) => row.id);
  expect(due.every((hit) => kept.includes(hit.chunkId))).toBe(true);
  // The same when the filter keeps more than the budget: all that matches is among the latest here.
  const hits = rankByWords(database, terms("often usual rare"), {
    limit: 90,
    among: { documents, chunks: 90 },
    budget: 89,
  });
  expect(hits.every((hit) => kept.includes(hit.chunkId))).toBe(true);
  const all = rankByWords(database, terms("often usual rare"), { limit: everything, among: { documents, chunks: 90 } });
  expect(hits).toHaveLength(all.length);
  expect(hits.map((hit) => hit.score)).toEqual(all.map((hit) => expect.closeTo(hit.score, 3)));
});

test("the word that every chunk is stored with matches no query", async () => {
  const { database } = await wordsIndex();
  expect(rankByWords(database, terms("nowhere"), { limit: 10 })).toEqual([]);
  expect(rankByWords(database, terms("nowhere everywhere often"), { limit: 10, budget: 100 })).toHaveLength(10);
});

test("what is left out changes no score: FTS5 by itself forgets words of a chunk beside a phrase and NOT", async () => {
  const folder = folderOf();
  const store = await openIndexForWriting(folder, { identity });
  const random = randomFrom(3);
  const drawn = ["run", "run", "run", "run", "email", "water", "water", "naive"];
  const text = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 6) }, () => drawn[Math.floor(random() * drawn.length)]).join(" ");
  await put(
    store,
    "/a",
    Array.from({ length: 300 }, (_, i) => chunkRecord(`${text()} n${i}`, i + 1)),
  );
  await store.close();
  const database = openForReading(`${folder}/index.db`);
  onTestFinished(() => database.close());
  const ranked = (none: readonly string[]) =>
    rankByWords(database, ['"naive"', '"run run"'], { limit: everything, constraint: { all: ['"run run"'], none } });
  const all = ranked([]);
  const kept = ranked(['"email"']);
  expect(kept.length).toBeGreaterThan(20);
  expect(kept.length).toBeLessThan(all.length);
  const keptIds = new Set(kept.map(({ chunkId }) => chunkId));
  expect(kept).toEqual(all.filter(({ chunkId }) => keptIds.has(chunkId)));
});
