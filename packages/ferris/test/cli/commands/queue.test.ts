/**
 * Queueing, workers and their jobs from the command line, on the PostgreSQL that FERRIS_TEST_POSTGRES_URL names: a worker that is killed, one that
 * takes over, what failed, and what they say of themselves. npm run test:scale does it with many.
 */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../../../src/store/postgres/connection.ts";
import { stageLockClass } from "../../../src/store/postgres/stage.ts";
import { dropSchema, newSchema, realName, realUrl, withSchema } from "../../store/support/postgres.ts";
import { ferris, startFerris, succeeds, temporaryFolder, useTinyModel } from "../support/ferris-process.ts";

useTinyModel();

test("an index in a folder has no queue, and says what would have one", async () => {
  const { code, stderr } = await ferris(["jobs"], { cwd: temporaryFolder("no-queue") });
  expect(code).toBe(2);
  expect(stderr).toContain("a queue needs an index in a PostgreSQL: an index in a folder has one writer");
});

test.each([
  { words: ["drop", "--running"], message: "--running is a list, and drop is for documents that failed" },
  { words: ["--failed", "--running"], message: "--running and --failed exclude each other" },
])("jobs $words: nothing is forgotten that was not meant", async ({ words, message }) => {
  const { code, stderr } = await ferris(["jobs", ...words], { cwd: temporaryFolder("no-queue") });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) as string });
});

describe.runIf(realUrl !== null)(`on ${realName}`, () => {
  const schema = newSchema();
  const environment = { FERRIS_STORE: realUrl === null ? "" : withSchema(realUrl, schema), FERRIS_DEVICE: "cpu" };
  afterAll(() => dropSchema(environment.FERRIS_STORE));

  test("metrics on a port that is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await ferris(["worker", "--drain", "--metrics-port", String(port)], { environment });
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^ferris: 127\.0\.0\.1 port \d+ cannot be listened on: .*EADDRINUSE/),
    });
  });

  test.each(["", "nowhere"])("a folder to trust that is not there: %j", async (folder) => {
    const { code, stderr } = await ferris(["worker", "--drain", "--trust-path", folder], { environment });
    const message = `ferris: --trust-path is "${folder}": there is no such folder on this machine\n`;
    expect({ code, stderr }).toEqual({ code: 3, stderr: message });
  });

  test("a server says how much waits, also while no worker is there to say it", async () => {
    const cwd = temporaryFolder("queue-served");
    writeFileSync(join(cwd, "note.md"), "# Note\n\nAbout things.\n");
    await succeeds(["index", ".", "--enqueue"], { cwd, environment });
    const status = await ferris(["status"], { environment });
    expect(status.stdout).toMatch(
      /^Queue +1 waiting, 0 with workers, 0 failed; .*\nWorkers +none: start some with ferris worker$/m,
    );
    const server = startFerris(["serve", "--port", "0"], { environment });
    onTestFinished(() => void server.kill("SIGKILL"));
    let said = "";
    server.stderr!.on("data", (data: Buffer) => (said += data.toString()));
    const url = await vi.waitUntil(() => /listening on (http:\S+)/.exec(said)?.[1], { timeout: 60_000, interval: 100 });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const line of ["waiting 1", "running 0", "failed 0", "workers 0"])
      expect(metrics).toContain(`\nferris_queue_${line}\n`);
    await succeeds(["rm", "note.md"], { cwd, environment });
  }, 120_000);

  test("a killed worker's documents are taken over, and nothing is there twice", async () => {
    const cwd = temporaryFolder("queue");
    for (let i = 0; i < 60; i++)
      writeFileSync(join(cwd, `note-${i}.md`), `# Note ${i}\n\nAbout thing ${i}.\n`.repeat(1 + (i % 5)));
    writeFileSync(join(cwd, "broken.pdf"), "%PDF-1.7\nnothing of the kind");
    await succeeds(["index", ".", "--enqueue", "--priority", "3"], { cwd, environment });
    const queued = await ferris(["jobs", "--json"], { environment });
    expect(JSON.parse(queued.stdout)).toMatchObject({ waiting: 61, running: 0, failed: 0, workers: [] });

    // Whoever commits waits for this: the victim dies with documents in hand, however fast or slow the machine is.
    const held = await connect(environment.FERRIS_STORE);
    onTestFinished(() => held.close());
    await held.write(async (sql) => {
      await sql.query("SELECT pg_advisory_xact_lock($1, id) FROM collections", [stageLockClass]);
      const victim = startFerris(["worker", "--json", "--budget", "256", "--lease", "2"], { environment });
      const ended = once(victim, "exit");
      const hasClaimed = async (): Promise<boolean> =>
        (await sql.query("SELECT 1 FROM jobs WHERE state = 'running'")).length > 0;
      await vi.waitUntil(hasClaimed, { timeout: 60_000, interval: 100 });
      const running = await ferris(["jobs", "--running", "--limit", "1"], { environment });
      expect(running.stdout).toMatch(/^\d+ {2}\S+: \S+:\d+:\w+\n$/);
      expect(running.stderr).toBe("the first 1: --limit gives more\n");
      victim.kill("SIGKILL");
      await ended;
    });
    const { code, stdout, stderr } = await ferris(["worker", "--drain", "--json", "--metrics-port", "0"], {
      environment,
    });
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("metrics at http://127.0.0.1:") as string,
    });
    const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as { documents: number };
    // The one that cannot be read was the victim's, if it came to it.
    expect(report).toMatchObject({ type: "report", documents: 60, lost: 0 });

    const status = JSON.parse((await ferris(["status", "--json"], { environment })).stdout) as object;
    expect(status).toMatchObject({ documents: 60, queue: { waiting: 0, running: 0, failed: 1 } });
    const failed = await ferris(["jobs", "--failed"], { environment });
    expect(failed.stdout).toMatch(/^\d+ {2}.*broken\.pdf: /);
    expect(await ferris(["jobs", "retry", "999999"], { environment })).toEqual({
      code: 1,
      stdout: "0 documents will be tried again\n",
      stderr: "warning: 1 of these numbers belong to no failed document: ferris jobs --failed lists those\n",
    });
    expect((await ferris(["jobs", "drop"], { environment })).stdout).toBe("1 document forgotten\n");
    expect((await ferris(["jobs", "--failed"], { environment })).stderr).toBe("no document failed\n");
    const again = await ferris(["index", ".", "--enqueue", "--json", "--exclude", "*.pdf"], { cwd, environment });
    expect(JSON.parse(again.stdout)).toMatchObject({ enqueued: 0, removed: 0 });
    // Twelve commands, one after another.
  }, 120_000);

  test("a worker that is told to stop gives back what it has, in the middle of a document that takes minutes", async () => {
    const cwd = temporaryFolder("queue-stop");
    const large = Array.from({ length: 60_000 }, (_, i) => `Paragraph ${i} is about pump ${i % 997}.`).join("\n\n");
    writeFileSync(join(cwd, "large.md"), `# Large\n\n${large}\n`);
    await succeeds(["index", ".", "--enqueue"], { cwd, environment });
    const connection = await connect(environment.FERRIS_STORE);
    onTestFinished(() => connection.close());
    const jobs = () => connection.query<{ state: string; attempts: number }>("SELECT state, attempts FROM jobs");

    const worker = startFerris(["worker", "--json"], { environment });
    const ended = once(worker, "exit");
    let said = "";
    worker.stdout!.on("data", (data: Buffer) => (said += data.toString()));
    await vi.waitUntil(async () => (await jobs())[0]!.state === "running", { timeout: 60_000, interval: 100 });
    worker.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(JSON.parse(said.trim().split("\n").at(-1)!)).toMatchObject({ type: "report", documents: 0, released: 1 });
    expect(await jobs()).toEqual([{ state: "waiting", attempts: 0 }]);
    await succeeds(["rm", "large.md"], { cwd, environment });
  }, 120_000);

  test("a worker whose commit waits for somebody's lock ends all the same, and another takes over", async () => {
    const cwd = temporaryFolder("queue-lock");
    writeFileSync(join(cwd, "note.md"), "# Note\n\nAbout things.\n");
    await succeeds(["index", ".", "--enqueue"], { cwd, environment });
    const held = await connect(environment.FERRIS_STORE);
    onTestFinished(() => held.close());
    await held.write(async (sql) => {
      await sql.query("SELECT pg_advisory_xact_lock($1, id) FROM collections", [stageLockClass]);
      const worker = startFerris(["worker", "--lease", "2"], { environment });
      const ended = once(worker, "exit");
      const waits = async (): Promise<boolean> =>
        (
          await sql.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND NOT granted", [
            stageLockClass,
          ])
        ).length > 0;
      await vi.waitUntil(waits, { timeout: 60_000, interval: 100 });
      worker.kill("SIGTERM");
      expect(await ended).toEqual([null, "SIGTERM"]);
    });
    const { stdout } = await ferris(["worker", "--drain", "--json"], { environment });
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ type: "report", documents: 1 });
  }, 120_000);
});
