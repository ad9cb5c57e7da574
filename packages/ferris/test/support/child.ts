/**
 * Programs in TypeScript as processes of their own: bundled from the sources by esbuild, because Node 20 does not run them.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { build } from "esbuild";
import { onTestFinished } from "vitest";

/** Bundles `entry` (an absolute path) where Node finds this workspace's packages, and returns the bundle's path. */
export async function bundle(entry: string): Promise<string> {
  const cache = fileURLToPath(new URL("../../../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, "ferris-test-"));
  process.once("exit", () => rmSync(outDir, { recursive: true, force: true }));
  const outfile = join(outDir, "child.mjs");
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    // From sources throughout: what is reached through "#parsers" and "#platform" too, or there would be two of each class.
    conditions: ["@ferris/source"],
    logLevel: "error",
  });
  return outfile;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command; `ended` resolves when it is over. It does not outlive the test. */
export function start(
  command: string,
  args: readonly string[],
  { stdin = "ignore" }: { readonly stdin?: "ignore" | "pipe" } = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(command, args, { stdio: [stdin, "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (data) => (stdout += data));
  child.stderr!.on("data", (data) => (stderr += data));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}
