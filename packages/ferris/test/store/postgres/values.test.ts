/**
 * Tables that somebody changed: what no ferris writes is a damaged index, or is taken for nothing. A database belongs to whoever may log in,
 * and its schema says only which version it is.
 */
import { expect, test } from "vitest";
import { IndexUnusableError } from "../../../src/errors.ts";
import { storeOn } from "../../../src/store/postgres/open.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, identity, textQuery } from "../support/records.ts";
import { pgliteConnection } from "../support/postgres.ts";

async function changed(...statements: readonly string[]) {
  const connection = await pgliteConnection();
  const store = await storeOn(connection, null, identity);
  const chunk = chunkRecord("the pump", 1, ["Water"]);
  const record = documentRecord("/docs/a.md", { fields: { tag: ["ops"] } });
  await store.putDocuments([{ record, chunks: [chunk] }], new Map([[chunk.hash, wordsVector(chunk.text)]]));
  for (const statement of statements) await connection.query(statement);
  const [found] = await store.searchText(textQuery("pump"), { limit: 1 });
  return { store, id: found!.chunkId, chunk };
}

test("a passage whose text or headings are gone", async () => {
  for (const column of ["text", "heading_path"]) {
    const alter = `ALTER TABLE chunks ALTER COLUMN ${column} DROP NOT NULL`;
    const { store, id } = await changed(alter, `UPDATE chunks SET ${column} = NULL`);
    await expect(store.chunks([id])).rejects.toThrow(IndexUnusableError);
  }
});

test("a document whose path is gone", async () => {
  const { store } = await changed(
    "ALTER TABLE documents ALTER COLUMN path DROP NOT NULL",
    "UPDATE documents SET path = NULL",
  );
  await expect(store.documents()).rejects.toThrow("a document has lost its path");
});

test("vectors of another width, which would shift those of every other passage", async () => {
  const { store, id, chunk } = await changed("UPDATE vectors SET vector = '[1,2,3]'");
  for (const read of [
    () => store.vectorsOfChunks([id]),
    () => store.sampleVectors(1),
    () => store.vectorsOf([chunk.hash]),
  ]) {
    await expect(read()).rejects.toThrow("a vector has 3 dimensions where 32 are due");
  }
});

test.each(["7", '"ops"', '["ops"]', '{"tag": "ops", "author": [1, {"a": 2}, "ada"]}'])("fields of %s", async (json) => {
  const { store } = await changed(`UPDATE documents SET fields = '${json}'`);
  const [document] = await store.documents();
  for (const values of Object.values(document!.fields ?? {})) {
    expect(values.every((value) => typeof value === "string")).toBe(true);
  }
  // Filters look at them.
  expect(await store.documents({ filter: { fields: [{ name: "tag", value: "ops", isExcluded: false }] } })).toEqual([]);
});

test("settings that are not what ferris writes", async () => {
  const { store } = await changed();
  await store.setHome("/docs");
  await store.setMounts(["/docs/a"]);
  expect([await store.home(), await store.mounts()]).toEqual(["/docs", ["/docs/a"]]);
  const other = await changed(
    "INSERT INTO collection_settings SELECT id, 'home', '{\"a\": 1}' FROM collections",
    "INSERT INTO collection_settings SELECT id, 'mounts', '[1, \"/docs\", null]' FROM collections",
  );
  expect([await other.store.home(), await other.store.mounts()]).toEqual([null, ["/docs"]]);
});
