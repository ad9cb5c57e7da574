/** Servers, databases and roles as strangers have set them up: the index is the same, and finds the same, as on the embedded store. */
import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/store/postgres/connection.ts";
import { migrate } from "../../../src/store/postgres/migrate.ts";
import { openPostgres, storeOn } from "../../../src/store/postgres/open.ts";
import { pgvectorWarning, serverVersions } from "../../../src/store/postgres/server.ts";
import type { Store, StoreReader } from "../../../src/store/store.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";
import { documentRecord, identity, put, textQuery } from "../support/records.ts";
import { realConnection, realName, realUrl } from "../support/postgres.ts";
import { stores } from "../support/stores.ts";

const texts = [
  "TITLE Title title ISTANBUL İstanbul ıstanbul istanbul",
  "straße STRASSE Straße ÅNGSTRÖM ångström",
  "file FILE ﬁle Ⅷ VIII",
  "Ærø æro Œuvre œuvre C:\\temp\\new 'quoted' \"double\"",
  "ČÁRKA čárka co-op COOP",
];
const queries =
  "title TITLE istanbul İSTANBUL ıstanbul strasse STRASSE ångström file viii œuvre čárka co-op temp".split(" ");

/** Everything that order, case and numbers of the server could change. */
async function found(store: StoreReader): Promise<unknown> {
  const answers = [];
  for (const query of queries) {
    const byWords = await store.searchText(textQuery(query), { limit: 9 });
    const chunks = await store.chunks(byWords.map(({ chunkId }) => chunkId));
    const near = await store.searchVectors(wordsVector(query), { limit: 9, exact: true });
    answers.push([
      query,
      chunks.map(({ path }, i) => [path, byWords[i]!.score.toFixed(8)]),
      // Sums of f32: equals may stand in another order.
      near.map(({ score }) => score.toFixed(3)),
    ]);
  }
  const documents = await store.documents();
  return {
    answers,
    documents: documents.map(({ path, type, modifiedTime, size }) => [path, type, modifiedTime, size]),
    below: (await store.documents({ under: ["/İ", "/a\\b"] })).map(({ path }) => path),
    near: await store.nearestWords(["istanbull", "tittle", "ångstrom"]),
    types: (await store.statistics()).types,
  };
}

/** Exact only with all of its digits. */
const modifiedTime = 1_764_413_887_123.4568;

async function fill(store: Store): Promise<void> {
  for (const [i, text] of texts.entries())
    await put(store, `/${"aAıIİ"[i]}/${i}.md`, [text, `${text} ${i}`], { modifiedTime, type: i % 2 ? "Text" : "text" });
  await put(store, "/a\\b/c.md", ["a\\b"], documentRecord("/a\\b/c.md"));
  await store.addRoots(["/İ", "/i"]);
}

async function expectSameAsEmbedded(store: Store): Promise<void> {
  const embedded = await stores[0]!.open();
  await fill(embedded);
  await fill(store);
  expect(await found(store)).toEqual(await found(embedded));
  await store.removeDocuments(["/I/3.md"]);
  await embedded.removeDocuments(["/I/3.md"]);
  expect(await found(store)).toEqual(await found(embedded));
  await store.compact();
}

describe.runIf(realUrl !== null)(`set up by others (${realName})`, () => {
  let databases = 0;

  /** The URL of a new database. */
  async function database(options: string): Promise<string> {
    const admin = await realConnection();
    const name = `ferris_test_${process.pid}_set_up_${++databases}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' ${options}`);
    onTestFinished(async () => void (await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)));
    const url = new URL(admin.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  test.each([
    ["Turkish, whose I has no dot", "LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'"],
    ["without regard to case and accents", "LOCALE_PROVIDER icu ICU_LOCALE 'und-u-ks-level1' LOCALE 'C'"],
    ["Danish, digits by their value", "LOCALE_PROVIDER icu ICU_LOCALE 'da-DK-u-kn-kf-upper' LOCALE 'C'"],
    ["C", "LOCALE 'C'"],
  ])("a database whose locale is %s", async (_name, options) => {
    const connection = await connect(await database(options));
    await expectSameAsEmbedded(await storeOn(connection, "straße", identity));
    await connection.close();
  });

  test("a role with settings of another age", async () => {
    const admin = await realConnection();
    const role = `ferris_test_role_${process.pid}_settings`;
    await admin.query(`CREATE ROLE ${role} LOGIN SUPERUSER`);
    onTestFinished(async () => {
      await admin.query(`DROP OWNED BY ${role} CASCADE`);
      await admin.query(`DROP ROLE ${role}`);
    });
    for (const setting of [
      "standard_conforming_strings = off",
      "extra_float_digits = -15",
      "default_transaction_isolation = 'serializable'",
      "bytea_output = 'escape'",
      "array_nulls = off",
      "datestyle = 'German'",
      "intervalstyle = 'sql_standard'",
      "timezone = 'Asia/Kathmandu'",
      "client_encoding = 'LATIN1'",
      "default_text_search_config = 'pg_catalog.turkish'",
      "search_path = 'pg_temp'",
      "work_mem = '64kB'",
      "gin_fuzzy_search_limit = 1",
      "enable_indexscan = off",
      "enable_bitmapscan = off",
      "quote_all_identifiers = on",
      "transform_null_equals = on",
      "row_security = off",
      "lc_messages = 'C'",
    ])
      await admin.query(`ALTER ROLE ${role} SET ${setting}`);
    const url = new URL(admin.url);
    url.username = role;
    const connection = await connect(url.href);
    const store = await storeOn(connection, null, identity);
    await expectSameAsEmbedded(store);
    // One waits for the other at the name, and then finds what it made.
    const both = await Promise.all([
      storeOn(connection, "at once", identity),
      storeOn(connection, "at once", identity),
    ]);
    expect(both[0].collectionId).toBe(both[1].collectionId);
    await connection.close();
  });

  test("a pgvector that is too old is refused, one with faults is warned of", async () => {
    const url = await database("LOCALE 'C'");
    const connection = await connect(url);
    const store = await storeOn(connection, null, identity);
    await put(store, "/a", ["apple"]);
    const pretend = (version: string): Promise<unknown> =>
      connection.query("UPDATE pg_catalog.pg_extension SET extversion = $1 WHERE extname = 'vector'", [version]);
    const refused = expect.objectContaining({
      code: "INDEX_UNUSABLE",
      message: expect.stringMatching(
        /has pgvector 0\.7\.4, and ferris needs 0\.8\.0 or later.*ALTER EXTENSION/,
      ) as string,
    });
    await pretend("0.7.4");
    await expect(openPostgres(url, null)).rejects.toThrow(refused);
    await expect(storeOn(connection, null, identity)).rejects.toThrow(refused);
    await expect(migrate(connection)).rejects.toThrow(refused);
    await pretend("0.8.3");
    expect(pgvectorWarning((await serverVersions(connection)).pgvector!)).toMatch(/0\.8\.3 has faults/);
    const reader = await openPostgres(url, null);
    expect(await reader.searchText(textQuery("apple"), { limit: 1 })).toHaveLength(1);
    await Promise.all([reader.close(), connection.close()]);
  });
});
