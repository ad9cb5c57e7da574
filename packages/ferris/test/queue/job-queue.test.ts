/** The queue's own rules, on PGlite and on the PostgreSQL that FERRIS_TEST_POSTGRES_URL names: who gets what, and who may commit. */
import { describe, expect, test, vi } from "vitest";
import type { PostgresConnection } from "../../src/store/postgres/connection.ts";
import { pgliteConnection, realConnection, realName, realUrl } from "../store/support/postgres.ts";
import { queueOf } from "../../src/queue/open-queue.ts";
import { collectionNamed, unnamed } from "../../src/store/postgres/collection.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { migrations } from "../../src/store/postgres/migrations/all.ts";
import { claim, embedder, job, openQueue } from "./support.ts";

function queueTests(connect: () => Promise<PostgresConnection>): void {
  test("each job goes to one worker: the higher priority first, as many as fill the budget, at least one", async () => {
    const { queue, intake, jobs } = await openQueue(await connect());
    await intake.add([
      job("/a", "x".repeat(60)),
      job("/b", "x".repeat(60)),
      job("/c", "x".repeat(500)),
      job("/d", "x"),
    ]);
    await intake.add([job("/urgent", "x", { priority: 5 })]);
    const first = await claim(queue, "one", { bytes: 100 });
    const second = await claim(queue, "two", { bytes: 100 });
    const third = await claim(queue, "three", { bytes: 10_000 });
    const paths = [first, second, third].map((claims) => claims.map(({ path }) => path).toSorted());
    expect(paths).toEqual([["/a", "/b", "/urgent"], ["/c"], ["/d"]]);
    expect(new TextDecoder().decode(first.find(({ path }) => path === "/a")!.content!)).toBe("x".repeat(60));
    expect(await claim(queue, "four")).toEqual([]);
    expect(await jobs.counts()).toEqual({ waiting: 0, running: 5, failed: 0, byPath: 0, bytes: 622, bytesLeft: 622 });
  });

  test("a lease that ran out is taken over, and its first holder can neither put it off nor commit", async () => {
    const connection = await connect();
    const { queue, intake, jobs } = await openQueue(connection);
    await intake.add([job("/a", "text")]);
    const [paused] = await claim(queue, "paused", { seconds: 0 });
    const [taken] = await claim(queue, "awake");
    expect(taken!.id).toBe(paused!.id);
    expect(await queue.renew([paused!], 60)).toEqual(new Set());
    expect(await connection.write((sql) => queue.complete(sql, [paused!]))).toEqual(new Set());
    await queue.fail(paused!, "too late");
    expect((await jobs.counts()).running).toBe(1);
    expect(await queue.renew([taken!], 60)).toEqual(new Set([taken!.id]));
    expect(await connection.write((sql) => queue.complete(sql, [taken!]))).toEqual(new Set([taken!.id]));
    expect(await jobs.counts()).toMatchObject({ waiting: 0, running: 0 });
  });

  test("a document that changes while somebody works on it is done again, and the older text is not committed", async () => {
    const connection = await connect();
    const { queue, intake } = await openQueue(connection);
    await intake.add([job("/a", "old")]);
    const [old] = await claim(queue, "one");
    await intake.add([job("/a", "new")]);
    expect(await connection.write((sql) => queue.complete(sql, [old!]))).toEqual(new Set());
    const [fresh] = await claim(queue, "one");
    expect(new TextDecoder().decode(fresh!.content!)).toBe("new");
  });

  test("a job that kills every worker ends among the failed, from where it can be tried again or dropped", async () => {
    const { queue, intake, jobs } = await openQueue(await connect());
    await intake.add([job("/poison", "text"), job("/broken", "text")]);
    for (let i = 0; i < 5; i++) await claim(queue, `victim ${i}`, { seconds: 0, bytes: 1 });
    for (let i = 0; i < 5; i++) await claim(queue, `victim ${i}`, { seconds: 0, bytes: 1 });
    expect(await claim(queue, "survivor")).toEqual([]);
    const buried = await queue.buryDead();
    expect(buried.map(({ path }) => path).toSorted()).toEqual(["/broken", "/poison"]);
    const failed = await jobs.failed(10);
    expect(failed).toMatchObject([
      { path: "/poison", attempts: 5, error: "every worker that had it died or fell silent: 5 of them" },
      { path: "/broken" },
    ]);
    expect(await jobs.retry([failed[0]!.id])).toBe(1);
    expect(await jobs.drop(null)).toBe(1);
    expect((await claim(queue, "another")).map(({ path }) => path)).toEqual(["/poison"]);
  });

  test("a job that kills its workers takes none of its neighbours with it: what was taken before is taken alone", async () => {
    const connection = await connect();
    const { queue, intake, jobs } = await openQueue(connection);
    const paths = Array.from({ length: 12 }, (_, i) => `/docs/${i}`);
    await intake.add(paths.map((path) => job(path, "text")));
    for (let victims = 0; ; victims++) {
      const claims = await claim(queue, `victim ${victims}`, { seconds: 0 });
      if (claims.length === 0) break;
      expect(claims).toHaveLength(victims === 0 ? 12 : 1);
      // A worker without the poison does what it has.
      if (claims.some(({ path }) => path === "/docs/5")) continue;
      await connection.write((sql) => queue.complete(sql, claims));
    }
    await queue.buryDead();
    expect((await jobs.failed(99)).map(({ path }) => path)).toEqual(["/docs/5"]);
    expect(await jobs.counts()).toMatchObject({ waiting: 0, running: 0, failed: 1 });
  });

  test("jobs are added all or none: whoever dies in the middle has raised no priority and queued nothing", async () => {
    const connection = await connect();
    const { intake, queue } = await openQueue(connection);
    await intake.add([job("/crawled", "text"), job("/other", "text", { priority: 5 })]);
    await connection.query(
      `CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the process was killed'; END $$`,
    );
    await connection.query(`CREATE TRIGGER dies BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION dies()`);
    const uploads = [job("/crawled", "text", { priority: 9 }), job("/new", "text", { priority: 9 })];
    await expect(intake.add(uploads)).rejects.toThrow("the process was killed");
    await connection.query("DROP FUNCTION dies CASCADE");
    expect((await claim(queue, "one", { bytes: 1 })).map(({ path }) => path)).toEqual(["/other"]);
    // Once more from the beginning: nothing of the first time is in its way.
    expect(await intake.add(uploads)).toEqual({ count: 1, bytes: 4 });
    expect((await claim(queue, "one")).map(({ path }) => path).toSorted()).toEqual(["/crawled", "/new"]);
  });

  test("what is queued already is known by the hash of its contents: they are neither sent again nor read", async () => {
    const connection = await connect();
    const sent: string[] = [];
    const watched: PostgresConnection = {
      ...connection,
      shown: connection.shown,
      schema: connection.schema,
      query: (text, values) => connection.query(text, values),
      read: (work) => connection.read(work),
      write: (work) =>
        connection.write((sql) =>
          work({
            query: (text, values) => {
              sent.push(
                ...(values ?? [])
                  .filter((value) => value instanceof Uint8Array)
                  .map((value) => new TextDecoder().decode(value)),
              );
              return sql.query(text, values);
            },
          }),
        ),
    };
    const { store } = await openQueue(connection);
    const { intake } = queueOf(watched, store.collectionId);
    expect(await intake.add([job("/a", "one"), job("/b", "two"), job("/path", null)])).toEqual({ count: 3, bytes: 6 });
    expect(sent.splice(0)).toEqual(["one", "two"]);
    // Of the same size and time, as a file that is written twice in a moment.
    expect(await intake.add([job("/a", "one"), job("/b", "TWO"), job("/path", null)])).toEqual({ count: 1, bytes: 3 });
    expect(sent).toEqual(["TWO"]);
  });

  test("what an older version has queued is known by its contents after the upgrade, and done by the new one", async () => {
    const connection = await connect();
    await migrate(connection, migrations.slice(0, 4));
    await connection.query("INSERT INTO collections (name, identity) VALUES ($1, $2)", [
      unnamed,
      JSON.stringify(embedder.identity),
    ]);
    const old = job("/old", "text");
    await connection.query(
      `INSERT INTO jobs (collection_id, path, size, modified_time, content, priority) SELECT id, $1, $2, $3, $4, 0 FROM collections`,
      [old.path, old.size, old.modifiedTime, old.content],
    );
    await migrate(connection);
    const { id } = await collectionNamed(connection, unnamed);
    const { intake, queue } = queueOf(connection, id);
    expect(await intake.add([old])).toEqual({ count: 0, bytes: 0 });
    expect(await claim(queue, "new")).toMatchObject([{ path: "/old", attempts: 1 }]);
  });

  test("what failed for another reason than its own waits before it is tried again, and not for ever", async () => {
    const { queue, intake, jobs } = await openQueue(await connect());
    await intake.add([job("/a", "text")]);
    const [first] = await claim(queue, "one");
    await queue.fail(first!, "the device was lost", 60);
    expect(await claim(queue, "one")).toEqual([]);
    expect(await jobs.counts()).toMatchObject({ waiting: 1, failed: 0 });
    await queue.fail({ ...first!, lease: first!.lease }, "again", 60);
    expect(await jobs.failed(1)).toEqual([]);
  });

  test("a server's clock that is put back keeps nobody's documents, neither a dead worker's nor those to be tried again", async () => {
    const connection = await connect();
    const { queue, intake, workers } = await openQueue(connection);
    await intake.add([job("/held", "text"), job("/again", "text"), job("/poison", "text")]);
    const claims = await claim(queue, "dead", { seconds: 60 });
    const [, again, poison] = claims.toSorted((one, other) => one.id - other.id);
    await queue.fail(again!, "the device was lost", 20);
    await connection.query("UPDATE jobs SET attempts = 5 WHERE id = $1", [poison!.id]);
    expect(await claim(queue, "early")).toEqual([]);
    // What it looks like from an hour before.
    await connection.query("UPDATE jobs SET not_before = not_before + interval '1 hour'");
    await connection.query("UPDATE workers SET seen = seen + interval '1 hour', started = started + interval '1 hour'");
    for (const path of ["/held", "/again"]) expect(await claim(queue, "next")).toMatchObject([{ path }]);
    expect(await queue.buryDead()).toHaveLength(1);
    expect(await claim(queue, "another")).toEqual([]);
    expect(await workers.all()).toEqual([]);
  });

  test("a path that is longer than an index of paths takes is queued once", async () => {
    const { queue, intake } = await openQueue(await connect());
    const path = `/${Array.from({ length: 4_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000))).join("")}`;
    await intake.add([job(path, "old")]);
    await intake.add([job(path, "new")]);
    const [claimed, ...others] = await claim(queue, "one");
    expect([claimed!.path === path, new TextDecoder().decode(claimed!.content!), others]).toEqual([true, "new", []]);
  });

  test("jobs without their bytes go to workers that read paths, and collections do not meet", async () => {
    const connection = await connect();
    const { queue, intake } = await openQueue(connection);
    const other = await openQueue(connection, "other");
    await intake.add([job("/path", null)]);
    expect(await claim(queue, "blind")).toEqual([]);
    expect(await claim(other.queue, "elsewhere", { readsBelow: ["/"] })).toEqual([]);
    expect(await claim(queue, "of another", { readsBelow: ["/pat", "/path/below"] })).toEqual([]);
    expect(await claim(queue, "reader", { readsBelow: ["/other", "/"] })).toMatchObject([
      { path: "/path", content: null },
    ]);
  });
}

describe("on PGlite", () => {
  queueTests(pgliteConnection);
});

describe.runIf(realUrl !== null)(`on ${realName}`, () => {
  queueTests(realConnection);

  test("to claim a few of many reads a few, also before the server has counted what was queued", async () => {
    const connection = await realConnection();
    const { intake, queue } = await openQueue(connection);
    await intake.add([job("/first", "text", { priority: 1 })]);
    await connection.maintain(`ANALYZE ${connection.schema}.jobs`);
    await connection.query(
      `INSERT INTO jobs (collection_id, path, size, modified_time, content, priority)
       SELECT (SELECT id FROM collections), '/docs/' || i, 1000, 1, convert_to(repeat('x', 1000), 'UTF8'), 0 FROM generate_series(1, 20000) AS i`,
    );
    const rowsRead = async (): Promise<number> => {
      const [row] = await connection.query<{ read: number }>(
        `SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS read FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = 'jobs'`,
        [connection.schema],
      );
      return row!.read;
    };
    await connection.query("SELECT pg_stat_force_next_flush()");
    const before = await rowsRead();
    expect((await claim(queue, "one", { bytes: 2_000 })).map(({ path }) => path)).toContain("/first");
    // Whichever session it was that claimed says so when it is next idle for a moment.
    await vi.waitUntil(async () => (await rowsRead()) > before, { timeout: 20_000, interval: 100 });
    expect((await rowsRead()) - before).toBeLessThan(2_000);
  });
});
