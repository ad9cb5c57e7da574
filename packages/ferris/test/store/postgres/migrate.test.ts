/** Migrations: forward only, once each, whoever runs them and how many at once. */
import { describe, expect, test } from "vitest";
import { connect } from "../../../src/store/postgres/connection.ts";
import { migrate, requireSchema, schemaStatus } from "../../../src/store/postgres/migrate.ts";
import { migrations, schemaVersion } from "../../../src/store/postgres/migrations/all.ts";
import { isOlder, pgvectorWarning, serverVersions } from "../../../src/store/postgres/server.ts";
import { pgliteConnection, realConnection, realName, realUrl, withSchema } from "../support/postgres.ts";

const names = migrations.map(({ name }) => name);

describe.each([
  { name: "PGlite", open: pgliteConnection, isThere: true },
  { name: realName, open: realConnection, isThere: realUrl !== null },
])("migrating ($name)", ({ open, isThere }) => {
  test.runIf(isThere)("makes everything, a second time nothing, and says what is there", async () => {
    const connection = await open();
    await expect(requireSchema(connection)).rejects.toThrow(expect.objectContaining({ code: "INDEX_NOT_FOUND" }));
    expect(await schemaStatus(connection)).toMatchObject({ version: 0, due: names });
    expect(await migrate(connection)).toEqual(names);
    expect(await migrate(connection)).toEqual([]);
    await requireSchema(connection);
    const status = await schemaStatus(connection);
    expect(status).toMatchObject({ version: schemaVersion, wanted: schemaVersion, due: [] });
    expect(status.applied.map(({ name }) => name)).toEqual(names);
    expect((await serverVersions(connection)).pgvector).toMatch(/^0\.8/);
  });

  test.runIf(isThere)("a step that fails takes all of the run back", async () => {
    const connection = await open();
    const broken = [
      ...migrations,
      { version: schemaVersion + 1, name: "broken", statements: ["CREATE TABLE x (y int)", "SELECT nonsense"] },
    ];
    await expect(migrate(connection, broken)).rejects.toThrow(/nonsense/);
    expect((await schemaStatus(connection)).version).toBe(0);
  });

  test.runIf(isThere)("a newer schema is refused with both numbers, an older one until it was migrated", async () => {
    const connection = await open();
    const later = [...migrations, { version: schemaVersion + 1, name: "later", statements: [] }];
    await migrate(connection);
    expect(await migrate(connection, later)).toEqual(["later"]);
    const refused = new RegExp(`version ${schemaVersion + 1}, this ferris knows ${schemaVersion}`);
    await expect(migrate(connection)).rejects.toThrow(refused);
    await expect(requireSchema(connection)).rejects.toThrow(refused);
  });
});

describe.runIf(realUrl !== null)(`migrating with faults (${realName})`, () => {
  test("a server that ends the session in the middle", async () => {
    const connection = await realConnection();
    await connection.query(`CREATE SCHEMA ${connection.schema}`);
    // A sequence counts on when its transaction is taken back.
    await connection.query(`CREATE SEQUENCE ${connection.schema}.tries`);
    const statement = "SELECT CASE WHEN nextval('tries') < 3 THEN pg_terminate_backend(pg_backend_pid()) END";
    const ending = { version: schemaVersion + 1, name: "ending", statements: ["CREATE TABLE half_way ()", statement] };
    expect(await migrate(connection, [...migrations, ending])).toEqual([...names, "ending"]);
    expect(await connection.query("SELECT last_value AS tries FROM tries")).toEqual([{ tries: 3 }]);
    expect((await schemaStatus(connection)).version).toBe(schemaVersion + 1);
  });
});

test.runIf(realUrl !== null)(`eight at once make one schema (${realName})`, async () => {
  const { url } = await realConnection();
  const all = await Promise.all(Array.from({ length: 8 }, () => connect(url)));
  const applied = await Promise.all(all.map((each) => migrate(each)));
  expect(applied.flat()).toEqual(names);
  await Promise.all(all.map((each) => each.close()));
});

test.runIf(realUrl !== null)(`schemas made at once in a database without pgvector (${realName})`, async () => {
  const admin = await realConnection();
  const database = `ferris_test_${process.pid}_bare`;
  await admin.query(`CREATE DATABASE ${database}`);
  try {
    const url = new URL(admin.url);
    url.pathname = `/${database}`;
    const all = await Promise.all(Array.from({ length: 6 }, (_, i) => connect(withSchema(url.href, `bare_${i}`))));
    try {
      expect(await Promise.all(all.map((each) => migrate(each)))).toEqual(all.map(() => names));
    } finally {
      await Promise.all(all.map((each) => each.close()));
    }
  } finally {
    await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
  }
});

test.runIf(realUrl !== null)(
  `a database that cannot hold every text is refused by its encoding (${realName})`,
  async () => {
    const admin = await realConnection();
    for (const encoding of ["SQL_ASCII", "LATIN1"]) {
      const database = `ferris_test_${process.pid}_${encoding.toLowerCase()}`;
      await admin.query(
        `CREATE DATABASE ${database} ENCODING '${encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
      );
      try {
        const url = new URL(admin.url);
        url.pathname = `/${database}`;
        const connection = await connect(url.href);
        await expect(migrate(connection)).rejects.toThrow(
          expect.objectContaining({
            code: "INDEX_UNUSABLE",
            message: expect.stringContaining(`encoding ${encoding}`) as string,
          }),
        );
        await connection.close();
      } finally {
        await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
      }
    }
  },
);

test("versions of pgvector: what is refused and what is warned of", () => {
  expect(isOlder("0.7.4", "0.8.0")).toBe(true);
  expect(isOlder("0.10.0", "0.8.4")).toBe(false);
  expect(pgvectorWarning("0.8.0")).toMatch(/0\.8\.4/);
  expect(pgvectorWarning("0.8.4")).toBeNull();
});
