/**
 * A worker: claims documents for as long as there are any, and has them settled (claim-settler.ts) while their leases are renewed
 * (lease-keeper.ts).
 *
 * Two lanes, so that the devices have work while the other lane parses or writes.
 */
import { realpath } from "node:fs/promises";
import { ParsePool } from "../documents/parse/parse-pool.ts";
import type { Embedder } from "../indexing/embedder.ts";
import { ClaimSettler, type SettlerOptions, type WorkReport } from "./claim-settler.ts";
import type { Claim } from "./job.ts";
import type { JobList } from "./job-list.ts";
import { Lanes } from "./lanes.ts";
import { LeaseKeeper } from "./lease-keeper.ts";

export interface WorkerOptions extends Omit<SettlerOptions, "context" | "busySeconds"> {
  readonly jobs: JobList;
  readonly embedder: Embedder;
  readonly devices: string;
  readonly ocr: readonly string[] | "off" | undefined;
  readonly trusted: readonly string[];
  readonly maxFileBytes: number;
  /** Tokens of one claim, as far as bytes tell; for each device. */
  readonly tokenBudget: number;
  readonly leaseSeconds: number;
  /** Ends when nothing waits that it could do, and nobody works. */
  readonly untilEmpty: boolean;
  /** Ends it: what is not being committed is given back. */
  readonly signal: AbortSignal;
}

const laneCount = 2;
/** Bytes of English text for a token. */
const bytesPerToken = 4;
const mostJobs = 256;
/** Between two looks at an empty queue, in milliseconds. */
const idlePause = 500;

/**
 * Works until the signal, or until the queue is empty. At the signal what is being committed is committed, and all else given back at once.
 *
 * @throws the store's and the model's errors
 */
export async function work(options: WorkerOptions): Promise<WorkReport> {
  const { queue, jobs, workers, embedder, id, devices, ocr, trusted, signal, leaseSeconds } = options;
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const pool = new ParsePool({ ocr });
  // A parser may take minutes for a file.
  ended.addEventListener("abort", () => void pool.close(), { once: true });
  const context = { embedder, pool, ocr, trusted, mostBytes: options.maxFileBytes, signal: ended };
  const settler = new ClaimSettler({ ...options, context, busySeconds: () => lanes.takeBusySeconds() });
  const readsBelow = await spellings(trusted);
  let hasTold = false;
  let looked = performance.now();
  await workers.greet(id, devices);
  const leases = new LeaseKeeper(options);
  const lanes = new Lanes<Claim[]>({
    claim: async () => {
      if (performance.now() - looked > leaseSeconds * 1000) await listDead();
      return queue.claim({
        worker: id,
        bytes: options.tokenBudget * bytesPerToken * (embedder.devices ?? 1),
        most: mostJobs,
        seconds: leaseSeconds,
        readsBelow,
      });
    },
    // Taken before: it may be what another worker died of. Whatever were under way here would be blamed with it.
    isAlone: ([first]) => first!.attempts > 1,
    work: (claims, others) =>
      leases.during(claims, async () => {
        await others;
        await settler.settle(claims);
      }),
  });
  try {
    const all = await Promise.allSettled(Array.from({ length: laneCount }, () => lane().catch(endOthers)));
    const failure = all.find((one) => one.status === "rejected");
    if (failure) throw failure.reason;
    await workers.leave(id);
    return settler.report;
  } finally {
    await leases.close();
    await pool.close();
  }

  function endOthers(error: unknown): void {
    // Told to stop: whatever was cut short has been given back.
    if (signal.aborted) return;
    failed.abort(error);
    throw error;
  }

  async function lane(): Promise<void> {
    while (!ended.aborted) {
      if (await lanes.next()) continue;
      if (await mayEnd()) return;
      await pause(idlePause);
    }
  }

  /** Puts documents that every worker died of on the list of what failed: also while there is always something to do. */
  async function listDead(): Promise<void> {
    looked = performance.now();
    for (const { path, error } of await queue.buryDead()) {
      settler.report.failed++;
      options.onFailure?.(path, error);
    }
  }

  async function mayEnd(): Promise<boolean> {
    // Read after the wait: the other lane counts meanwhile.
    await listDead();
    if (hasTold && !options.untilEmpty) return false;
    const { within, outside, outsidePath } = await jobs.rest(readsBelow);
    // Both lanes look, and one of them says it.
    if (outside > 0 && !hasTold) {
      hasTold = true;
      options.onUnreachable?.({ count: outside, path: outsidePath! });
    }
    return options.untilEmpty && within === 0;
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds);
      ended.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        ended.removeEventListener("abort", done);
        resolve();
      }
    });
  }
}

/** Folders as they were named and as they really lie: a job's path may be spelled either way. */
async function spellings(folders: readonly string[]): Promise<string[]> {
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  return [...new Set([...folders, ...real])];
}
