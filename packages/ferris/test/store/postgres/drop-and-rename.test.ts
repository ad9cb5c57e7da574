/** Removing an index and giving it another name, beside others that stay as they are, and while somebody searches or writes. */
import { describe, expect, test } from "vitest";
import { JobIntake } from "../../../src/queue/job-intake.ts";
import { collectionNamed, collectionNames } from "../../../src/store/postgres/collection.ts";
import { connect, type PostgresConnection } from "../../../src/store/postgres/connection.ts";
import { contentsToDrop, dropAbandoned, dropCollection } from "../../../src/store/postgres/drop-collection.ts";
import { storeOn } from "../../../src/store/postgres/open.ts";
import { renameCollection } from "../../../src/store/postgres/rename-collection.ts";
import { job } from "../../queue/support.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, identity, put, textQuery } from "../support/records.ts";
import { pgliteConnection, realConnection, realName, realUrl, waitedPastDeadlockTimeout } from "../support/postgres.ts";

/** Every table that may hold something of a collection. */
const tables =
  "collection_settings collection_languages collection_changes roots documents chunks chunk_words vectors vector_codes pending_chunks staged_vectors identifiers vocabulary word_counts jobs workers".split(
    " ",
  );

async function filled(connection: PostgresConnection, name: string) {
  const store = await storeOn(connection, name, identity);
  await put(store, "/a", ["the pump in the cellar", `of ${name}`], { title: "getUserName" });
  const waits = { ...chunkRecord("waits"), embeddingText: "waits" };
  await store.putDocuments([{ record: documentRecord("/w"), chunks: [waits] }], new Map());
  await store.addRoots(["/"]);
  await store.setHome("/home");
  await new JobIntake(connection, store.collectionId).add([job("/q", "text")]);
  return store;
}

/** How many rows each table has of a collection, and the partitions that there are. */
async function traces(connection: PostgresConnection, id: number): Promise<unknown> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await connection.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table} WHERE collection_id = $1`,
      [id],
    );
    if (row!.count > 0) counts[table] = row!.count;
  }
  const partitions = await connection.query<{ name: string }>(
    "SELECT c.relname AS name FROM pg_class AS c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND c.relname ~ ('_' || $2::int || '$')",
    [connection.schema, id],
  );
  return { counts, partitions: partitions.map(({ name }) => name).toSorted() };
}

describe.each([
  { name: "PGlite", open: pgliteConnection, isThere: true },
  { name: realName, open: realConnection, isThere: realUrl !== null },
])("an index as a whole ($name)", ({ open, isThere }) => {
  test.runIf(isThere)("dropped, nothing of it is left, and what is beside it is as it was", async () => {
    const connection = await open();
    const [gone, stays] = [await filled(connection, "gone"), await filled(connection, "stays")];
    const before = await traces(connection, stays.collectionId);
    expect(await contentsToDrop(connection, gone.collectionId)).toEqual({ documents: 2, chunks: 3, jobs: 1 });
    await dropCollection(connection, await collectionNamed(connection, "gone"));
    expect(await traces(connection, gone.collectionId)).toEqual({ counts: {}, partitions: [] });
    expect(await traces(connection, stays.collectionId)).toEqual(before);
    expect(await collectionNames(connection)).toEqual(["stays"]);
    // Who had it open finds nothing, and is told in ferris' words by whatever it writes.
    const told = expect.objectContaining({ code: "INDEX_NOT_FOUND" });
    expect(await gone.searchText(textQuery("pump"), { limit: 9 })).toEqual([]);
    await expect(put(gone, "/b", ["another"])).rejects.toThrow(told);
    await expect(gone.addRoots(["/other"])).rejects.toThrow(told);
    await expect(new JobIntake(connection, gone.collectionId).add([job("/z", "text")])).rejects.toThrow(told);
    expect(await gone.isCurrent()).toBe(false);
    expect(await stays.searchText(textQuery("pump"), { limit: 9 })).toHaveLength(1);
    // The name is free.
    const anew = await storeOn(connection, "gone", { ...identity, model: "another", dimensions: 8 });
    expect(await anew.statistics()).toMatchObject({ documents: 0, chunks: 0 });
  });

  test.runIf(isThere)("partitions that a removal which was killed has left go with the next", async () => {
    const connection = await open();
    const [gone, stays] = [await filled(connection, "gone"), await filled(connection, "stays")];
    await connection.query("DELETE FROM collections WHERE id = $1", [gone.collectionId]);
    const table = `chunk_words_${gone.collectionId}`;
    expect(await traces(connection, gone.collectionId)).toMatchObject({ partitions: expect.arrayContaining([table]) });
    await dropAbandoned(connection);
    expect(await traces(connection, gone.collectionId)).toEqual({ counts: {}, partitions: [] });
    expect(await stays.searchVectors(wordsVector("pump"), { limit: 9 })).toHaveLength(2);
    await dropAbandoned(connection);
  });

  test.runIf(isThere)("renamed, it is found by its new name alone, and whoever writes to it goes on", async () => {
    const connection = await open();
    const store = await filled(connection, "manuals");
    await filled(connection, "taken");
    const collection = await collectionNamed(connection, "manuals");
    await expect(renameCollection(connection, collection, "taken")).rejects.toThrow(/"taken" in .* already/);
    await renameCollection(connection, collection, "handbücher");
    // As after a commit whose answer was lost.
    await renameCollection(connection, collection, "handbücher");
    expect(await collectionNames(connection)).toEqual(["handbücher", "taken"]);
    await expect(collectionNamed(connection, "manuals")).rejects.toThrow(/no index "manuals"/);
    expect(await store.isCurrent()).toBe(false);
    await put(store, "/b", ["a second pump"]);
    const found = await storeOn(connection, "handbücher");
    expect(await found.searchText(textQuery("pump"), { limit: 9 })).toHaveLength(2);
    await dropCollection(connection, collection);
    await expect(renameCollection(connection, collection, "anything")).rejects.toThrow(/any more/);
  });
});

describe.runIf(realUrl !== null)(`while others are at work (${realName})`, () => {
  test("searches and writers of other indexes go on, and so does a search that is under way", async () => {
    const direct = await realConnection();
    const gone = await filled(direct, "gone");
    const stays = await filled(await connect(direct.url), "stays");
    let isDropping = true;
    const errors: unknown[] = [];
    const atWork = [
      async () => void (await stays.searchText(textQuery("pump"), { limit: 9 })),
      async () => void (await stays.searchVectors(wordsVector("pump"), { limit: 9 })),
      async (i: number) => put(stays, `/b/${i % 7}`, ["more words", `number ${i}`]),
    ].map(async (work) => {
      for (let i = 0; isDropping; i++) await work(i).catch((error: unknown) => errors.push(error));
    });
    // Holds the parents for longer than the removal waits for them at a time.
    const slow = stays["connection"].read(async (sql) => {
      await sql.query("SELECT count(*) FROM vectors");
      await sql.query("SELECT pg_sleep(1.5)");
      return sql.query("SELECT count(*) FROM vectors");
    });
    await dropCollection(direct, await collectionNamed(direct, "gone"));
    isDropping = false;
    await Promise.all([...atWork, slow]);
    expect(errors).toEqual([]);
    expect(await traces(direct, gone.collectionId)).toEqual({ counts: {}, partitions: [] });
    await stays.close();
  });

  test("autovacuum that is at a partition is waited for until it gives way", async () => {
    const direct = await realConnection();
    const gone = await filled(direct, "gone");
    const other = await connect(direct.url);
    const table = `chunk_words_${gone.collectionId}`;
    let dropped: Promise<void>;
    await direct.write(async (sql) => {
      await sql.query(`LOCK TABLE ${table} IN SHARE UPDATE EXCLUSIVE MODE`);
      dropped = dropCollection(other, await collectionNamed(other, "gone"));
      await waitedPastDeadlockTimeout(other, table);
    });
    await dropped!;
    expect(await traces(direct, gone.collectionId)).toEqual({ counts: {}, partitions: [] });
    await other.close();
  });

  test("two that drop at once are both told that it is done", async () => {
    const direct = await realConnection();
    for (const name of ["one", "other"]) await filled(direct, name);
    const second = await connect(direct.url);
    const collections = [await collectionNamed(direct, "one"), await collectionNamed(direct, "other")] as const;
    await Promise.all([dropCollection(direct, collections[0]), dropCollection(second, collections[1])]);
    for (const { id } of collections) expect(await traces(direct, id)).toEqual({ counts: {}, partitions: [] });
    await second.close();
  });

  test("a writer in the middle of it gets its document in before, or is told that the index is gone", async () => {
    const direct = await realConnection();
    const gone = await filled(direct, "gone");
    const outcomes = new Set<string>();
    const writers = Array.from({ length: 3 }, async (_, writer) => {
      const store = await storeOn(await connect(direct.url), "gone");
      try {
        for (let i = 0; i < 2_000; i++) await put(store, `/both/${i % 5}`, ["more words", `number ${i} of ${writer}`]);
        outcomes.add("went on");
      } catch (error) {
        outcomes.add((error as { code: string }).code);
      } finally {
        await store["connection"].close();
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await dropCollection(direct, await collectionNamed(direct, "gone"));
    await Promise.all(writers);
    expect([...outcomes]).toEqual(["INDEX_NOT_FOUND"]);
    expect(await traces(direct, gone.collectionId)).toEqual({ counts: {}, partitions: [] });
  });

  test("a role that does not own the tables removes nothing", async () => {
    const direct = await realConnection();
    await filled(direct, "gone");
    const role = `ferris_test_role_${process.pid}_drop`;
    await direct.query(`CREATE ROLE ${role} LOGIN`);
    try {
      await direct.query(`GRANT USAGE ON SCHEMA ${direct.schema} TO ${role}`);
      await direct.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${direct.schema} TO ${role}`);
      const url = new URL(direct.url);
      url.username = role;
      const theirs = await connect(url.href);
      await expect(dropCollection(theirs, await collectionNamed(theirs, "gone"))).rejects.toThrow(
        expect.objectContaining({
          code: "INDEX_NOT_WRITABLE",
          message: expect.stringContaining("does not own") as string,
        }),
      );
      await theirs.close();
      expect(await collectionNames(direct)).toEqual(["gone"]);
    } finally {
      await direct.query(`DROP OWNED BY ${role}`);
      await direct.query(`DROP ROLE ${role}`);
    }
  });
});
