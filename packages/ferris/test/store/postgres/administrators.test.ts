/** What those who run a PostgreSQL set for it: poolers, limits of sessions and statements, roles that may only read, other schemas. */
import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/store/postgres/connection.ts";
import { migrate } from "../../../src/store/postgres/migrate.ts";
import { openPostgres, storeOn } from "../../../src/store/postgres/open.ts";
import { queueOf } from "../../../src/queue/open-queue.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";
import { claim, job } from "../../queue/support.ts";
import { identity, put, textQuery } from "../support/records.ts";
import { pgliteConnection, realConnection, realName, realUrl, withSchema } from "../support/postgres.ts";

test("behind a pooler that forgets a session's settings after each transaction, everything is found", async () => {
  const connection = await pgliteConnection({ isPooled: true });
  expect(await migrate(connection)).not.toEqual([]);
  const store = await storeOn(connection, "pooled", identity);
  await put(store, "/a", ["the pump in the cellar", "red apple"]);
  await put(store, "/b", ["green apple"]);
  await store.addRoots(["/"]);
  expect(await store.searchText(textQuery("apple"), { limit: 9 })).toHaveLength(2);
  expect(await store.searchVectors(wordsVector("pump cellar"), { limit: 9 })).toHaveLength(3);
  expect(await store.nearestWords(["aple"])).toEqual(new Map([["aple", "apple"]]));
  await store.removeDocuments(["/b"]);
  await store.compact();
  expect(await store.statistics()).toMatchObject({ documents: 1, chunks: 2 });
  const { queue, intake } = queueOf(connection, store.collectionId);
  await intake.add([job("/c", "text")]);
  expect(await claim(queue, "one")).toHaveLength(1);
  expect(await store.isCurrent()).toBe(true);
});

describe.runIf(realUrl !== null)(`roles and limits (${realName})`, () => {
  /** A role that may log in, with these settings, and the URL by which it does. */
  async function role(settings: string) {
    const admin = await realConnection();
    const name = `ferris_test_role_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
    await admin.query(`CREATE ROLE ${name} LOGIN ${settings}`);
    onTestFinished(async () => {
      await admin.query(`DROP OWNED BY ${name}`);
      await admin.query(`DROP ROLE ${name}`);
    });
    const url = new URL(admin.url);
    url.username = name;
    return { admin, name, url: url.href, schema: url.searchParams.get("schema")! };
  }

  /** The same beside an index of one document, with rights on its tables. */
  async function roleWith(rights: "SELECT" | "ALL", settings = "") {
    const made = await role(settings);
    const { admin, name, schema } = made;
    await put(await storeOn(admin, null, identity), "/a", ["the pump in the cellar"]);
    await admin.query(`GRANT USAGE ON SCHEMA ${schema} TO ${name}`);
    await admin.query(`GRANT ${rights} ON ALL TABLES IN SCHEMA ${schema} TO ${name}`);
    return made;
  }

  test("a role that may only read searches, and is told what it may not", async () => {
    const { url } = await roleWith("SELECT");
    const reader = await openPostgres(url, null);
    expect(await reader.searchText(textQuery("pump"), { limit: 9 })).toHaveLength(1);
    expect(await reader.searchVectors(wordsVector("pump"), { limit: 9 })).toHaveLength(1);
    await reader.close();
    const connection = await connect(url);
    const writer = await storeOn(connection, null, identity);
    const refused = expect.objectContaining({
      code: "INDEX_NOT_WRITABLE",
      message: expect.stringContaining("permission denied") as string,
    });
    await expect(put(writer, "/b", ["another"])).rejects.toThrow(refused);
    await expect(storeOn(connection, "another", identity)).rejects.toThrow(refused);
    // Nothing is due: whoever migrates whenever it starts need not be allowed to.
    expect(await migrate(connection)).toEqual([]);
    await connection.close();
  });

  test("fewer sessions than searches at once: they wait for each other", async () => {
    const { url } = await roleWith("SELECT", "CONNECTION LIMIT 2");
    const reader = await openPostgres(url, null, { patience: 60_000 });
    const found = await Promise.all(
      Array.from({ length: 12 }, () => reader.searchText(textQuery("pump"), { limit: 9 })),
    );
    expect(found.map(({ length }) => length)).toEqual(Array(12).fill(1));
    await reader.close();
  });

  test("a statement that the server ends by its own limit is told with the setting", async () => {
    const connection = await realConnection();
    const slow = connection.read(async (sql) => {
      await sql.query("SET LOCAL statement_timeout = '50ms'");
      await sql.query("SELECT pg_sleep(60)");
    });
    await expect(slow).rejects.toThrow(
      expect.objectContaining({ code: "INDEX_BUSY", message: expect.stringContaining("statement_timeout") as string }),
    );
    expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("a server that takes no connection is told as one, whatever its reason", async () => {
    const url = new URL((await realConnection()).url);
    const takesNone = expect.objectContaining({ code: "STORE_UNREACHABLE" });
    for (const [database, options] of [
      ["template0", ""],
      ["postgres", "-c nonsense=1"],
      ["postgres", "-c work_mem=much"],
      ["nowhere", ""],
    ] as const) {
      const asking = new URL(url);
      asking.pathname = `/${database}`;
      asking.searchParams.set("options", options);
      await expect(connect(asking.href)).rejects.toThrow(takesNone);
    }
  });

  test("a database that is set to be read is searched, and writing is told", async () => {
    const { admin, name, url } = await roleWith("ALL");
    await admin.query(`ALTER ROLE ${name} SET default_transaction_read_only = on`);
    await admin.query(`ALTER ROLE ${name} SET search_path = nowhere`);
    const connection = await connect(url);
    const writer = await storeOn(connection, null, identity);
    expect(await writer.searchText(textQuery("pump"), { limit: 9 })).toHaveLength(1);
    await expect(put(writer, "/b", ["x"])).rejects.toThrow(
      expect.objectContaining({
        code: "INDEX_NOT_WRITABLE",
        message: expect.stringContaining("can only be read") as string,
      }),
    );
    expect(await migrate(connection)).toEqual([]);
    await connection.close();
  });

  test("pgvector in a schema of its own, as hosted databases have it", async () => {
    const admin = await realConnection();
    const database = `ferris_test_${process.pid}_extensions`;
    await admin.query(`CREATE DATABASE ${database}`);
    try {
      const url = new URL(withSchema(admin.url, "team"));
      url.pathname = `/${database}`;
      const before = await connect(url.href);
      await before.query("CREATE SCHEMA extensions");
      await before.query("CREATE EXTENSION vector SCHEMA extensions");
      await before.close();
      const connection = await connect(url.href);
      const store = await storeOn(connection, null, identity);
      await put(store, "/a", ["the pump in the cellar", "an apple"]);
      expect(await store.searchVectors(wordsVector("apple"), { limit: 1 })).toHaveLength(1);
      await store.compact();
      await store.close();
    } finally {
      await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
    }
  });
});
