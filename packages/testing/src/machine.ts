/**
 * What this machine can run of the suite: which WebGPU adapter Node finds, which browser there is, and whether there are published weights.
 *
 * On Linux x64 adapter and browser come out of npm, so a missing one is a failure. Elsewhere the machine's own adapter
 * and browser are used, and what it lacks is told as NOT RUN with the reason: never a pass, never silence.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Available } from "./available.ts";
import { type BrowserProgram, findBrowser } from "./chromium.ts";
import { hasBundledBinaries, swiftShaderEnvironment } from "./software-adapter.ts";

/** The adapter that Dawn gives to a process with this environment. */
export interface AdapterDescription {
  /** For people: "SwiftShader driver-5.0.0 (software)". */
  name: string;
  isSoftware: boolean;
}

/** Models as their makers published them: gigabytes, which no test run downloads. */
export interface PublishedWeights {
  /** A Hugging Face hub cache. */
  hubCache: string;
}

/** Given to every test file by the global setup, under the key `machine`. */
export interface Machine {
  gpu: Available<AdapterDescription>;
  browser: Available<BrowserProgram>;
  publishedWeights: Available<PublishedWeights>;
}

declare module "vitest" {
  export interface ProvidedContext {
    machine: Machine;
  }
}

interface ProbeAnswer {
  adapter?: { vendor: string; architecture: string; device: string; description: string; isFallbackAdapter: boolean };
  error?: string;
}

/** Asks Dawn, in a process of its own, for the adapter that this environment leads to. */
export async function probeAdapter(environment: NodeJS.ProcessEnv): Promise<Available<AdapterDescription>> {
  const script = fileURLToPath(new URL("../bin/probe-adapter.mjs", import.meta.url));
  let answer: ProbeAnswer;
  try {
    // A loader or driver that cannot start may hang rather than fail.
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env: environment, timeout: 60_000 });
    answer = JSON.parse(stdout) as ProbeAnswer;
  } catch (error) {
    return { found: false, reason: `the process that asks for an adapter failed: ${String(error)}` };
  }
  if (answer.error) return { found: false, reason: `the webgpu package does not load: ${answer.error}` };
  if (!answer.adapter) return { found: false, reason: "WebGPU finds no adapter on this machine" };
  const { vendor, architecture, device, description, isFallbackAdapter } = answer.adapter;
  const name = [vendor, architecture, device, description].filter(Boolean).join(" ");
  return { found: true, name, isSoftware: isFallbackAdapter };
}

/**
 * The environment that the tests' processes need for an adapter. A driver that the caller has named already
 * (VK_DRIVER_FILES: another software adapter, a certain card) is left alone; Linux x64 gets SwiftShader, so that a test means
 * the same on every machine; other platforms get what they have.
 */
export async function adapterEnvironment(): Promise<Record<string, string>> {
  if (process.env.VK_DRIVER_FILES || !hasBundledBinaries()) return {};
  return { ...(await swiftShaderEnvironment()) };
}

function findPublishedWeights(): Available<PublishedWeights> {
  const hubCache = process.env.METAL_CANDLE_TEST_HUB_CACHE;
  if (hubCache) return { found: true, hubCache };
  return { found: false, reason: "METAL_CANDLE_TEST_HUB_CACHE does not name a Hugging Face hub cache" };
}

/**
 * Looks for everything, once a run.
 *
 * @throws Error on Linux x64 when something is missing: there it can only be broken
 */
export async function inspectMachine(): Promise<Machine> {
  const [gpu, browser] = await Promise.all([probeAdapter(process.env), findBrowser()]);
  const missing = [gpu, browser].flatMap((thing) => (thing.found ? [] : [thing.reason]));
  if (hasBundledBinaries() && missing.length > 0) {
    throw new Error(`This machine should run everything and does not: ${missing.join("; ")}`);
  }
  return { gpu, browser, publishedWeights: findPublishedWeights() };
}
