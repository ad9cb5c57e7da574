/**
 * One fault of `npm run test:faults`: something that goes wrong on purpose, tried many times at moments and with bytes that a seed decides.
 *
 * Each try says how it ended. What must never end that way is lost, and fails the test. The reporter (fault-reporter.ts) makes the table.
 */
import { test, type TestContext } from "vitest";
import { type Random, randomFrom, seedOf } from "./random.ts";

/** What the table says of one fault; travels in the test's meta data. */
export interface FaultRecord {
  tried: number;
  /** How tries ended, and how often. */
  readonly outcomes: Record<string, number>;
  /** What a user would have lost, in words. Nothing, if all is well. */
  readonly lost: string[];
  /** Why it could not be tried here. */
  notRun: string | null;
}

declare module "vitest" {
  interface TaskMeta {
    fault?: FaultRecord;
  }
}

export interface FaultOptions {
  /** Seconds of tries, in the bounded run (about five minutes for all faults together). */
  readonly seconds: number;
  /** Tries however long they take; 1 by default. */
  readonly least?: number;
  /** And no more than these, however much time is left. */
  readonly most?: number;
  /** Why it cannot be tried on this machine, or null: told as NOT RUN. */
  readonly unless?: string | null;
}

export interface FaultRun {
  readonly random: Random;
  /** The numbers 0, 1, 2, … as long as there is time. The caller says how each ended. */
  tries(): Iterable<number>;
  /** One try ended in this way. */
  ended(outcome: string): void;
  /** Something went that must not: fails the test at its end, with all that was lost. */
  lost(what: string): void;
  /** The promise, or an error that says what did not end in time. */
  within<T>(seconds: number, what: string, work: Promise<T>): Promise<T>;
}

/** Longest that a fault may take beyond its own seconds: preparations, and tries that were under way. */
const slack = 240;

const scale = Number(process.env.FERRIS_FAULTS_MINUTES ?? "5") / 5;

/** Defines a fault as a test. */
export function fault(name: string, options: FaultOptions, body: (run: FaultRun) => Promise<void>): void {
  const seconds = options.seconds * scale;
  const record: FaultRecord = { tried: 0, outcomes: {}, lost: [], notRun: options.unless ?? null };
  const work = async ({ task, skip }: TestContext): Promise<void> => {
    task.meta.fault = record;
    if (record.notRun !== null) skip(record.notRun);
    await body(runOf(name, record, seconds, options));
    if (record.tried === 0) throw new Error("Nothing was tried.");
    if (record.lost.length > 0) throw new Error(`Lost:\n${record.lost.slice(0, 20).join("\n")}`);
  };
  test(name, { timeout: (seconds + slack) * 1_000 }, work);
}

function runOf(
  name: string,
  record: FaultRecord,
  seconds: number,
  { least = 1, most = Infinity }: FaultOptions,
): FaultRun {
  return {
    random: randomFrom(seedOf(name)),
    *tries() {
      const started = performance.now();
      for (let n = 0; n < Math.max(least, most); n++) {
        if (n >= least && performance.now() - started > seconds * 1_000) return;
        yield n;
      }
    },
    ended(outcome) {
      record.tried += 1;
      record.outcomes[outcome] = (record.outcomes[outcome] ?? 0) + 1;
    },
    lost(what) {
      record.lost.push(what);
    },
    within,
  };
}

/** The promise, or an error that says what did not end in time. */
async function within<T>(limit: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${limit} s.`)), limit * 1_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
