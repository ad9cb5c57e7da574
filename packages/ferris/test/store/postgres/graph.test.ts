/** An HNSW index that was asked for: searches by meaning go through it, with filters, and find what comparing all of them finds. */
import { describe, expect, test, vi } from "vitest";
import { collectionNamed } from "../../../src/store/postgres/collection.ts";
import { connect, type PostgresConnection } from "../../../src/store/postgres/connection.ts";
import { makeGraph } from "../../../src/store/postgres/graph.ts";
import { storeOn } from "../../../src/store/postgres/open.ts";
import type { PostgresStore } from "../../../src/store/postgres/writer.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, identity, textQuery } from "../support/records.ts";
import { pgliteConnection, realConnection, realName, realUrl, waitedPastDeadlockTimeout } from "../support/postgres.ts";

const things = "pump key apple train cellar harbour zebra lamp river stone cloud paper".split(" ");

/** Statements that ran, on their way. */
function watched(connection: PostgresConnection): { connection: PostgresConnection; said: string[] } {
  const said: string[] = [];
  const read: PostgresConnection["read"] = (work, settings) =>
    connection.read(
      (sql) =>
        work({
          query: (text, values) => {
            said.push(text);
            return sql.query(text, values);
          },
        }),
      settings,
    );
  const { shown, schema } = connection;
  const query: PostgresConnection["query"] = (text, values) => connection.query(text, values);
  const write: PostgresConnection["write"] = (work) => connection.write(work);
  const maintain = (text: string): Promise<void> => connection.maintain(text);
  return { connection: { shown, schema, query, read, write, maintain, close: () => connection.close() }, said };
}

/** An index called "graphed" of so many documents, and as if of more: codes are looked at in place of every vector. */
async function graphedStore(connection: PostgresConnection): Promise<PostgresStore> {
  const store = await storeOn(connection, "graphed", identity);
  const documents = Array.from({ length: 40 }, (_, i) => ({
    record: documentRecord(`/docs/${i % 4}/${i}.md`),
    chunks: Array.from({ length: 8 }, (__, line) =>
      chunkRecord([i, i + line, i * line].map((n) => things[n % things.length]).join(" ") + ` ${i} ${line}`, line + 1),
    ),
  }));
  const vectors = new Map(
    documents.flatMap(({ chunks }) => chunks.map(({ hash, text }) => [hash, wordsVector(text)] as const)),
  );
  await store.putDocuments(documents, vectors);
  await connection.query(
    "INSERT INTO collection_changes (collection_id, transactions, chunks, words, vectors) VALUES ($1, 1, 0, 0, 30000)",
    [store.collectionId],
  );
  return store;
}

async function graphOf(connection: PostgresConnection, id: number): Promise<{ id: number; isWhole: boolean }> {
  const [row] = await connection.query<{ id: number; isWhole: boolean }>(
    `SELECT indexrelid::int AS id, indisvalid AS "isWhole" FROM pg_index WHERE indexrelid = to_regclass('vectors_' || $1::int || '_hnsw')`,
    [id],
  );
  return row!;
}

describe.each([
  { name: "PGlite", open: pgliteConnection, isThere: true },
  { name: realName, open: realConnection, isThere: realUrl !== null },
])("a graph of the vectors ($name)", ({ open, isThere }) => {
  test.runIf(isThere)("is made once, serves searches and filters, and is left out where it does not suit", async () => {
    const direct = await open();
    const { connection, said } = watched(direct);
    const store = await graphedStore(connection);
    const collection = await collectionNamed(connection, "graphed");
    const isWalked = () => said.some((text) => text.includes("::halfvec"));
    const asked = async (query: string, options: object = {}) => {
      said.length = 0;
      return store.searchVectors(wordsVector(query), { limit: 5, ...options });
    };
    await asked("pump in the cellar");
    expect(isWalked()).toBe(false);
    expect(await makeGraph(direct, collection)).toBeGreaterThan(10_000);
    const made = await direct.query("SELECT to_regclass('vectors_' || $1::int || '_hnsw')::oid AS id", [collection.id]);
    await makeGraph(direct, collection);
    expect(
      await direct.query("SELECT to_regclass('vectors_' || $1::int || '_hnsw')::oid AS id", [collection.id]),
    ).toEqual(made);
    for (const filter of [undefined, { paths: ["/docs/1/**"] }]) {
      for (const query of ["pump cellar 3", "zebra harbour", "stone river 12 4"]) {
        const found = await asked(query, { filter });
        expect(isWalked()).toBe(true);
        const exact = await asked(query, { filter, exact: true });
        expect(isWalked()).toBe(false);
        expect(found.map(({ score }) => score.toFixed(5))).toEqual(exact.map(({ score }) => score.toFixed(5)));
      }
    }
    // One document of forty, and passages with a word: each is compared.
    await asked("pump", { filter: { paths: ["/docs/1/5.md"] } });
    expect(isWalked()).toBe(false);
    await asked("pump", { words: textQuery("pump -zebra") });
    expect(isWalked()).toBe(false);
    // What is written afterwards is in it; and without it searches go on.
    const late = chunkRecord("a giraffe");
    await store.putDocuments(
      [{ record: documentRecord("/docs/late.md"), chunks: [late] }],
      new Map([[late.hash, wordsVector(late.text)]]),
    );
    expect((await asked("a giraffe"))[0]!.score).toBeCloseTo(1, 5);
    expect(isWalked()).toBe(true);
    await direct.query(`DROP INDEX vectors_${collection.id}_hnsw`);
    expect((await asked("a giraffe"))[0]!.score).toBeCloseTo(1, 5);
    expect(isWalked()).toBe(false);
  });

  test.runIf(isThere)("one that was left unfinished is not walked, and made anew", async () => {
    const { connection, said } = watched(await open());
    const store = await graphedStore(connection);
    const collection = await collectionNamed(connection, "graphed");
    await makeGraph(connection, collection);
    const before = await graphOf(connection, collection.id);
    // What CREATE INDEX CONCURRENTLY leaves where it was ended.
    await connection.query("UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = $1", [before.id]);
    said.length = 0;
    expect(await store.searchVectors(wordsVector("pump"), { limit: 5 })).toHaveLength(5);
    expect(said.some((text) => text.includes("::halfvec"))).toBe(false);
    await makeGraph(connection, collection);
    const after = await graphOf(connection, collection.id);
    expect(after).toEqual({ id: expect.any(Number), isWhole: true });
    expect(after.id).not.toBe(before.id);
    await store.searchVectors(wordsVector("pump"), { limit: 5 });
    expect(said.some((text) => text.includes("::halfvec"))).toBe(true);
  });

  test.runIf(isThere)("of more dimensions than such an index takes is refused", async () => {
    const connection = await open();
    await storeOn(connection, "wide", { ...identity, dimensions: 4_096 });
    await expect(makeGraph(connection, await collectionNamed(connection, "wide"))).rejects.toThrow(
      expect.objectContaining({ code: "INDEX_UNUSABLE", message: expect.stringContaining("4096") as string }),
    );
  });
});

describe.runIf(realUrl !== null)(`made while others are at it (${realName})`, () => {
  /** Waits until somebody makes the index of this collection; gives its process. */
  async function making(connection: PostgresConnection, id: number): Promise<number> {
    let process: number | undefined;
    await vi.waitUntil(
      async () => {
        const [row] = await connection.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_progress_create_index WHERE relid = to_regclass('vectors_' || $1::int)",
          [id],
        );
        process = row?.pid;
        return process !== undefined;
      },
      { timeout: 60_000, interval: 5 },
    );
    return process!;
  }

  test("a second one waits for the first, and leaves what that made", async () => {
    const direct = await realConnection();
    await graphedStore(direct);
    const collection = await collectionNamed(direct, "graphed");
    const others = await Promise.all([connect(direct.url), connect(direct.url)]);
    // Concurrent building waits for transactions that have written to the table.
    let first: Promise<number>;
    let second: Promise<number>;
    await direct.write(async (sql) => {
      await sql.query(`DELETE FROM vectors_${collection.id} WHERE chunk_id < 0`);
      first = makeGraph(others[0]!, collection);
      await making(others[1]!, collection.id);
      second = makeGraph(others[1]!, collection);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    });
    await first!;
    const made = await graphOf(direct, collection.id);
    await second!;
    expect(await graphOf(direct, collection.id)).toEqual({ id: made.id, isWhole: true });
    await Promise.all(others.map((each) => each.close()));
  });

  test("it waits for its lock until autovacuum gives that up", async () => {
    const direct = await realConnection();
    await graphedStore(direct);
    const collection = await collectionNamed(direct, "graphed");
    const other = await connect(direct.url);
    const table = `vectors_${collection.id}`;
    let made: Promise<number>;
    await direct.write(async (sql) => {
      // As autovacuum does.
      await sql.query(`LOCK TABLE ${table} IN SHARE UPDATE EXCLUSIVE MODE`);
      made = makeGraph(other, collection);
      await waitedPastDeadlockTimeout(other, table);
    });
    expect(await made!).toBeGreaterThan(10_000);
    await other.close();
  });

  test("a session that the server ends in the middle", async () => {
    const direct = await realConnection();
    await graphedStore(direct);
    const collection = await collectionNamed(direct, "graphed");
    const other = await connect(direct.url);
    let made: Promise<number>;
    await direct.write(async (sql) => {
      await sql.query(`DELETE FROM vectors_${collection.id} WHERE chunk_id < 0`);
      made = makeGraph(other, collection);
      await sql.query("SELECT pg_terminate_backend($1)", [await making(other, collection.id)]);
    });
    expect(await made!).toBeGreaterThan(10_000);
    expect(await graphOf(direct, collection.id)).toMatchObject({ isWhole: true });
    await other.close();
  });
});
