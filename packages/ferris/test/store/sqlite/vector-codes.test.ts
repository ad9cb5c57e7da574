/** Search in an index that is too large to compare every vector: nothing near is missed, whatever came and went. */
import { dirname } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openIndex, openIndexForWriting } from "../../../src/store/index.ts";
import type { ChunkRecord, Store } from "../../../src/store/store.ts";
import { randomFrom } from "../../documents/support/random-documents.ts";
import { folderOf } from "../../support/files.ts";
import { chunkRecord, documentRecord, identity } from "../support/records.ts";

const dimensions = 100;

/** A unit vector around one of 50 topics, as texts are. */
function topicVector(random: () => number, topics: readonly Float32Array[], spread: number): Float32Array {
  const topic = topics[Math.floor(random() * topics.length)];
  return unit(topic.map((value) => value + spread * normal(random)));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

async function largeStore(count: number): Promise<{ store: Store; random: () => number; topics: Float32Array[] }> {
  const store = await openIndexForWriting(folderOf(), { identity: { ...identity, dimensions } });
  onTestFinished(() => store.close());
  const random = randomFrom(1);
  const topics = Array.from({ length: 50 }, () => unit(new Float32Array(dimensions).map(() => normal(random))));
  for (let done = 0; done < count; done += 2000) {
    const chunks: ChunkRecord[] = Array.from({ length: 2000 }, (_, i) => chunkRecord(`t${done + i}`));
    const vectors = new Map(chunks.map((chunk) => [chunk.hash, topicVector(random, topics, 0.15)]));
    await store.putDocuments([{ record: documentRecord(`/${done}`, { modifiedTime: done }), chunks }], vectors);
  }
  return { store, random, topics };
}

describe("vector search in 24,000 chunks", () => {
  test("a reader that has the codes in memory sees what another connection writes and removes", async () => {
    const { store, random, topics } = await largeStore(24_000);
    const reader = await openIndex(dirname(store.path));
    onTestFinished(() => reader.close());
    const query = topicVector(random, topics, 0.2);
    const methods: string[] = [];
    const nearest = async () => {
      const options = { limit: 1, onCompared: (method: string) => methods.push(method) };
      const [hit] = await reader.searchVectors(query, options);
      return (await reader.chunks([hit.chunkId]))[0].path;
    };
    const before = await nearest();
    expect(await nearest()).toBe(before);
    const chunk = chunkRecord("new");
    await store.putDocuments([{ record: documentRecord("/new"), chunks: [chunk] }], new Map([[chunk.hash, query]]));
    expect(await nearest()).toBe("/new");
    await store.removeDocuments(["/new"]);
    expect(await nearest()).toBe(before);
    expect(new Set(methods)).toEqual(new Set(["codes"]));
  });

  test("finds what the exact search finds, with filters, after changes and removals", async () => {
    const { store, random, topics } = await largeStore(24_000);
    const queries = Array.from({ length: 40 }, () => topicVector(random, topics, 0.2));
    const recall = async (filter?: object) => {
      let found = 0;
      let due = 0;
      for (const query of queries) {
        const exact = await store.searchVectors(query, { limit: 10, filter, exact: true });
        const hits = await store.searchVectors(query, { limit: 10, filter });
        const wanted = new Map(exact.map(({ chunkId, score }) => [chunkId, score]));
        due += exact.length;
        // A score is the exact cosine, however a chunk was found.
        for (const { chunkId, score } of hits.filter((hit) => wanted.has(hit.chunkId))) {
          expect(score).toBe(wanted.get(chunkId));
          found++;
        }
        expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).toSorted((a, b) => b - a));
      }
      return found / due;
    };
    // Harder than any text: 100 bits a vector and noise larger than what the topics share.
    expect(await recall()).toBeGreaterThan(0.99);
    expect(await recall({ modifiedSince: 2000 })).toBeGreaterThan(0.99);
    expect(await recall({ modifiedSince: 22_000 })).toBe(1);

    // What is gone is gone, and its slots do no harm.
    const [{ chunkId }] = await store.searchVectors(queries[0], { limit: 1 });
    const [{ path }] = await store.chunks([chunkId]);
    await store.removeDocuments([path]);
    const hits = await store.searchVectors(queries[0], { limit: 50 });
    expect((await store.chunks(hits.map((hit) => hit.chunkId))).every((chunk) => chunk.path !== path)).toBe(true);
    expect(hits.length).toBe(50);
    expect(await recall()).toBeGreaterThan(0.99);

    // A group that fails leaves no codes behind.
    const lost = chunkRecord("lost");
    const bad = [
      { record: documentRecord("/lost"), chunks: [lost] },
      { record: documentRecord("/bad"), chunks: [chunkRecord("no vector")] },
    ];
    await expect(store.putDocuments(bad, new Map([[lost.hash, queries[1]]]))).rejects.toThrow(/due/);
    const near = await store.searchVectors(queries[1], { limit: 1 });
    expect(near[0].score).toBeLessThan(0.9999);
    await store.putDocuments(bad.slice(0, 1), new Map([[lost.hash, queries[1]]]));
    const [found] = await store.searchVectors(queries[1], { limit: 1 });
    expect((await store.chunks([found.chunkId]))[0].text).toBe("lost");
    expect(found.score).toBeCloseTo(1, 5);
  });
});
