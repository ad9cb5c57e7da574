/** What every Store must do; run on each implementation. */
import { describe, expect, onTestFinished, test } from "vitest";
import { IndexMismatchError } from "../../src/errors.ts";
import { openIndex, openIndexForWriting } from "../../src/store/index.ts";
import { folderOf } from "../support/files.ts";
import { wordsVector } from "../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, identity, put, sha256, textQuery } from "./support/records.ts";
import { stores } from "./support/stores.ts";

describe.each(stores)("a store ($name)", ({ open, isThere }) => {
  test.runIf(isThere)("gives back documents and chunks as they were put", async () => {
    const store = await open();
    const chunk = { ...chunkRecord("käse 😀", 7, ["A", "B › C"]), page: 3, startByte: null, endByte: null };
    await put(store, "/b.md", [chunk], { type: "markdown", title: "Cheese" });
    await put(store, "/a.md", ["one two", "three"]);
    const document = await store.document("/b.md");
    expect(document).toMatchObject({
      ...documentRecord("/b.md"),
      type: "markdown",
      title: "Cheese",
      chunks: 1,
      tokens: 2,
    });
    expect(Math.abs(document!.indexedTime - Date.now())).toBeLessThan(600_000);
    const [stored] = await store.chunksOf(document!.id);
    expect(stored).toEqual({
      ...chunk,
      id: stored.id,
      documentId: document!.id,
      path: "/b.md",
      type: "markdown",
      title: "Cheese",
      lineBasis: "file",
      ordinal: 0,
    });
    expect((await store.documents()).map(({ path }) => path)).toEqual(["/a.md", "/b.md"]);
    const two = await store.chunksOf((await store.document("/a.md"))!.id);
    expect(two.map(({ text, ordinal }) => [text, ordinal])).toEqual([
      ["one two", 0],
      ["three", 1],
    ]);
    expect(await store.chunksOf(two[0].documentId, 1, 5)).toEqual([two[1]]);
    expect(await store.chunks([two[1].id, 999, stored.id, two[1].id])).toEqual([two[1], stored, two[1]]);
    expect(await store.document("/nothing")).toBeNull();
    expect((await store.documentsWithContent(sha256("/b.md"))).map(({ path }) => path)).toEqual(["/b.md"]);
  });

  test.runIf(isThere)("lists documents below folders, never by half a name", async () => {
    const store = await open();
    for (const path of ["/a/x", "/a/b/y", "/ab/z", "/a"]) await put(store, path, [path]);
    const below = await store.documents({ under: ["/a"] });
    expect(below.map(({ path }) => path)).toEqual(["/a", "/a/b/y", "/a/x"]);
    expect((await store.documents({ under: ["/"] })).length).toBe(4);
  });

  test.runIf(isThere)("says which document each chunk is in, and looks in documents by number alone", async () => {
    const store = await open();
    await put(store, "/a", ["apples", "pears"]);
    await put(store, "/b", ["apples again"]);
    await put(store, "/gone", ["apples once more"]);
    await store.removeDocuments(["/gone"]);
    const [a, b] = await store.documents();
    const { ids, documentIds } = await store.chunkDocuments();
    if (store.vectorSource) expect(ids).toEqual(await store.vectorSource.chunkIds());
    expect(Array.from(documentIds)).toEqual([a!.id, a!.id, b!.id]);
    const filter = { documents: [b!.id, 999] };
    expect((await store.documents({ filter })).map(({ path }) => path)).toEqual(["/b"]);
    const found = await store.searchText(textQuery("apples"), { limit: 9, filter });
    expect(found.map(({ chunkId }) => chunkId)).toEqual([ids[2]]);
  });

  test.runIf(isThere)("documents that are put side by side: every word is known to the spelling", async () => {
    const store = await open();
    const fruits =
      "pomegranate tangerine blackcurrant gooseberry watermelon persimmon nectarine clementine elderberry mulberry".split(
        " ",
      );
    await Promise.all(fruits.map((fruit) => put(store, `/${fruit}`, [`one ${fruit}`, `${fruit} again`])));
    // Two letters in each other's place.
    const typed = fruits.map((fruit) => `${fruit.slice(0, 3)}${fruit[4]}${fruit[3]}${fruit.slice(5)}`);
    const found = await store.nearestWords(typed);
    expect(typed.map((word) => found.get(word))).toEqual(fruits);
  });

  test.runIf(isThere)("a changed document keeps the chunks that stayed, with their ids", async () => {
    const store = await open();
    await put(store, "/a", ["first", "second", "third", "second"]);
    const { id } = (await store.document("/a"))!;
    const before = await store.chunksOf(id);
    await put(store, "/a", ["new", "third", "second"]);
    const after = await store.chunksOf(id);
    expect(after.map(({ text, ordinal, startLine }) => [text, ordinal, startLine])).toEqual([
      ["new", 0, 1],
      ["third", 1, 2],
      ["second", 2, 3],
    ]);
    expect(after[1].id).toBe(before[2].id);
    expect(after[2].id).toBe(before[1].id);
    expect((await store.searchText(textQuery("first"), { limit: 9 })).length).toBe(0);
    expect((await store.searchText(textQuery("second"), { limit: 9 })).map(({ chunkId }) => chunkId)).toEqual([
      after[2].id,
    ]);
    expect((await store.searchVectors(wordsVector("x"), { limit: 99 })).length).toBe(3);
    expect(await store.statistics()).toMatchObject({ documents: 1, chunks: 3 });
  });

  test.runIf(isThere)("removing takes chunks, words and vectors along", async () => {
    const store = await open();
    for (let i = 0; i < 150; i++) await put(store, `/${i}`, [`common word${i}`]);
    const paths = Array.from({ length: 149 }, (_, i) => `/${i}`);
    expect(await store.removeDocuments([...paths, "/not there"])).toBe(149);
    expect((await store.searchText(textQuery("common"), { limit: 200 })).length).toBe(1);
    expect((await store.searchVectors(wordsVector("common"), { limit: 200 })).length).toBe(1);
    expect(await store.statistics()).toMatchObject({ documents: 1, chunks: 1, types: { text: 1 } });
  });

  test.runIf(isThere)("what went leaves no trace in the scores of what stayed", async () => {
    const store = await open();
    await put(store, "/a", ["one two", "two three", "東京"]);
    const scores = async () =>
      Promise.all(["one", "two", "東京"].map((query) => store.searchText(textQuery(query), { limit: 9 })));
    const before = await scores();
    for (let i = 0; i < 20; i++) await put(store, `/b/${i}`, [`one two 東京都の ${i}`, "unrelated"]);
    expect(await scores()).not.toEqual(before);
    await store.removeDocuments(Array.from({ length: 20 }, (_, i) => `/b/${i}`));
    expect(await scores()).toEqual(before);
  });

  test.runIf(isThere)("finds by vector: cosine, best first, any length of query", async () => {
    const store = await open();
    await put(store, "/a", ["red apple", "green apple", "a train"]);
    const query = wordsVector("green apple").map((value) => value * 7);
    const hits = await store.searchVectors(query, { limit: 2 });
    const texts = (await store.chunks(hits.map((hit) => hit.chunkId))).map((chunk) => chunk.text);
    expect(texts).toEqual(["green apple", "red apple"]);
    expect(hits[0].score).toBeCloseTo(1, 5);
    const a = wordsVector("green apple");
    const b = wordsVector("red apple");
    expect(hits[1].score).toBeCloseTo(
      a.reduce((sum, value, i) => sum + value * b[i], 0),
      5,
    );
    await expect(store.searchVectors(new Float32Array(31), { limit: 1 })).rejects.toThrow(IndexMismatchError);
  });

  test.runIf(isThere)("a vector of nothing is never found, nor does a query of nothing find", async () => {
    const store = await open();
    const chunks = [chunkRecord("zero"), chunkRecord("one")];
    const vectors = new Map([
      [chunks[0].hash, new Float32Array(32)],
      [chunks[1].hash, wordsVector("one")],
    ]);
    await store.putDocuments([{ record: documentRecord("/a"), chunks }], vectors);
    expect((await store.searchVectors(wordsVector("zero"), { limit: 9 })).length).toBe(1);
    expect(await store.searchVectors(new Float32Array(32), { limit: 9 })).toEqual([]);
  });

  test.runIf(isThere)(
    "finds by words: stems, headings above text, phrases, dotted and underscored names, nothing typed is an error",
    async () => {
      const store = await open();
      await put(store, "/a", [
        chunkRecord("the pumps were running", 1),
        chunkRecord("unrelated text about water", 2, ["Running pumps"]),
        chunkRecord("version 1.0.21 of foo_bar broke", 3),
        chunkRecord("version 21 of bar, foo 1.0", 4),
        chunkRecord("Größe und Maß", 5),
      ]);
      const find = async (query: string) => {
        const hits = await store.searchText(textQuery(query), { limit: 10 });
        expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).toSorted((x, y) => y - x));
        return (await store.chunks(hits.map((hit) => hit.chunkId))).map((chunk) => chunk.startLine);
      };
      expect(await find("run pump")).toEqual([2, 1]);
      expect(await find("1.0.21")).toEqual([3]);
      expect(await find("foo_bar")).toEqual([3]);
      expect(await find('"bar broke"')).toEqual([3]);
      // Little words count in phrases, and when there is nothing else.
      expect(await find("what is the version of pumps?")).toEqual(await find("version pumps?"));
      expect(await find('"version 21 of"')).toEqual([4]);
      expect(await find("the of")).toEqual(expect.arrayContaining([1, 3, 4]));
      expect(await find("grosse größe")).toEqual([5]);
      for (const query of [
        "",
        '"',
        '""',
        "AND",
        "a OR",
        "NEAR(x",
        "col:x",
        "^x*",
        "-x",
        "(",
        "' ; DROP TABLE documents",
        "\0",
        "?!",
      ]) {
        await expect(find(query)).resolves.toBeInstanceOf(Array);
      }
    },
  );

  test.runIf(isThere)(
    "finds words of Chinese, Japanese and Korean, which have no spaces, and what stands among them",
    async () => {
      const store = await open();
      await put(store, "/a", [
        chunkRecord("東京都の天気は晴れです。", 1),
        chunkRecord("京都で寺を見る。東の都。", 2),
        chunkRecord("机器学习模型的训练方法", 3),
        chunkRecord("서울에서 부산까지 기차로 간다", 4),
        chunkRecord("新しいiPhoneを1.0.21に更新する", 5),
        chunkRecord("unrelated", 6, ["データベースの設定"]),
        chunkRecord("the weather in Tokyo, 天", 7),
      ]);
      const find = async (query: string) => {
        const hits = await store.searchText(textQuery(query), { limit: 10 });
        return (await store.chunks(hits.map((hit) => hit.chunkId))).map((chunk) => chunk.startLine);
      };
      expect(await find("東京")).toEqual([1]);
      expect(await find("京都")).toEqual(expect.arrayContaining([1, 2]));
      expect(await find("明日の天気")).toEqual([1]);
      expect(await find("天")).toEqual(expect.arrayContaining([1, 7]));
      expect(await find("学习")).toEqual([3]);
      expect(await find("如何训练模型?")).toEqual([3]);
      expect(await find("서울")).toEqual([4]);
      expect(await find("부산 기차")).toEqual([4]);
      expect(await find("iphone")).toEqual([5]);
      expect(await find("1.0.21")).toEqual([5]);
      expect(await find("データベース")).toEqual([6]);
      // Side by side in a phrase, punctuation aside as in other scripts.
      expect(await find('"東の都"')).toEqual([2]);
      expect(await find('"都の東"')).toEqual([]);
      expect(await find("の")).toEqual(expect.arrayContaining([1, 2]));
    },
  );

  test.runIf(isThere)("filters come before the best are cut off", async () => {
    const store = await open();
    for (let i = 0; i < 30; i++)
      await put(store, `/docs/${i}.md`, ["green apple"], { type: "markdown", modifiedTime: i });
    await put(store, "/notes/last.txt", ["green pear apple"], { modifiedTime: 99 });
    const only = async (filter: object) => {
      const [byVector, byWords] = await Promise.all([
        store.searchVectors(wordsVector("green apple"), { limit: 2, filter }),
        store.searchText(textQuery("green apple"), { limit: 2, filter }),
      ]);
      const paths = async (hits: typeof byVector) =>
        (await store.chunks(hits.map((hit) => hit.chunkId))).map((chunk) => chunk.path).toSorted();
      expect(await paths(byWords)).toEqual(await paths(byVector));
      return paths(byVector);
    };
    expect(await only({ paths: ["*.txt"] })).toEqual(["/notes/last.txt"]);
    expect(await only({ paths: ["notes"] })).toEqual(["/notes/last.txt"]);
    expect(await only({ paths: ["/notes/**"] })).toEqual(["/notes/last.txt"]);
    expect(await only({ types: ["text"] })).toEqual(["/notes/last.txt"]);
    expect(await only({ modifiedSince: 29 })).toEqual(["/docs/29.md", "/notes/last.txt"]);
    expect(await only({ modifiedSince: 29, types: ["markdown"] })).toEqual(["/docs/29.md"]);
    expect(await only({ paths: ["nowhere"] })).toEqual([]);
    expect((await store.documents({ filter: { types: ["text"] } })).length).toBe(1);
  });

  test.runIf(isThere)("a group of documents goes in whole or not at all", async () => {
    const store = await open();
    await put(store, "/a", ["old"]);
    const good = { record: documentRecord("/a"), chunks: [chunkRecord("new")] };
    const bad = { record: documentRecord("/b"), chunks: [chunkRecord("without a vector")] };
    const vectors = new Map([[chunkRecord("new").hash, wordsVector("new")]]);
    await expect(store.putDocuments([good, bad], vectors)).rejects.toThrow(/32 due/);
    expect((await store.searchText(textQuery("old new"), { limit: 9 })).length).toBe(1);
    expect((await store.chunksOf((await store.document("/a"))!.id))[0].text).toBe("old");
    await store.putDocuments([good], vectors);
    expect((await store.chunksOf((await store.document("/a"))!.id))[0].text).toBe("new");
  });

  test.runIf(isThere)("a rename moves the row; its chunks stay", async () => {
    const store = await open();
    await put(store, "/old", ["text"]);
    const before = (await store.document("/old"))!;
    await store.updateDocument("/old", { ...before, path: "/new", modifiedTime: 5 });
    expect(await store.document("/old")).toBeNull();
    expect(await store.document("/new")).toMatchObject({ id: before.id, modifiedTime: 5, chunks: 1 });
    expect((await store.chunksOf(before.id))[0].path).toBe("/new");
  });

  test.runIf(isThere)("a sample of vectors is spread, bounded and always the same", async () => {
    const store = await open();
    const texts = Array.from({ length: 50 }, (_, i) => `text number${i}`);
    await put(store, "/a", texts);
    const sample = await store.sampleVectors(20);
    expect(sample.length).toBe(20 * 32);
    expect(await store.sampleVectors(20)).toEqual(sample);
    expect((await store.sampleVectors(99)).length).toBe(50 * 32);
  });

  test.runIf(isThere)("remembers roots and says what it holds", async () => {
    const store = await open();
    expect(await store.statistics()).toMatchObject({
      documents: 0,
      chunks: 0,
      tokens: 0,
      lastIndexedTime: null,
      roots: [],
    });
    await store.addRoots(["/b", "/a"]);
    await store.addRoots(["/a"]);
    await put(store, "/a/x", ["one two"]);
    const statistics = await store.statistics();
    expect(statistics).toMatchObject({
      documents: 1,
      chunks: 1,
      tokens: 2,
      types: { text: 1 },
      roots: ["/a", "/b"],
      identity,
    });
    expect(statistics.bytes).toBeGreaterThan(10_000);
  });

  test.runIf(isThere)(
    "gives chunks' vectors, and ids to callers that keep a copy; compares the ones it is given",
    async () => {
      const store = await open();
      expect((await store.chunkDocuments()).ids).toEqual(new Float64Array(0));
      await put(store, "/a", ["one", "two"]);
      await put(store, "/b", ["three"], { type: "markdown" });
      await put(store, "/a", ["four", "two"]);
      const { ids } = await store.chunkDocuments();
      expect(ids).toEqual(ids.toSorted());
      const texts = (await store.chunks([...ids])).map(({ text }) => text);
      expect(texts.toSorted()).toEqual(["four", "three", "two"]);
      expect(await store.vectorsOfChunks([ids[1], 999, ids[0]])).toEqual(
        Float32Array.of(...wordsVector(texts[1]), ...new Float32Array(32), ...wordsVector(texts[0])),
      );
      const methods: string[] = [];
      const onCompared = (method: string): void => void methods.push(method);
      await store.searchVectors(wordsVector("one"), { limit: 9, onCompared });
      expect(methods).toEqual(["all"]);
      const source = store.vectorSource;
      if (source === null) return;
      expect((await source.chunkIds({ types: ["markdown"] })).length).toBe(1);
      const hits = await source.compareVectors(wordsVector(texts[2]), [ids[2], ids[0], 999], 9);
      expect(hits.map(({ chunkId }) => chunkId)).toEqual([ids[2], ids[0]]);
    },
  );

  test.runIf(isThere)("another model is an error that names both and what differs", async () => {
    const store = await open();
    store.requireIdentity({ ...identity });
    const other = { ...identity, model: "other/model", prompts: { query: "q: ", passage: "" } };
    expect(() => store.requireIdentity(other)).toThrow(IndexMismatchError);
    expect(() => store.requireIdentity(other)).toThrow(
      /made with words .* not with other\/model .*prompt query "" against "q: "/,
    );
    for (const part of [{ revision: "2" }, { pooling: "cls" }, { dimensions: 64 }]) {
      expect(() => store.requireIdentity({ ...identity, ...part })).toThrow(IndexMismatchError);
    }
  });
});

test("a reader beside a writer sees whole commits, and none halfway through a call", async () => {
  const folder = folderOf();
  const store = await openIndexForWriting(folder, { identity });
  await put(store, "/a", ["one"]);
  const reader = await openIndex(folder);
  onTestFinished(() => reader.close());
  expect((await reader.documents()).length).toBe(1);
  const revision = await reader.vectorSource!.revision();
  expect(await reader.vectorSource!.revision()).toBe(revision);
  await put(store, "/b", ["two"]);
  expect(await reader.vectorSource!.revision()).not.toBe(revision);
  expect((await reader.documents()).length).toBe(2);
  await store.close();
  expect((await reader.searchText(textQuery("two"), { limit: 1 })).length).toBe(1);
});
