/** The queue's own rules, on PGlite and on the PostgreSQL that FERRIS_TEST_POSTGRES_URL names: who gets what, and who may commit. */
import { describe, expect, test } from "vitest";
import type { PostgresConnection } from "../../src/store/postgres/connection.ts";
import { pgliteConnection, realConnection, realName, realUrl } from "../store/support/postgres.ts";
import { claim, job, openQueue } from "./support.ts";

function queueTests(connect: () => Promise<PostgresConnection>): void {
  test("each job goes to one worker: the higher priority first, as many as fill the budget, at least one", async () => {
    const { queue } = await openQueue(await connect());
    await queue.add([job("/a", "x".repeat(60)), job("/b", "x".repeat(60)), job("/c", "x".repeat(500)), job("/d", "x")]);
    await queue.add([job("/urgent", "x", { priority: 5 })]);
    const first = await claim(queue, "one", { bytes: 100 });
    const second = await claim(queue, "two", { bytes: 100 });
    const third = await claim(queue, "three", { bytes: 10_000 });
    const paths = [first, second, third].map((claims) => claims.map(({ path }) => path).toSorted());
    expect(paths).toEqual([["/a", "/b", "/urgent"], ["/c"], ["/d"]]);
    expect(new TextDecoder().decode(first.find(({ path }) => path === "/a")!.content!)).toBe("x".repeat(60));
    expect(await claim(queue, "four")).toEqual([]);
    expect(await queue.counts()).toEqual({ waiting: 0, running: 5, failed: 0, byPath: 0, bytes: 622 });
  });

  test("a lease that ran out is taken over, and its first holder can neither put it off nor commit", async () => {
    const connection = await connect();
    const { queue } = await openQueue(connection);
    await queue.add([job("/a", "text")]);
    const [paused] = await claim(queue, "paused", { seconds: 0 });
    const [taken] = await claim(queue, "awake");
    expect(taken!.id).toBe(paused!.id);
    expect(await queue.extend([paused!], 60)).toEqual(new Set());
    expect(await connection.write((sql) => queue.finish(sql, [paused!]))).toEqual(new Set());
    await queue.fail(paused!, "too late");
    expect((await queue.counts()).running).toBe(1);
    expect(await queue.extend([taken!], 60)).toEqual(new Set([taken!.id]));
    expect(await connection.write((sql) => queue.finish(sql, [taken!]))).toEqual(new Set([taken!.id]));
    expect(await queue.counts()).toMatchObject({ waiting: 0, running: 0 });
  });

  test("a document that changes while somebody works on it is done again, and the older text is not committed", async () => {
    const connection = await connect();
    const { queue } = await openQueue(connection);
    await queue.add([job("/a", "old")]);
    const [old] = await claim(queue, "one");
    await queue.add([job("/a", "new")]);
    expect(await connection.write((sql) => queue.finish(sql, [old!]))).toEqual(new Set());
    const [fresh] = await claim(queue, "one");
    expect(new TextDecoder().decode(fresh!.content!)).toBe("new");
  });

  test("a job that kills every worker ends among the failed, from where it can be tried again or dropped", async () => {
    const { queue } = await openQueue(await connect());
    await queue.add([job("/poison", "text"), job("/broken", "text")]);
    for (let i = 0; i < 5; i++) expect(await claim(queue, `victim ${i}`, { seconds: 0 })).toHaveLength(2);
    expect(await claim(queue, "survivor")).toEqual([]);
    expect(await queue.buryDead()).toBe(2);
    const failed = await queue.failed(10);
    expect(failed).toMatchObject([
      { path: "/poison", attempts: 5, error: "every worker that had it died or fell silent: 5 of them" },
      { path: "/broken" },
    ]);
    expect(await queue.retry([failed[0]!.id])).toBe(1);
    expect(await queue.drop(null)).toBe(1);
    expect((await claim(queue, "another")).map(({ path }) => path)).toEqual(["/poison"]);
  });

  test("what failed for another reason than its own waits before it is tried again, and not for ever", async () => {
    const { queue } = await openQueue(await connect());
    await queue.add([job("/a", "text")]);
    const [first] = await claim(queue, "one");
    await queue.fail(first!, "the device was lost", 60);
    expect(await claim(queue, "one")).toEqual([]);
    expect(await queue.counts()).toMatchObject({ waiting: 1, failed: 0 });
    await queue.fail({ ...first!, lease: first!.lease }, "again", 60);
    expect(await queue.failed(1)).toEqual([]);
  });

  test("a server's clock that is put back keeps nobody's documents, neither a dead worker's nor those to be tried again", async () => {
    const connection = await connect();
    const { queue } = await openQueue(connection);
    await queue.add([job("/held", "text"), job("/again", "text"), job("/poison", "text")]);
    const claims = await claim(queue, "dead", { seconds: 60 });
    const [, again, poison] = claims.toSorted((one, other) => one.id - other.id);
    await queue.fail(again!, "the device was lost", 20);
    await connection.query("UPDATE jobs SET attempts = 5 WHERE id = $1", [poison!.id]);
    expect(await claim(queue, "early")).toEqual([]);
    // What it looks like from an hour before.
    await connection.query("UPDATE jobs SET not_before = not_before + interval '1 hour'");
    await connection.query("UPDATE workers SET seen = seen + interval '1 hour', started = started + interval '1 hour'");
    expect((await claim(queue, "next")).map(({ path }) => path).toSorted()).toEqual(["/again", "/held"]);
    expect(await queue.buryDead()).toBe(1);
    expect(await claim(queue, "another")).toEqual([]);
    expect(await queue.workers()).toEqual([]);
  });

  test("a path that is longer than an index of paths takes is queued once", async () => {
    const { queue } = await openQueue(await connect());
    const path = `/${Array.from({ length: 4_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000))).join("")}`;
    await queue.add([job(path, "old")]);
    await queue.add([job(path, "new")]);
    const [claimed, ...others] = await claim(queue, "one");
    expect([claimed!.path === path, new TextDecoder().decode(claimed!.content!), others]).toEqual([true, "new", []]);
  });

  test("jobs without their bytes go to workers that read paths, and collections do not meet", async () => {
    const connection = await connect();
    const { queue } = await openQueue(connection);
    const other = await openQueue(connection, "other");
    await queue.add([job("/path", null)]);
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
});
