/**
 * A PostgreSQL that goes away: its link is cut, refuses or falls silent, its processes are killed, its clock jumps, workers are killed; while
 * documents are indexed, searched and worked off a queue. On the server that FERRIS_TEST_POSTGRES_URL names.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fault, type FaultRun, randomFrom } from "@ferris/testing";
import { Ferris } from "../../../src/ferris.ts";
import { FerrisError } from "../../../src/errors.ts";
import { ModelPool } from "../../../src/models/model-pool.ts";
import { connect } from "../../../src/store/postgres/connection.ts";
import { ferris, startFerris } from "../../cli/support/ferris-process.ts";
import { type Link, linkTo } from "../../store/support/link.ts";
import { connectedWithin, dropSchema, newSchema, realUrl, withSchema } from "../../store/support/postgres.ts";
import { folderOf } from "../../support/files.ts";
import { addDocuments, queries } from "../support/corpus.ts";
import { noSignals } from "../support/disturb.ts";
import { differences, snapshotOf } from "../support/snapshot.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const models = new ModelPool({ load: { device: "cpu", onNotice: () => undefined } });
const open = (store: string) => Ferris.open({ store, model, device: "cpu", models, onNotice: () => undefined });
const placeOf = (store: string) => ({ store, name: null });

const noServer = realUrl === null ? "FERRIS_TEST_POSTGRES_URL does not name a PostgreSQL" : null;
/** Its processes can be killed where they are ours. */
const isHere =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  /^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(realUrl === null ? "" : new URL(realUrl).hostname);

/** Schemas that go in the end, whatever happens. */
async function withSchemas<T>(count: number, work: (urls: string[]) => Promise<T>): Promise<T> {
  const urls = Array.from({ length: count }, () => withSchema(realUrl!, newSchema()));
  try {
    return await work(urls);
  } finally {
    for (const url of urls) await dropSchema(url);
  }
}

/** What a search over the index says, whoever's ids it has. */
async function answers(opened: Ferris): Promise<string[]> {
  const said: string[] = [];
  for (const query of queries) {
    const { results } = await opened.search(query, { limit: 10 });
    said.push(`${query}: ${results.map(({ path, startLine }) => `${path}:${startLine}`).join(" ")}`);
  }
  return said;
}

/** Does `trouble` again and again until `work` has ended; returns how it ended. */
async function troubled<T>(run: FaultRun, work: Promise<T>, trouble: () => Promise<void>): Promise<T | FerrisError> {
  let isOver = false;
  const ended = work
    .catch((error: unknown) => {
      if (error instanceof FerrisError) return error;
      throw error;
    })
    .finally(() => (isOver = true));
  while (!isOver) {
    await Promise.race([sleep(30 + run.random.below(400)), ended]);
    if (!isOver) await trouble();
  }
  return run.within(240, "work on a PostgreSQL", ended);
}

function troubleOn(link: Link, run: FaultRun) {
  return async (): Promise<void> => {
    const kind = run.random.below(3);
    if (kind > 0) await sleep(run.random.below(50));
    if (kind === 2) {
      link.silence(true);
      await sleep(run.random.below(500));
      link.silence(false);
      return;
    }
    link.refuse(kind === 1);
    link.cut();
    await sleep(kind === 1 ? run.random.below(300) : 0);
    link.refuse(false);
  };
}

async function indexAndSearch(
  run: FaultRun,
  through: (url: string) => Promise<{ url: string; trouble: () => Promise<void>; end: () => void }>,
): Promise<void> {
  const folder = folderOf();
  addDocuments(folder, randomFrom(6), 50);
  await withSchemas(1, async ([clean]) => {
    const reference = await open(clean!);
    await reference.index([folder]);
    const [expected, right] = [await snapshotOf(placeOf(clean!)), await answers(reference)];
    await reference.close();
    for (const _ of run.tries()) {
      await withSchemas(1, async ([url]) => {
        const { url: link, trouble, end } = await through(url!);
        const opened = await open(link);
        const indexed = await troubled(run, opened.index([folder]), trouble);
        if (indexed instanceof FerrisError) {
          run.ended(`index: ${indexed.code}`);
          const again = await open(url!);
          await again.index([folder]);
          await again.close();
        } else run.ended("indexed");
        for (const difference of differences(await snapshotOf(placeOf(url!)), expected)) run.lost(difference);
        const found = await troubled(run, answers(opened), trouble);
        if (found instanceof FerrisError) run.ended(`search: ${found.code}`);
        else {
          if (JSON.stringify(found) !== JSON.stringify(right)) run.lost("a search has other results");
          run.ended("searched");
        }
        end();
        await opened.close();
      });
    }
  });
}

fault(
  "a PostgreSQL whose link is cut, refused or silent, while documents are indexed and searched",
  { seconds: 10, least: 2, unless: noServer },
  (run) =>
    indexAndSearch(run, async (url) => {
      const link = await linkTo(url);
      return { url: link.url, trouble: troubleOn(link, run), end: () => link.close() };
    }),
);

fault(
  "a PostgreSQL that crashes while documents are indexed and searched",
  {
    seconds: 10,
    least: 1,
    unless: noServer ?? (isHere ? null : "its processes are not this machine's, or not ours to kill"),
  },
  (run) =>
    indexAndSearch(run, async (url) => {
      let crashes = 0;
      const crash = async (): Promise<void> => {
        // The server starts itself again: each time costs it a second, and us as much.
        if (crashes++ >= 3) return;
        // It may still be starting after the last crash.
        const connection = await connectedWithin(60_000, realUrl!);
        const rows = await connection.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'ferris' AND pid <> pg_backend_pid()",
        );
        const pid = rows[0]?.pid;
        if (pid && readFileSync(`/proc/${pid}/cmdline`, "latin1").startsWith("postgres:")) process.kill(pid, "SIGKILL");
        await connection.close();
      };
      return { url, trouble: crash, end: () => undefined };
    }),
);

fault(
  "workers of a queue are killed, cut off, and the server's clock jumps",
  { seconds: 10, least: 1, unless: noServer ?? noSignals },
  async (run) => {
    const folder = folderOf();
    addDocuments(folder, randomFrom(8), 60);
    await withSchemas(1, async ([clean]) => {
      const reference = await open(clean!);
      await reference.index([folder]);
      await reference.close();
      const expected = await snapshotOf(placeOf(clean!));
      for (const _ of run.tries()) {
        await withSchemas(1, async ([url]) => {
          const link = await linkTo(url!);
          const cutting = troubleOn(link, run);
          const environment = { FERRIS_STORE: link.url, FERRIS_MODEL: model, FERRIS_DEVICE: "cpu" };
          const queued = await ferris(["index", folder, "--enqueue"], {
            environment: { ...environment, FERRIS_STORE: url! },
          });
          if (queued.code !== 0) throw new Error(`Nothing is queued: ${queued.stderr}`);
          const start = () => {
            const child = startFerris(["worker", "--drain", "--lease", "2", "--budget", "512"], { environment });
            let said = "";
            child.stdout!.resume();
            child.stderr!.on("data", (data) => (said += data));
            const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
            return { child, ended, said: () => said };
          };
          // As if the server's clock had been put on: a lease that was good has run out.
          const direct = await connect(url!);
          const jump = () =>
            direct.query("UPDATE jobs SET not_before = not_before - interval '1 hour' WHERE state = 'running'");
          const victim = start();
          // Cut off before it has begun, a worker says so and ends: whoever looks after it starts it again.
          const unreachable = 23;
          const keepWorking = async () => {
            for (;;) {
              const { ended, said } = start();
              const code = await ended;
              if (code === 0) return;
              if (code === unreachable) run.ended("told that the server is away");
              else return run.lost(`a worker ended with ${code}: ${said().slice(-300)}`);
            }
          };
          const all = Promise.all([keepWorking(), keepWorking()]);
          const killed = sleep(600 + run.random.below(1_500)).then(() => victim.child.kill("SIGKILL"));
          let jumps = 0;
          await troubled(run, all, async () => {
            if (jumps < 2 && run.random() < 0.3) {
              jumps++;
              await jump();
            } else await cutting();
          });
          await killed;
          await direct.close();
          link.close();
          for (const difference of differences(await snapshotOf(placeOf(url!)), expected)) run.lost(difference);
          run.ended("worked off");
        });
      }
    });
  },
);
