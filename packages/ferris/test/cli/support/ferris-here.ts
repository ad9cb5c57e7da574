/**
 * Runs commands in the test's own process, from the sources: loaded once for all of them, and given arguments, input, folder, environment and
 * somewhere to write as a warm server gives them (cli/caller.ts).
 *
 * For tests of what a command does and says. Starting a process takes a command most of a second, and what depends on the process, its
 * signals, pipes and end, is tested with one (ferris-process.ts; here-and-there.test.ts holds the two to the same answers).
 */
import { Readable, Writable } from "node:stream";
import { onFileFinished } from "@ferris/testing";
import { type Caller, NeedsOwnProcess, runFor, type Warmth } from "../../../src/cli/caller.ts";
import { runProgram } from "../../../src/cli/run-program.ts";
import { isForwarded } from "../../../src/cli/warm/forwarded.ts";
import { ModelPool } from "../../../src/models/model-pool.ts";
import { IndexPool } from "../../../src/server/indexes.ts";
import { ferrisEnvironment, type Result, type RunOptions } from "./ferris-process.ts";

export { temporaryFolder, useTinyModel } from "./ferris-process.ts";

let warmth: Warmth | null = null;

/** Has models and indexes stay ready between the commands of this test file, for those that a warm server would do. */
export function keepModels(): void {
  const pool = new ModelPool({ load: { device: "cpu" }, idleMs: null });
  const indexes = new IndexPool({ models: pool });
  onFileFinished(async () => {
    warmth = null;
    await indexes.close();
    await pool.close();
  });
  warmth = { openFerris: (wanted) => indexes.open(wanted), embeddingModel: pool.embeddingModel.bind(pool) };
}

/** The process's own environment and folder are the command's while it runs, so they run one after the other. */
let last: Promise<unknown> = Promise.resolve();

/** Runs `ferris ARGS` to its end. */
export function ferris(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const next = last.then(() => run(args, options));
  last = next.catch(() => {});
  return next;
}

/** Runs `ferris ARGS` as a preparation: anything but exit code 0 is an error with what it said. */
export async function succeeds(args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { code, stderr } = await ferris(args, options);
  if (code !== 0) throw new Error(`ferris ${args.join(" ")} ended with ${code}: ${stderr}`);
}

async function run(args: readonly string[], options: RunOptions): Promise<Result> {
  if (warmth === null || !isForwarded(args)) return runFrom(args, options, null);
  try {
    return await runFrom(args, options, warmth);
  } catch (error) {
    if (!(error instanceof NeedsOwnProcess)) throw error;
    return runFrom(args, options, null);
  }
}

async function runFrom(
  args: readonly string[],
  { input = "", cwd, environment }: RunOptions,
  ready: Warmth | null,
): Promise<Result> {
  const { env, home } = ferrisEnvironment(environment);
  const folder = cwd ?? home;
  const [stdout, stderr] = [new Written(), new Written()];
  let code = 0;
  const caller: Caller = {
    environment: env,
    folder,
    stdin: Readable.from(input.length === 0 ? [] : [Buffer.from(input)], { objectMode: false }),
    stdout,
    stderr,
    warmth: ready,
    interrupted: () => new AbortController().signal,
    setExitCode: (given) => void (code = given),
  };
  await inside(folder, env, () => runFor(caller, () => runProgram(args)));
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** Runs `work` with another working folder and environment, for what asks the process for them. */
async function inside(folder: string, env: NodeJS.ProcessEnv, work: () => Promise<void>): Promise<void> {
  const before = { folder: process.cwd(), env: { ...process.env } };
  process.chdir(folder);
  setEnvironment(env);
  try {
    await work();
  } finally {
    setEnvironment(before.env);
    process.chdir(before.folder);
  }
}

function setEnvironment(wanted: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (wanted[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(wanted)) if (process.env[name] !== value) process.env[name] = value;
}

/** What a command wrote to one of its outputs, which is no terminal. */
class Written extends Writable {
  readonly #blocks: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#blocks).toString();
  }

  override _write(block: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#blocks.push(block);
    done();
  }
}
