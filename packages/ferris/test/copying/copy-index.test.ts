/** An index copied to a server and back is the index that it was. */
import { describe, expect, onTestFinished, test } from "vitest";
import { copyIndex } from "../../src/copying/copy-index.ts";
import { openIndex, openIndexForWriting, type Place } from "../../src/store/index.ts";
import type { StoreReader } from "../../src/store/store.ts";
import { wordsVector } from "../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, identity, put, textQuery } from "../store/support/records.ts";
import { linkTo } from "../store/support/link.ts";
import { realConnection, realName, realUrl } from "../store/support/postgres.ts";
import { folderOf } from "../support/files.ts";

async function filled(): Promise<string> {
  const folder = folderOf();
  const store = await openIndexForWriting(folder, { identity });
  for (let i = 0; i < 30; i++)
    await put(store, `/docs/${i}.md`, [`apple ${i}`, `pear ${i} with a NUL\0 in it`], { title: `T ${i}` });
  const later = { ...chunkRecord("later"), embeddingText: "later" };
  await store.putDocuments([{ record: documentRecord("/waits"), chunks: [later] }], new Map());
  await store.addRoots(["/docs"]);
  await store.close();
  return folder;
}

async function contents(reader: StoreReader): Promise<unknown> {
  const documents = await reader.documents();
  const chunks = await Promise.all(documents.map(({ id }) => reader.chunksOf(id)));
  const found = await reader.searchText(textQuery("apple"), { limit: 50 });
  return {
    documents: documents.map(({ path, title, contentHash }) => [path, title, contentHash]),
    texts: chunks.flat().map(({ text }) => text.replaceAll("\0", "\u{FFFD}")),
    scores: found.map(({ score }) => score.toFixed(5)),
    vectors: await reader.sampleVectors(99),
  };
}

test("into another folder; again it does nothing; a change is followed", async () => {
  const [from, to] = [await filled(), folderOf()];
  expect(await copyIndex({ from, to })).toMatchObject({ copied: 30, same: 0, waiting: 1, chunks: 60 });
  expect(await copyIndex({ from, to })).toMatchObject({ copied: 0, same: 30 });
  const store = await openIndexForWriting(from, { identity });
  await store.putVectors([chunkRecord("later").hash], wordsVector("later"));
  await put(store, "/docs/1.md", ["changed"]);
  await store.close();
  expect(await copyIndex({ from, to })).toMatchObject({ copied: 2, same: 29, waiting: 0, others: 0 });
});

test("a place that has other vectors of the same texts, as another device computes them, gets these", async () => {
  const [from, to] = [await filled(), folderOf()];
  const other = await openIndexForWriting(to, { identity });
  const chunks = ["apple 3", "pear 3 with a NUL\0 in it"].map((text, line) => chunkRecord(text, line + 1));
  const vectors = new Map(chunks.map(({ hash, text }) => [hash, wordsVector(`${text} otherwise`)]));
  await other.putDocuments([{ record: documentRecord("/docs/3.md", { title: "T 3" }), chunks }], vectors);
  await other.close();
  expect(await copyIndex({ from, to })).toMatchObject({ copied: 30, same: 0 });
  expect(await copyIndex({ from, to })).toMatchObject({ copied: 0, same: 30 });
});

test("documents that go or change while others are copied are copied as they are then", async () => {
  const [from, to] = [await filled(), folderOf()];
  const writer = await openIndexForWriting(from, { identity });
  const changes: Promise<unknown>[] = [];
  const onProgress = ({ done }: { done: number }): void => {
    if (done !== 5) return;
    changes.push(
      writer.removeDocuments(["/docs/27.md"]),
      put(writer, "/docs/28.md", ["plum"], { contentHash: "ab".repeat(32) }),
    );
  };
  expect(await copyIndex({ from, to, onProgress })).toMatchObject({ copied: 29, waiting: 1, others: 0 });
  await Promise.all(changes);
  await writer.close();
  const [one, other] = await Promise.all([openIndex(from), openIndex(to)]);
  const complete = (await other.documents()).filter(({ chunks }) => chunks > 0);
  expect(complete).toHaveLength(29);
  expect((await other.document("/docs/28.md"))!.contentHash).toBe((await one.document("/docs/28.md"))!.contentHash);
  await Promise.all([one.close(), other.close()]);
});

test("what is equally good comes in the same order there", async () => {
  const [from, to] = [folderOf(), folderOf()];
  const store = await openIndexForWriting(from, { identity });
  for (const path of ["/c", "/a", "/b"]) await put(store, path, ["apple"]);
  await store.close();
  await copyIndex({ from, to });
  const paths = [];
  for (const place of [from, to]) {
    const reader = await openIndex(place);
    const found = await reader.searchText(textQuery("apple"), { limit: 3 });
    paths.push((await reader.chunks(found.map(({ chunkId }) => chunkId))).map(({ path }) => path));
    await reader.close();
  }
  expect(paths).toEqual([
    ["/c", "/a", "/b"],
    ["/c", "/a", "/b"],
  ]);
});

test("one that is stopped goes on", async () => {
  const [from, to] = [await filled(), folderOf()];
  const stop = new AbortController();
  const first = await copyIndex({
    from,
    to,
    signal: stop.signal,
    onProgress: ({ done }) => done === 10 && stop.abort(),
  });
  expect(first).toMatchObject({ interrupted: true, copied: 10 });
  expect(await copyIndex({ from, to })).toMatchObject({ copied: 20, same: 10, interrupted: false });
});

describe.runIf(realUrl !== null)(`on a server (${realName})`, () => {
  test("there and back", async () => {
    const { url } = await realConnection();
    const [from, back] = [await filled(), folderOf()];
    const place = { store: url, name: "copied" };
    expect(await copyIndex({ from, to: place })).toMatchObject({ copied: 30, waiting: 1 });
    expect(await copyIndex({ from, to: place })).toMatchObject({ copied: 0, same: 30 });
    expect(await copyIndex({ from: place, to: back })).toMatchObject({ copied: 30, waiting: 0 });
    const readers = await Promise.all([openIndex(place), openIndex(back)]);
    const [remote, local] = await Promise.all(readers.map(contents));
    expect(local).toEqual(remote);
    await Promise.all(readers.map((reader) => reader.close()));
  });

  test("over a link that is cut again and again, there and back", async () => {
    const { url } = await realConnection();
    const [from, back] = [await filled(), folderOf()];
    // Its tables first: making them is one transaction of more statements than the link lives through.
    await (await openIndexForWriting({ store: url, name: "copied" }, { identity })).close();
    const link = await linkTo(url, 43);
    onTestFinished(() => link.close());
    const place = { store: link.url, name: "copied" };
    const notices: string[] = [];
    /** A command that finds no server when it begins says so, and is given again. */
    const copied = async (places: { from: Place; to: Place }): Promise<number> => {
      try {
        const { copied: count, same } = await copyIndex({ ...places, onNotice: (line) => notices.push(line) });
        return count + same;
      } catch (error) {
        expect(error).toMatchObject({ code: "STORE_UNREACHABLE" });
        return copied(places);
      }
    };
    expect(await copied({ from, to: place })).toBe(30);
    expect(await copied({ from: place, to: back })).toBe(30);
    expect(notices.length).toBeGreaterThan(0);
    const readers = await Promise.all([openIndex({ store: url, name: "copied" }), openIndex(back)]);
    const [remote, local] = await Promise.all(readers.map(contents));
    expect(local).toEqual(remote);
    await Promise.all(readers.map((reader) => reader.close()));
  });
});
