/** A command as a process of its own that gets a signal at a random moment; and what must hold of how it ends. */
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultRun } from "@ferris/testing";
import { ferris, startFerris, type RunOptions } from "../../cli/support/ferris-process.ts";
import { examine } from "../../indexing/support/examine.ts";
import { differences, type Snapshot, snapshotOf } from "./snapshot.ts";

export const noSignals = process.platform === "win32" ? "Windows has no signals" : null;

const signals = ["SIGKILL", "SIGKILL", "SIGINT", "SIGTERM", "SIGSTOP"] as const;
type Sent = (typeof signals)[number];

/** What a process may end with that got the signal, or was done before it came. */
const codes: Record<Sent, readonly (number | null)[]> = {
  SIGKILL: [null, 0],
  SIGINT: [130, 0, null],
  SIGTERM: [143, 0, null],
  SIGSTOP: [0],
};

/** Seconds until a process that was asked to end has ended, on a busy machine. */
const prompt = 20;

export interface Disturbance extends RunOptions {
  /** Milliseconds that the command takes when nobody disturbs it. */
  readonly usual: number;
  /** For commands that end only when they are told to: SIGSTOP is followed by SIGTERM. */
  readonly endless?: boolean;
}

/** Runs `ferris ARGS`, sends a signal on the way, and returns which, and when. */
export async function disturb(run: FaultRun, args: readonly string[], options: Disturbance): Promise<string> {
  const signal = run.random.of(signals);
  const { usual, endless = false } = options;
  const child = startFerris(args, options);
  child.stdin!.on("error", () => undefined);
  child.stdin!.end(options.input ?? "");
  child.stdout!.resume();
  let said = "";
  child.stderr!.on("data", (data) => (said += data));
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  await Promise.race([ended, sleep((0.15 + run.random() * 0.75) * usual)]);
  const done = child.exitCode !== null;
  child.kill(signal);
  let expected = codes[signal];
  if (signal === "SIGSTOP") {
    await sleep(300);
    child.kill("SIGCONT");
    if (endless) {
      await sleep(300);
      child.kill("SIGTERM");
      expected = [143, 0];
    }
  }
  try {
    const limit = signal === "SIGSTOP" ? 60 + (3 * usual) / 1_000 : prompt;
    const code = await run.within(limit, `${args[0]} after ${signal}`, ended);
    if (!expected.includes(code)) run.lost(`${args[0]} ended with ${code} after ${signal}: ${said.slice(0, 200)}`);
  } catch (error) {
    child.kill("SIGKILL");
    run.lost(String(error));
  }
  return done ? "done before" : signal;
}

/** Milliseconds that `ferris ARGS` takes; it must succeed. */
export async function timed(args: readonly string[], options: RunOptions = {}): Promise<number> {
  const started = performance.now();
  const { code, stderr } = await ferris(args, options);
  if (code !== 0) throw new Error(`ferris ${args.join(" ")} ended with ${code}: ${stderr}`);
  return performance.now() - started;
}

/** Files that an index at rest has. */
const known = new Set(["index.db", "index.sum", "writer.lock", ".gitignore"]);

/** The index is sound as it was left; the command, run again, comes to its end; then all is as in the clean run, and nothing lies about. */
export async function expectWhole(
  run: FaultRun,
  place: string,
  again: readonly string[],
  expected: Snapshot,
  accepted: readonly number[] = [0],
): Promise<void> {
  try {
    examine(place);
  } catch (error) {
    run.lost(`unsound: ${String(error).split("\n")[0]}`);
  }
  const { code, stderr } = await ferris(again);
  if (!accepted.includes(code ?? -1)) run.lost(`${again[0]} afterwards ended with ${code}: ${stderr.slice(0, 200)}`);
  for (const difference of differences(await snapshotOf(place), expected)) run.lost(difference);
  const left = readdirSync(place).filter((name) => !known.has(name));
  if (left.length > 0) run.lost(`left behind: ${left.join()}`);
}
