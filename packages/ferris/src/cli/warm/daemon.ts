/**
 * Starts a server that outlives this process and its terminal, and waits until it listens.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../../errors.ts";
import { cacheFolder } from "../io/cache-folder.ts";

/** What the server tells who started it, once. */
export interface Ready {
  readonly ready: true;
  readonly url: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The C library gives memory back to the system, and does not keep what a model's loading needed: 50 MB less, of 300 (glibc). */
const frugal = { MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" };

/** Where a server without a terminal writes what it has to say. */
export function logFile(environment: Environment): string {
  return join(cacheFolder(environment), "serve.log");
}

/**
 * Starts `ferris serve ARGS` without a terminal.
 *
 * @throws InputError with the end of what it wrote, where it ends before it listens
 */
export async function startDaemon(args: readonly string[]): Promise<{ pid: number; url: string | null; log: string }> {
  const log = logFile(process.env);
  mkdirSync(join(log, ".."), { recursive: true });
  const output = openSync(log, "w", 0o600);
  const script = fileURLToPath(new URL("../../../bin/ferris.js", import.meta.url));
  const child = spawn(process.execPath, [script, ...args], {
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
    windowsHide: true,
    env: { ...frugal, ...process.env },
  });
  closeSync(output);
  const ready = await readiness(child);
  if (ready === null) {
    const said = readFileSync(log, "utf8").trim().split("\n").slice(-5).join("\n");
    throw new InputError(`the server did not start: ${said.replace(/^ferris: /, "") || `see ${log}`}`);
  }
  child.disconnect();
  child.unref();
  return { pid: child.pid!, url: ready.url, log };
}

function readiness(child: ChildProcess): Promise<Ready | null> {
  return new Promise((resolve) => {
    child.once("message", (message) => resolve(message as Ready));
    child.once("error", () => resolve(null));
    child.once("exit", () => resolve(null));
  });
}

/** In the server: tells who started it that it listens; nothing where a person did. */
export function tellReady(url: string | null): void {
  if (process.send === undefined) return;
  process.send({ ready: true, url } satisfies Ready);
  process.disconnect();
}
