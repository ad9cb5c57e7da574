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
import { LeaseKeeper } from "./lease-keeper.ts";

export interface WorkerOptions extends Omit<SettlerOptions, "context"> {
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
  /** Ends it after what is under way is committed. */
  readonly signal: AbortSignal;
}

const lanes = 2;
/** Bytes of English text for a token. */
const bytesPerToken = 4;
const mostJobs = 256;
/** Between two looks at an empty queue, in milliseconds. */
const idlePause = 500;

/** Works until the signal, or until the queue is empty. @throws the store's and the model's errors */
export async function work(options: WorkerOptions): Promise<WorkReport> {
  const { queue, embedder, id, devices, ocr, trusted, signal, leaseSeconds } = options;
  const stop = new AbortController();
  const pool = new ParsePool({ ocr });
  const context = { embedder, pool, ocr, trusted, mostBytes: options.maxFileBytes, signal: stop.signal };
  const settler = new ClaimSettler({ ...options, context });
  const readsBelow = await spellings(trusted);
  let hasTold = false;
  await queue.greet(id, devices);
  const leases = new LeaseKeeper(options);
  try {
    const ended = await Promise.allSettled(Array.from({ length: lanes }, () => lane().catch(endOthers)));
    const failure = ended.find((one) => one.status === "rejected");
    if (failure) throw failure.reason;
    await queue.leave(id);
    return settler.report;
  } finally {
    await leases.close();
    await pool.close();
  }

  function endOthers(error: unknown): never {
    stop.abort(error);
    throw error;
  }

  async function lane(): Promise<void> {
    while (!signal.aborted && !stop.signal.aborted) {
      const claims = await queue.claim({
        worker: id,
        bytes: options.tokenBudget * bytesPerToken * (embedder.devices ?? 1),
        most: mostJobs,
        seconds: leaseSeconds,
        readsBelow,
      });
      if (claims.length > 0) await leases.during(claims, () => settler.settle(claims));
      else if (await mayEnd()) return;
      else await pause(idlePause);
    }
  }

  async function mayEnd(): Promise<boolean> {
    // Read after the wait: the other lane counts meanwhile.
    const buried = await queue.buryDead();
    settler.report.failed += buried;
    if (hasTold && !options.untilEmpty) return false;
    const { within, outside, outsidePath } = await queue.rest(readsBelow);
    // Both lanes look, and one of them says it.
    if (outside > 0 && !hasTold) {
      hasTold = true;
      options.onUnreachable?.({ count: outside, path: outsidePath! });
    }
    return options.untilEmpty && within === 0;
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const ended = AbortSignal.any([signal, stop.signal]);
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
