/**
 * Programs in TypeScript as processes of their own: bundled from the sources by Vite, because Node 20 does not run them.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Bundles `entry` (an absolute path) where Node finds this workspace's packages, and returns the bundle's path. */
export async function bundle(entry: string): Promise<string> {
  const { build } = await import("vite");
  const cache = fileURLToPath(new URL("../../../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, "ferris-test-"));
  process.once("exit", () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    configFile: false,
    logLevel: "silent",
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { entryFileNames: "child.mjs" } },
    },
    // From sources throughout: what is reached through "#parsers" and "#platform" too, or there would be two of each class.
    resolve: { conditions: ["@ferris/source"] },
    ssr: { external: true, resolve: { conditions: ["@ferris/source", "node"] } },
  });
  return join(outDir, "child.mjs");
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
