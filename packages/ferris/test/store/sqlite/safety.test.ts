/** Index files that are not what they should be, and places that cannot be written: one typed error each. */
import {
  chmodSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
  closeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { describe, expect, test } from "vitest";
import { IndexBusyError, IndexNotFoundError, IndexNotWritableError, IndexUnusableError } from "../../../src/errors.ts";
import { openIndex, openIndexForWriting } from "../../../src/store/index.ts";
import { indexesAt, indexFolder as placeOf } from "../../../src/store/places.ts";
import { folderOf } from "../../support/files.ts";
import { chunkRecord, documentRecord, identity, put, textQuery } from "../support/records.ts";
import { asOrdinaryUser } from "../../support/ordinary-user.ts";

/** A folder with a closed index of a few documents. */
async function indexFolder(documents = 3): Promise<string> {
  const folder = folderOf();
  const store = await openIndexForWriting(folder, { identity });
  for (let i = 0; i < documents; i++)
    await put(
      store,
      `/${i}`,
      Array.from({ length: 20 }, (_, n) => `text ${i} ${n}`),
    );
  await store.close();
  // What is looked for here is what is found without it: checksum.test.ts.
  rmSync(join(folder, "index.sum"));
  return folder;
}

/** Runs SQL on the index as somebody else would. */
function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "index.db"));
  database.exec(sql);
  database.close();
}

describe("a found index is not trusted", () => {
  test.each([
    ["a trigger", "CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM chunks; END"],
    ["a view", "CREATE VIEW v AS SELECT 1"],
    ["a table more", "CREATE TABLE extra (x)"],
    ["a table less", "DROP TABLE staged_vectors"],
    ["another column", "ALTER TABLE documents ADD COLUMN evil TEXT DEFAULT (1)"],
    ["an index with an expression", "CREATE INDEX evil ON documents (lower(path))"],
  ])("%s in its schema is refused", async (_, sql) => {
    const folder = await indexFolder();
    tamper(folder, sql);
    await expect(openIndex(folder)).rejects.toThrow(IndexUnusableError);
    await expect(openIndex(folder)).rejects.toThrow(/not a sound index.*Delete it and index again/);
    await expect(openIndexForWriting(folder, { identity })).rejects.toThrow(IndexUnusableError);
  });

  test("a newer schema says which versions and what to do", async () => {
    const folder = await indexFolder();
    tamper(folder, "PRAGMA user_version = 99");
    await expect(openIndex(folder)).rejects.toThrow(
      /newer ferris: its schema is version 99, this ferris reads \d+\. Update ferris/,
    );
    tamper(folder, "PRAGMA user_version = 0");
    await expect(openIndex(folder)).rejects.toThrow(/schema version 0/);
  });

  test("an index of the schema before is read as it is, beside whoever upgrades it, and upgraded by the first to write", async () => {
    const folder = await indexFolder();
    tamper(folder, "DROP TABLE pending_documents; DROP TABLE pending_chunks; PRAGMA user_version = 3");
    const reader = await openIndex(folder);
    const query = new Float32Array(32).fill(1);
    expect((await reader.searchVectors(query, { limit: 9 })).length).toBe(9);
    expect(await reader.vectorShare()).toBe(1);
    expect(await reader.statistics()).toMatchObject({ chunks: 60, chunksWithVectors: 60 });
    const store = await openIndexForWriting(folder, { identity });
    const chunks = [{ ...chunkRecord("to come"), embeddingText: "to come" }];
    await store.putDocuments([{ record: documentRecord("/later"), chunks }], new Map());
    expect(await reader.vectorShare()).toBeCloseTo(60 / 61, 9);
    expect((await reader.searchText(textQuery("to come"), { limit: 1 })).length).toBe(1);
    await store.close();
    await reader.close();
    const again = await openIndex(folder);
    expect(await again.vectorShare()).toBeLessThan(1);
    await again.close();
    // What is there already is not taken for ours.
    tamper(folder, "PRAGMA user_version = 3");
    await expect(openIndexForWriting(folder, { identity })).rejects.toThrow(/it holds pending/);
  });

  test("another program's database is not touched", async () => {
    const folder = folderOf();
    tamper(folder, "CREATE TABLE theirs (x)");
    const before = readFileSync(join(folder, "index.db"));
    await expect(openIndex(folder)).rejects.toThrow(/not an index of ferris/);
    await expect(openIndexForWriting(folder, { identity })).rejects.toThrow(/not an index of ferris/);
    tamper(folder, "INSERT INTO theirs VALUES (1)");
    expect(before.length).toBeGreaterThan(0);
  });

  test("a made-up identity, a vector of another width", async () => {
    const folder = await indexFolder();
    tamper(folder, `UPDATE vectors SET vector = x'00000000' WHERE chunk_id = 1`);
    const reader = await openIndex(folder);
    await expect(reader.sampleVectors(100)).rejects.toThrow(IndexUnusableError);
    await expect(reader.searchVectors(new Float32Array(32).fill(1), { limit: 1 })).rejects.toThrow(IndexUnusableError);
    await reader.close();
    for (const value of [
      "{}",
      "not JSON",
      JSON.stringify({ ...identity, dimensions: -1 }),
      JSON.stringify({ ...identity, prompts: 1 }),
    ]) {
      tamper(folder, `UPDATE meta SET value = '${value}' WHERE key = 'identity'`);
      await expect(openIndex(folder)).rejects.toThrow(/does not say which model/);
    }
  });

  test("a damaged file is an error, not a crash, wherever the damage is", async () => {
    const folder = await indexFolder(40);
    const path = join(folder, "index.db");
    const whole = readFileSync(path);
    let refused = 0;
    for (let page = 0; page < whole.length / 8192; page++) {
      writeFileSync(path, whole);
      const file = openSync(path, "r+");
      writeSync(file, Buffer.alloc(8192 - 100, page % 2 === 0 ? 0xff : 0x0d), 0, 8192 - 100, page * 8192 + 100);
      closeSync(file);
      try {
        const reader = await openIndex(folder);
        await reader.searchVectors(new Float32Array(32).fill(1), { limit: 1000 });
        await reader.searchText(textQuery("text"), { limit: 1000 });
        await reader.chunksOf(1);
        await reader.documents();
        await reader.close();
      } catch (error) {
        expect(error).toBeInstanceOf(IndexUnusableError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(10);
    writeFileSync(path, "this is not a database, ".repeat(1000));
    await expect(openIndex(folder)).rejects.toThrow(/damaged, or no index/);
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    await expect(openIndex(folder).then((reader) => reader.chunksOf(1))).rejects.toThrow(IndexUnusableError);
  });
});

describe("where there is no index", () => {
  test("reading and removing say so; nothing is made by looking", async () => {
    const folder = folderOf();
    await expect(openIndex(folder)).rejects.toThrow(IndexNotFoundError);
    await expect(openIndex(folder)).rejects.toThrow(/there is no index at/);
    await expect(openIndexForWriting(folder, {})).rejects.toThrow(IndexNotFoundError);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a making that was cut off is done again", async () => {
    const folder = folderOf({ "index.db": "" });
    await expect(openIndex(folder)).rejects.toThrow(IndexNotFoundError);
    const store = await openIndexForWriting(folder, { identity });
    await put(store, "/a", ["text"]);
    await store.close();
    expect((await (await openIndex(folder)).statistics()).documents).toBe(1);
  });

  test("the nearest .ferris above that holds an index serves, and takes further ones by name", async () => {
    const base = folderOf({ "a/b/c/": "", "a/b/.ferris/": "" });
    const from = join(base, "a/b/c");
    expect(placeOf(from, {})).toBe(join(from, ".ferris"));
    expect(indexesAt(from, {})).toEqual([]);
    for (const place of ["a/.ferris", "a/.ferris/large"]) {
      await (await openIndexForWriting(join(base, place), { identity })).close();
    }
    expect(placeOf(from, {})).toBe(join(base, "a/.ferris"));
    expect(placeOf(join(base, "a"), {})).toBe(join(base, "a/.ferris"));
    expect(placeOf(base, {})).toBe(join(base, ".ferris"));
    expect(placeOf(from, { name: "large" })).toBe(join(base, "a/.ferris/large"));
    expect(placeOf(from, { name: "new" })).toBe(join(base, "a/.ferris/new"));
    expect(placeOf(base, { db: join(base, "x"), name: "new" })).toBe(join(base, "x/new"));
    expect(indexesAt(from, {})).toEqual([
      { name: null, folder: join(base, "a/.ferris") },
      { name: "large", folder: join(base, "a/.ferris/large") },
    ]);
    expect(indexesAt(from, { db: join(base, "a/b") })).toEqual([]);
    for (const name of ["", "..", "a/b", "a\\b", "index.db", "x".repeat(65)]) {
      expect(() => placeOf(from, { name })).toThrow(/invalid index name ".*": it must be letters/);
    }
  });
});

describe("writers", () => {
  test("the second is told who the first is; closing lets the next one in", async () => {
    const folder = folderOf();
    const first = await openIndexForWriting(folder, { identity });
    const second = openIndexForWriting(folder, { identity });
    await expect(second).rejects.toThrow(IndexBusyError);
    await expect(second).rejects.toThrow(new RegExp(`written by process ${process.pid} since 20\\d\\d-`));
    await first.close();
    expect(existsSync(join(folder, "writer.json"))).toBe(false);
    await (await openIndexForWriting(folder, { identity })).close();
  });

  test("an index refused for its model is not left locked", async () => {
    const folder = await indexFolder();
    await expect(openIndexForWriting(folder, { identity: { ...identity, model: "other" } })).rejects.toThrow(/other/);
    await (await openIndexForWriting(folder, {})).close();
  });

  test("a folder that cannot be written is an error with its path", async () => {
    const base = folderOf({ "shut/": "" });
    chmodSync(base, 0o755);
    chmodSync(join(base, "shut"), 0o555);
    for (const folder of [join(base, "shut"), join(base, "shut/new")]) {
      const opening = asOrdinaryUser(() => openIndexForWriting(folder, { identity }));
      await expect(opening).rejects.toThrow(IndexNotWritableError);
      await expect(opening).rejects.toThrow(/shut/);
      await expect(opening).rejects.toMatchObject({ option: "db" });
    }
  });

  test("an index in a read-only folder can be searched", async () => {
    const folder = await indexFolder();
    chmodSync(folder, 0o555);
    await asOrdinaryUser(async () => {
      const reader = await openIndex(folder);
      expect((await reader.searchText(textQuery("text"), { limit: 5 })).length).toBe(5);
      await reader.close();
    });
    expect(readdirSync(folder).toSorted()).toEqual(["index.db", "writer.lock"]);
    chmodSync(folder, 0o755);
    expect(statSync(join(folder, "index.db")).size).toBeGreaterThan(0);
  });
});
