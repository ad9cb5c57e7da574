/**
 * Hostile input in a process of its own, so that a hang, a crash and memory without end are seen for what they are: the process says after
 * each try how it ended, and one that is silent for too long, or dies, lost.
 *
 * The other end is `fuzzLoop` (fuzz-loop.ts): it makes the n-th input of a seed again, so that a try that failed can be looked at alone.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { FaultRun } from "./fault.ts";
import { faultSeed } from "./random.ts";

export interface FuzzOptions {
  /** A module that calls `fuzzLoop`, run by Node from built packages. */
  readonly program: string;
  readonly args?: readonly string[];
  /** What one input may take: of processor time, as the process says, and four times that on the clock. */
  readonly seconds: number;
  /** Of V8's heap and what the process grows to, in all. */
  readonly megabytes: number;
}

export interface FuzzEnd {
  readonly n: number;
  readonly input: string;
  readonly outcome: string;
  /** What must not have been: null for nothing. */
  readonly wrong: string | null;
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** Tries inputs until the fault's time is over. */
export async function fuzz(run: FaultRun, options: FuzzOptions): Promise<void> {
  let next = 0;
  let going = true;
  let losses = 0;
  const tries = run.tries()[Symbol.iterator]();
  while (going) {
    const child = start(options, next);
    let silence = setTimeout(() => undefined, 0);
    let last = next - 1;
    let killed: string | null = null;
    const watch = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        killed = `no end after ${options.seconds * 4} s`;
        child.kill("SIGKILL");
      }, options.seconds * 4_000);
    };
    watch();
    let stderr = "";
    child.stderr.on("data", (data) => (stderr = `${stderr}${data}`.slice(-2_000)));
    for await (const line of createInterface({ input: child.stdout })) {
      watch();
      const end = JSON.parse(line) as FuzzEnd;
      last = end.n;
      run.ended(end.outcome);
      const where = `try ${end.n} of seed ${faultSeed} (${end.input})`;
      if (end.wrong !== null) run.lost(`${where}: ${end.wrong}`);
      if (end.milliseconds > options.seconds * 1_000) run.lost(`${where}: ${end.milliseconds} ms`);
      if (end.megabytes > options.megabytes) run.lost(`${where}: the process has ${end.megabytes} MB`);
      if (tries.next().done) {
        going = false;
        child.kill("SIGKILL");
        break;
      }
    }
    clearTimeout(silence);
    if (!going) break;
    run.ended("lost");
    run.lost(`try ${last + 1} of seed ${faultSeed}: ${killed ?? `the process died: ${stderr.trim().split("\n")[0]}`}`);
    next = last + 2;
    if ((losses += 1) > 20) throw new Error(`More than 20 inputs ended the process, the last with: ${stderr}`);
  }
}

function start({ program, args = [], megabytes }: FuzzOptions, from: number) {
  const all = [`--max-old-space-size=${megabytes}`, program, String(faultSeed), String(from), ...args];
  return spawn(process.execPath, all, { stdio: ["ignore", "pipe", "pipe"] });
}
