/** Documents whose vectors are still to come: found by their words, seen by meaning when the last vector is there. */
import { describe, expect, test } from "vitest";
import { wordsVector } from "../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, put, sha256, textQuery } from "./support/records.ts";
import { stores } from "./support/stores.ts";

describe.each(stores)("documents that wait ($name)", ({ open, isThere }) => {
  test.runIf(isThere)(
    "a document is found by its words at once, and by meaning when its last vector is there",
    async () => {
      const store = await open();
      await put(store, "/a", ["one"]);
      const texts = ["two", "three", "one"];
      const chunks = texts.map((text, line) => ({ ...chunkRecord(text, line + 1), embeddingText: `read ${text}` }));
      expect(await store.putDocuments([{ record: documentRecord("/b"), chunks }], new Map())).toEqual([
        { chunks: 2, tokens: 2 },
      ]);
      const [two, three, one] = chunks.map(({ hash }) => hash);
      expect((await store.searchText(textQuery("two"), { limit: 9 })).length).toBe(1);
      const nearest = async (text: string) => (await store.searchVectors(wordsVector(text), { limit: 9 })).length;
      expect(await nearest("one")).toBe(1);
      expect(await store.vectorShare()).toBe(0.25);
      expect(await store.statistics()).toMatchObject({ chunks: 4, chunksWithVectors: 1, documentsWithVectors: 1 });
      expect(await store.pendingWork()).toEqual({ chunks: 2, tokens: 2 });
      const [{ id }] = await store.pendingDocuments(9);
      expect((await store.pendingChunks(id, -1, 9)).map(({ embeddingText }) => embeddingText)).toEqual([
        "read two",
        "read three",
      ]);
      expect(await store.pendingChunks(id, 0, 9)).toEqual([
        { hash: three, ordinal: 1, tokens: 1, embeddingText: "read three" },
      ]);

      expect(await store.putVectors([three], wordsVector("three"))).toEqual([]);
      expect([...(await store.vectorsOf([two, three, one])).keys()].toSorted()).toEqual([three, one].toSorted());
      expect(await nearest("three")).toBe(1);
      // What it waits with is not forgotten.
      await store.clearStaged();
      expect(
        await store.putVectors([two, sha256("nobody")], new Float32Array([...wordsVector("two"), ...wordsVector("x")])),
      ).toEqual([id]);
      expect(await nearest("three")).toBe(4);
      expect(await store.vectorShare()).toBe(1);
      expect(await store.pendingDocuments(9)).toEqual([]);
      await store.clearStaged();
      expect([...(await store.vectorsOf([two, sha256("nobody")])).keys()]).toEqual([two]);
    },
  );

  test.runIf(isThere)(
    "a changed document leaves search by meaning until its new vectors are there, and keeps those it has",
    async () => {
      const store = await open();
      await put(store, "/a", ["one", "two"]);
      const changed = ["one", "new"].map((text, line) => ({ ...chunkRecord(text, line + 1), embeddingText: text }));
      await store.putDocuments([{ record: documentRecord("/a"), chunks: changed }], new Map());
      expect(await store.searchVectors(wordsVector("one"), { limit: 9 })).toEqual([]);
      expect(await store.pendingWork()).toEqual({ chunks: 1, tokens: 1 });
      await store.putVectors([changed[1]!.hash], wordsVector("new"));
      const [{ chunkId }] = await store.searchVectors(wordsVector("one"), { limit: 1 });
      expect((await store.chunks([chunkId]))[0]!.text).toBe("one");
      // Back again before the model got to it: nothing is left to wait for.
      await store.putDocuments(
        [{ record: documentRecord("/a"), chunks: [{ ...chunkRecord("later"), embeddingText: "later" }] }],
        new Map(),
      );
      await store.putDocuments([{ record: documentRecord("/a"), chunks: changed }], new Map());
      expect((await store.searchVectors(wordsVector("new"), { limit: 9 })).length).toBe(2);
      expect(await store.pendingWork()).toEqual({ chunks: 0, tokens: 0 });
    },
  );

  test.runIf(isThere)("what goes is not waited for, and one vector serves all documents with its text", async () => {
    const store = await open();
    const same = { ...chunkRecord("same"), embeddingText: "same" };
    const both = ["/a", "/b", "/c"].map((path) => ({ record: documentRecord(path), chunks: [same] }));
    expect(await store.putDocuments(both, new Map())).toEqual([
      { chunks: 1, tokens: 1 },
      { chunks: 0, tokens: 0 },
      { chunks: 0, tokens: 0 },
    ]);
    await store.removeDocuments(["/a"]);
    expect((await store.putVectors([same.hash], wordsVector("same"))).length).toBe(2);
    expect((await store.searchVectors(wordsVector("same"), { limit: 9 })).length).toBe(2);
  });

  test.runIf(isThere)(
    "documents of few chunks wait in front, the latest first, then the large ones, the smallest first",
    async () => {
      const store = await open();
      const add = (path: string, count: number, modifiedTime: number) =>
        store.putDocuments(
          [
            {
              record: documentRecord(path, { modifiedTime }),
              chunks: Array.from({ length: count }, (_, i) => ({ ...chunkRecord(`${path} ${i}`), embeddingText: "x" })),
            },
          ],
          new Map(),
        );
      await add("/large", 60, 9);
      await add("/larger", 70, 10);
      await add("/old", 2, 1);
      await add("/new", 3, 5);
      const order = await store.pendingDocuments(9);
      expect(order.map(({ chunks }) => chunks)).toEqual([3, 2, 60, 70]);
      expect((await store.pendingDocuments(1)).length).toBe(1);
    },
  );
});
