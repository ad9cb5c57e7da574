/** An installation without sqlite-vec's binary: an index all the same, with the same results. */
import { createRequire } from "node:module";
import { getLoadablePath } from "sqlite-vec";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { IndexUnusableError } from "../../../src/errors.ts";
import { openIndex, openIndexForWriting } from "../../../src/store/index.ts";
import { openSqlite } from "../../../src/store/sqlite/sqlite.ts";
import { addVectorFunctions } from "../../../src/store/sqlite/vector-functions.ts";
import { folderOf } from "../../support/files.ts";
import { chunkRecord, documentRecord } from "../support/records.ts";

vi.mock("sqlite-vec", async (original) => ({ ...(await original<object>()), getLoadablePath: vi.fn<() => string>() }));
const loadable = createRequire(import.meta.url)("sqlite-vec") as { getLoadablePath: typeof getLoadablePath };

/** As on a machine that has no binary for it. */
function withoutExtension(): void {
  vi.mocked(getLoadablePath).mockImplementation(() => {
    throw new Error("Unsupported platform for sqlite-vec, on a win32-arm64 machine.");
  });
}

function withExtension(): void {
  vi.mocked(getLoadablePath).mockImplementation(() => loadable.getLoadablePath());
}

afterEach(() => vi.mocked(getLoadablePath).mockReset());

const dimensions = 48;
const identity = { model: "m", revision: "", pooling: "mean", prompts: {}, dimensions };

function vectors(count: number, seed: number): Float32Array[] {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32 - 0.5;
  return Array.from({ length: count }, () => Float32Array.from({ length: dimensions }, next));
}

test("the same hits in the same order, with and without it, filters and vectors without a direction too", async () => {
  const folder = folderOf();
  const [nothing, ...rows] = [new Float32Array(dimensions), ...vectors(400, 1)];
  withoutExtension();
  const store = await openIndexForWriting(folder, { identity });
  const documents = [nothing!, ...rows, rows[7]!].map((vector, i) => {
    const chunk = chunkRecord(`text ${i}`, i + 1);
    return { record: documentRecord(`/${i % 2 === 0 ? "even" : "odd"}/${i}.md`), chunks: [chunk], vector };
  });
  await store.putDocuments(documents, new Map(documents.map(({ chunks, vector }) => [chunks[0]!.hash, vector])));
  await store.close();

  const queries = [...vectors(20, 2), rows[7]!, nothing!];
  const found = async () => {
    const reader = await openIndex(folder);
    const filters = [undefined, { paths: ["odd/**"] }];
    const hits = [];
    for (const query of queries)
      for (const filter of filters) hits.push(await reader.searchVectors(query, { limit: 12, filter }));
    await reader.close();
    return hits;
  };
  const ours = await found();
  withExtension();
  const theirs = await found();
  expect(ours.map((hits) => hits.map(({ chunkId }) => chunkId))).toEqual(
    theirs.map((hits) => hits.map(({ chunkId }) => chunkId)),
  );
  ours.flat().forEach(({ score }, i) => expect(score).toBeCloseTo(theirs.flat()[i]!.score, 6));
  expect(ours[0]).toHaveLength(12);
  expect(ours.at(-1)).toEqual([]);
});

test("says which it is", () => {
  const open = () => {
    const database = openSqlite(":memory:", { allowExtension: true });
    onTestFinished(() => database.close());
    return database;
  };
  withExtension();
  expect(addVectorFunctions(open())).toBeNull();
  withoutExtension();
  expect(addVectorFunctions(open())).toContain("Unsupported platform");
  // A file that is there and is none, as of another libc.
  vi.mocked(getLoadablePath).mockImplementation(() => import.meta.filename);
  expect(addVectorFunctions(open())).toBeTruthy();
});

test("a vector of another width is a damaged index, with and without it", async () => {
  for (const choose of [withExtension, withoutExtension]) {
    choose();
    const folder = folderOf();
    const store = await openIndexForWriting(folder, { identity });
    const chunk = chunkRecord("text", 1);
    const documents = [{ record: documentRecord("/a.md"), chunks: [chunk] }];
    await store.putDocuments(documents, new Map([[chunk.hash, vectors(1, 3)[0]!]]));
    await store.close();
    const file = openSqlite(`${folder}/index.db`, {});
    file.exec("UPDATE vectors SET vector = x'00000000'");
    file.close();
    const { rm } = await import("node:fs/promises");
    await rm(`${folder}/index.sum`);
    const reader = await openIndex(folder);
    await expect(reader.searchVectors(vectors(1, 4)[0]!, { limit: 1 })).rejects.toThrow(IndexUnusableError);
    await reader.close();
  }
});
