/**
 * Runs the command as people do: a process of its own, from dist, built first where it is older than the sources.
 *
 * A process gets a home of its own, so that no test depends on the settings of whoever runs it, and nothing of ferris'
 * environment except what a test says.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onFileFinished } from "@ferris/testing";

const workspace = fileURLToPath(new URL("../../../../../", import.meta.url));
const command = join(workspace, "packages/ferris/bin/ferris.js");

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

let home: string | undefined;
/** Variables that every command of this test file gets, unless a test says otherwise. */
const common: Record<string, string> = {};

/**
 * Has every command of this test file use a model of random weights, which is loaded at once: for tests in which it does not matter what
 * a text means.
 */
export function useTinyModel(): void {
  common.FERRIS_MODEL = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
  onFileFinished(() => void delete common.FERRIS_MODEL);
}

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `ferris-test-${name}-`));
  onFileFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function homeOfFile(): string {
  if (home === undefined) {
    home = temporaryFolder("home");
    onFileFinished(() => (home = undefined));
  }
  return home;
}

/** The environment that a command gets, and the home in it. */
export function ferrisEnvironment(environment: RunOptions["environment"] = {}): {
  env: Record<string, string>;
  home: string;
} {
  const own = homeOfFile();
  const hidden = /^(FERRIS_|NO_COLOR$|FORCE_COLOR$|FORCE_HYPERLINK$)/;
  const inherited = Object.entries(process.env).filter(([name]) => !hidden.test(name));
  const all = Object.entries({
    ...Object.fromEntries(inherited),
    XDG_CONFIG_HOME: own,
    FERRIS_SOCKET: "off",
    ...common,
    ...environment,
  });
  const env = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
  return { env, home: own };
}

/** What has to be started for `ferris ARGS`, in an environment of its own. */
export function ferrisCommand(
  args: readonly string[],
  environment: RunOptions["environment"] = {},
): { file: string; args: string[]; env: Record<string, string>; home: string } {
  buildIfStale();
  return { file: process.execPath, args: [command, ...args], ...ferrisEnvironment(environment) };
}

/** Starts `ferris ARGS`; for tests that do something while it runs. */
export function startFerris(args: readonly string[], { cwd, environment }: RunOptions = {}): ChildProcess {
  const { file, args: all, env, home: own } = ferrisCommand(args, environment);
  return spawn(file, all, { cwd: cwd ?? own, env, stdio: "pipe" });
}

/** Runs `ferris ARGS` to its end. */
export function ferris(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = startFerris(args, options);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout!.on("data", (data: Buffer) => out.push(data));
    child.stderr!.on("data", (data: Buffer) => err.push(data));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    // A command that does not read its input may be gone before it is written.
    child.stdin!.on("error", () => {});
    child.stdin!.end(options.input ?? "");
  });
}

/** Runs `ferris ARGS` as a preparation: anything but exit code 0 is an error with what it said. */
export async function succeeds(args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { code, stderr } = await ferris(args, options);
  if (code !== 0) throw new Error(`ferris ${args.join(" ")} ended with ${code}: ${stderr}`);
}

let checked = false;

function buildIfStale(): void {
  if (checked) return;
  checked = true;
  const packages = ["metal-candle", "ferris"];
  const built = Math.min(
    ...packages.map((name) => modified(join(workspace, "packages", name, "tsconfig.tsbuildinfo"))),
  );
  const written = Math.max(...packages.map((name) => newest(join(workspace, "packages", name, "src"))));
  if (built > written) return;
  // Test files run at the same time: one builds, the others wait for it.
  const lock = join(workspace, "node_modules", ".ferris-test-build");
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (Date.now() - modified(lock) > 120_000) rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    execFileSync(process.execPath, [join(workspace, "node_modules/typescript/bin/tsc"), "-b", "packages/ferris"], {
      cwd: workspace,
      encoding: "utf8",
    });
  } catch (error) {
    throw new Error(`ferris does not build: ${(error as { stdout: string }).stdout}`, { cause: error });
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function modified(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(...files.map((entry) => modified(join(entry.parentPath, entry.name))));
}
