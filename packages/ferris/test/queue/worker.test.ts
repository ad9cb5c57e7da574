/** Workers end with the index that one process makes, whatever becomes of them; and what they may read. On PGlite and the real server. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ParsePool } from "../../src/documents/parse/parse-pool.ts";
import { indexPaths } from "../../src/indexing/index-folder.ts";
import { ClaimSettler } from "../../src/queue/claim-settler.ts";
import { enqueuePaths, type EnqueueOptions } from "../../src/queue/enqueue.ts";
import { JobQueue } from "../../src/queue/job-queue.ts";
import type { PostgresConnection } from "../../src/store/postgres/connection.ts";
import { pgliteConnection, realConnection, realName, realUrl } from "../store/support/postgres.ts";
import { claim, drain, embedder, job, openQueue, rowsOf } from "./support.ts";

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

function documents(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), "ferris-queue-"));
  made.push(folder);
  mkdirSync(join(folder, "notes"));
  for (let i = 0; i < count; i++) {
    const paragraphs = Array.from(
      { length: 1 + (i % 4) },
      (_, p) => `Paragraph ${p} of note ${i % 7}, about pumps and keys.`,
    );
    writeFileSync(join(folder, "notes", `note-${i}.md`), `# Note ${i}\n\n${paragraphs.join("\n\n")}\n`);
  }
  return folder;
}

/** Of a process that is stopped: no lease is put off. */
class SilentQueue extends JobQueue {
  override async renew(): Promise<Set<number>> {
    return new Set();
  }
}

type Opened = Awaited<ReturnType<typeof openQueue>>;

function enqueue(opened: Opened, paths: string[], more: Partial<EnqueueOptions> = {}) {
  const usual = { maxFileBytes: 1_000_000, maxTokens: null, sendsBytes: true, priority: 0, mostWaitingBytes: 2 ** 30 };
  return enqueuePaths({ ...opened, embedder, paths, ocr: "off", ...usual, ...more });
}

function workerTests(connect: () => Promise<PostgresConnection>): void {
  test("the index is the one that a single process makes, row for row, also after changes", async () => {
    const connection = await connect();
    const folder = documents(40);
    const queued = await openQueue(connection, "queued");
    const alone = await openQueue(connection, "alone");
    for (const change of [false, true]) {
      if (change) {
        writeFileSync(join(folder, "notes/note-3.md"), "# Note 3\n\nIt says something else now.\n");
        writeFileSync(join(folder, "notes/new.md"), "# New\n\nAnother one.\n");
        rmSync(join(folder, "notes/note-5.md"));
      }
      const report = await enqueue(queued, [folder]);
      expect(report).toMatchObject({ enqueued: change ? 2 : 40, removed: change ? 1 : 0 });
      const reports = await Promise.all([drain(queued), drain(queued)]);
      expect(reports.reduce((sum, { documents: count }) => sum + count, 0)).toBe(report.enqueued);
      await indexPaths({ paths: [folder], store: alone.store, embedder, ocr: "off" });
      const rows = await rowsOf(queued.store);
      expect(rows).toHaveLength(40);
      expect(rows).toEqual(await rowsOf(alone.store));
    }
    expect(await queued.jobs.counts()).toEqual({
      waiting: 0,
      running: 0,
      failed: 0,
      byPath: 0,
      bytes: 0,
      bytesLeft: 0,
    });
  });

  test("a worker that was paused past its lease writes nothing, and says so", async () => {
    const connection = await connect();
    const opened = await openQueue(connection);
    await opened.intake.add([job("/docs/a.md", "# A\n\nAbout pumps.\n")]);
    let others = 0;
    let pauses = 0;
    const slow = {
      ...embedder,
      // While the model is at work the lease runs out, and whoever is awake does the job.
      embed: async (texts: readonly string[]) => {
        if (pauses++ === 0) {
          await new Promise((resolve) => setTimeout(resolve, 1_500));
          others = (await drain(opened)).documents;
        }
        return embedder.embed(texts);
      },
    };
    const lost: number[] = [];
    // Its heart stands still, too.
    const queue = new SilentQueue(connection, opened.store.collectionId);
    const more = { embedder: slow, leaseSeconds: 1, onLost: (count: number) => void lost.push(count) };
    const report = await drain({ ...opened, queue }, more);
    // Its other lane may have taken it over as well, and lost it in the same way.
    expect(lost[0]).toBe(1);
    expect(report.lost).toBe(lost.length);
    expect(report.documents + others).toBe(1);
    expect((await opened.store.statistics()).chunks).toBe(1);
  });

  test("a document that cannot be read is among the failed with its error; its neighbours are indexed", async () => {
    const opened = await openQueue(await connect());
    const pdf = new TextEncoder().encode("%PDF-1.7\nnothing of the kind");
    await opened.intake.add([
      job("/docs/a.md", "# A\n\nAbout keys.\n"),
      { ...job("/docs/broken.pdf", ""), content: pdf, size: pdf.length },
    ]);
    await opened.intake.add([job("/docs/blank.md", "  \n")]);
    expect(await drain(opened)).toMatchObject({ documents: 1, failed: 1, skipped: 1 });
    expect(await opened.jobs.failed(9)).toMatchObject([{ path: "/docs/broken.pdf", attempts: 1 }]);
    expect((await opened.store.documents()).map(({ path }) => path)).toEqual(["/docs/a.md"]);
  });

  test("a document of more bytes than a worker takes is among the failed, whoever queued it and however", async () => {
    const opened = await openQueue(await connect());
    const folder = documents(1);
    const text = "About keys and pumps.\n".repeat(100);
    writeFileSync(join(folder, "large.md"), text);
    await opened.intake.add([job("/docs/large.md", text), job(join(folder, "large.md"), null)]);
    expect(await drain(opened, { maxFileBytes: 1_000, trusted: [folder] })).toMatchObject({ documents: 0, failed: 2 });
    const why = "it has more than the 1000 bytes that this worker takes";
    expect((await opened.jobs.failed(9)).map(({ error }) => error)).toEqual([why, why]);
  });

  test("a model that fails costs a later try, not the document", async () => {
    const opened = await openQueue(await connect());
    await opened.intake.add([job("/docs/a.md", "# A\n\nAbout keys.\n")]);
    const stop = new AbortController();
    const broken = { ...embedder, embed: () => Promise.reject(new Error("the device was lost")) };
    const onFailure = (): void => stop.abort();
    await drain(opened, { embedder: broken, signal: stop.signal, untilEmpty: false, onFailure });
    expect(await opened.jobs.counts()).toMatchObject({ waiting: 1, failed: 0 });
    expect(await claim(opened.queue, "next")).toEqual([]);
  });

  test("paths are read below trusted folders alone, by where they really lead", async () => {
    const opened = await openQueue(await connect());
    const folder = documents(2);
    const outside = documents(1);
    symlinkSync(join(outside, "notes/note-0.md"), join(folder, "link.md"));
    await enqueue(opened, [folder], { sendsBytes: false });
    await opened.intake.add([job(join(folder, "link.md"), null), job(join(outside, "notes/note-0.md"), null)]);
    expect(await drain(opened, { trusted: [folder] })).toMatchObject({ documents: 2, failed: 1 });
    expect(await opened.jobs.failed(9)).toMatchObject([
      {
        path: join(folder, "link.md"),
        error: "its bytes are not in the queue, and its path lies in no folder that this worker trusts",
      },
    ]);
    expect(await opened.jobs.counts()).toMatchObject({ waiting: 1, failed: 1 });
  });

  test("a worker that is told to stop gives back at once what it has, whatever it is at, as if it had never had it", async () => {
    const opened = await openQueue(await connect());
    await enqueue(opened, [documents(8)]);
    const stop = new AbortController();
    // A model that never answers, as a device that hangs.
    const stuck = {
      ...embedder,
      embed: (_: readonly string[], signal?: AbortSignal) =>
        new Promise<never>((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason as Error));
          setTimeout(() => stop.abort(new Error("SIGTERM")), 50);
        }),
    };
    const failures: string[] = [];
    const onFailure = (path: string): void => void failures.push(path);
    const report = await drain(opened, { embedder: stuck, signal: stop.signal, untilEmpty: false, onFailure });
    expect(report).toMatchObject({ documents: 0, failed: 0, lost: 0, released: 8 });
    expect(failures).toEqual([]);
    expect(await opened.jobs.counts()).toMatchObject({ waiting: 8, running: 0 });
    expect(await opened.workers.all()).toEqual([]);
    const next = await claim(opened.queue, "next");
    expect(next.map(({ attempts }) => attempts)).toEqual(Array.from({ length: 8 }, () => 1));
  });

  test("a document that an earlier worker died of is done with nothing beside it", async () => {
    const opened = await openQueue(await connect());
    await opened.intake.add([job("/docs/poison.md", "# Poison\n\nAbout pumps.\n", { priority: 9 })]);
    await claim(opened.queue, "dead", { seconds: 0 });
    await enqueue(opened, [documents(20)]);
    let underWay = 0;
    const beside: number[] = [];
    const watched = {
      ...embedder,
      embed: async (texts: readonly string[]) => {
        underWay++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (texts.some((text) => text.includes("Poison"))) beside.push(underWay);
        underWay--;
        return embedder.embed(texts);
      },
    };
    expect(await drain(opened, { embedder: watched, tokenBudget: 100 })).toMatchObject({ documents: 21 });
    expect(beside).toEqual([1]);
  });

  test("a worker that was paused past its lease takes nothing out either, and counts no failure", async () => {
    const opened = await openQueue(await connect());
    const pool = new ParsePool({ ocr: "off" });
    const { signal } = new AbortController();
    const context = { embedder, pool, ocr: "off" as const, trusted: [], mostBytes: 1_000_000, signal };
    // Of another encoding now, which takes out what the index had; and one that cannot be read.
    const broken = new TextEncoder().encode("%PDF-1.7\nnothing of the kind");
    await opened.intake.add([
      job("/docs/a.md", "  \n"),
      { ...job("/docs/b.pdf", ""), content: broken, size: broken.length },
    ]);
    const stale = await claim(opened.queue, "paused");
    await opened.intake.add([job("/docs/a.md", "# A\n\nAbout keys.\n"), job("/docs/b.pdf", "%PDF-1.7")]);
    await drain(opened);
    const lost: number[] = [];
    const onLost = (count: number): void => void lost.push(count);
    const onFailure = (path: string): void => expect.unreachable(path);
    const settler = new ClaimSettler({ ...opened, id: "paused", context, busySeconds: () => 1, onLost, onFailure });
    await settler.settle(stale);
    expect((await opened.store.documents()).map(({ path }) => path)).toEqual(["/docs/a.md"]);
    expect(settler.report).toMatchObject({ skipped: 0, failed: 0, lost: 2 });
    expect(lost).toEqual([1, 1]);
    await pool.close();
  });

  test("what waits is forgotten when its file goes, and when it is taken out of the index", async () => {
    const opened = await openQueue(await connect());
    const folder = documents(6);
    await enqueue(opened, [folder]);
    await drain(opened);
    for (const note of [0, 1, 2]) writeFileSync(join(folder, `notes/note-${note}.md`), "# Another\n\nText.\n");
    writeFileSync(join(folder, "new.md"), "# New\n\nText.\n");
    expect(await enqueue(opened, [folder])).toMatchObject({ enqueued: 4 });
    const [held] = await claim(opened.queue, "slow", { bytes: 1 });
    // One that somebody is at and that the index does not have yet, and one that it has and that waits.
    expect(held!.path).toBe(join(folder, "new.md"));
    rmSync(held!.path);
    rmSync(join(folder, "notes/note-0.md"));
    expect(await enqueue(opened, [folder])).toMatchObject({ enqueued: 0, alreadyQueued: 2, removed: 2 });
    expect(await opened.store.forgetQueued([join(folder, "notes/note-1.md")])).toEqual([
      join(folder, "notes/note-1.md"),
    ]);
    expect(await drain(opened)).toMatchObject({ documents: 1 });
    expect(await opened.store.documents()).toHaveLength(5);
  });

  test("a crawl that finds the same again leaves what waits, is worked on or failed as it is", async () => {
    const opened = await openQueue(await connect());
    const folder = documents(3);
    writeFileSync(join(folder, "broken.pdf"), "%PDF-1.7\nnothing of the kind");
    await enqueue(opened, [join(folder, "broken.pdf")]);
    await drain(opened);
    expect(await enqueue(opened, [folder])).toMatchObject({ enqueued: 3, alreadyQueued: 1 });
    const [held] = await claim(opened.queue, "slow", { bytes: 1 });
    expect(await enqueue(opened, [folder], { priority: 7 })).toMatchObject({
      enqueued: 0,
      alreadyQueued: 4,
      bytes: 0,
    });
    expect(await opened.jobs.counts()).toMatchObject({ waiting: 2, running: 1, failed: 1 });
    expect((await opened.queue.renew([held!], 60)).size).toBe(1);
    // It is an upload now, and sooner than what was sooner than it.
    await opened.intake.add([job("/docs/between.md", "# B\n\nText.\n", { priority: 5 })]);
    expect((await claim(opened.queue, "next")).map(({ path }) => path).at(-1)).toBe("/docs/between.md");
    // What changed is done anew, also where it had failed.
    writeFileSync(join(folder, "broken.pdf"), "# Not a PDF at all, but readable\n");
    expect(await enqueue(opened, [folder])).toMatchObject({ enqueued: 1, alreadyQueued: 3 });
    expect(await opened.jobs.counts()).toMatchObject({ failed: 0 });
  });

  test("paths go to workers that trust their folders; who trusts none of them says so and ends when told to", async () => {
    const opened = await openQueue(await connect());
    const folders = [documents(2), documents(2)].toSorted();
    await enqueue(opened, folders, { sendsBytes: false });
    const waiting: { count: number; path: string }[] = [];
    const onUnreachable = (what: { count: number; path: string }): void => void waiting.push(what);
    expect(await drain(opened, { onUnreachable })).toMatchObject({ documents: 0, failed: 0 });
    expect(waiting).toEqual([{ count: 4, path: join(folders[0]!, "notes/note-0.md") }]);
    for (const folder of folders)
      expect(await drain(opened, { trusted: [folder] })).toMatchObject({ documents: 2, failed: 0 });
  });

  test("a worker whose model fails with document after document ends, and leaves the queue to others", async () => {
    const opened = await openQueue(await connect());
    await enqueue(opened, [documents(40)]);
    const broken = { ...embedder, embed: () => Promise.reject(new Error("the device was lost")) };
    await expect(drain(opened, { embedder: broken, untilEmpty: false, tokenBudget: 100 })).rejects.toThrow(
      /device was lost/,
    );
    expect(await opened.jobs.counts()).toMatchObject({ running: 0, failed: 0 });
    expect((await claim(opened.queue, "healthy")).length).toBeGreaterThan(15);
  });

  test("who queues looks at the whole queue once for many documents, not with each few", async () => {
    const opened = await openQueue(await connect());
    let looks = 0;
    const jobs = Object.assign(Object.create(opened.jobs) as typeof opened.jobs, {
      counts: () => {
        looks++;
        return opened.jobs.counts();
      },
    });
    expect(await enqueue({ ...opened, jobs }, [documents(400)])).toMatchObject({ enqueued: 400 });
    expect(looks).toBe(1);
  });

  test("who queues waits while much waits, and goes on when a worker has made room", async () => {
    const opened = await openQueue(await connect());
    const folder = documents(130);
    const stop = new AbortController();
    // Nobody works before there is something to wait for.
    const working: Promise<unknown>[] = [];
    const onWait = (): void => {
      if (working.length === 0) working.push(drain(opened, { untilEmpty: false, signal: stop.signal }));
    };
    expect(await enqueue(opened, [folder], { mostWaitingBytes: 4_000, onWait })).toMatchObject({ enqueued: 130 });
    expect(working).toHaveLength(1);
    stop.abort();
    await Promise.all(working);
    await drain(opened);
    expect(await opened.store.documents()).toHaveLength(130);
  });
}

describe("on PGlite", () => {
  workerTests(pgliteConnection);
});

describe.runIf(realUrl !== null)(`on ${realName}`, () => {
  workerTests(realConnection);
});
