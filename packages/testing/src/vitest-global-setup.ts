/**
 * Runs once before the test processes start: gives them an adapter and ferris's copy of pdf.js, keeps them off the network, and says what
 * runs here.
 *
 * The environment is set here and nowhere else, because the Vulkan loader and onnxruntime read it when a process starts;
 * the forks inherit it, and so do the commands that tests start.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TestProject } from "vitest/node";
import { adapterEnvironment, inspectMachine, type Machine } from "./machine.ts";

/** Without types. */
const script = new URL("../../../scripts/copy-pdfjs.mjs", import.meta.url).href;

function describeMachine(machine: Machine): string[] {
  const { gpu, browser, publishedWeights } = machine;
  const postgres = process.env.FERRIS_TEST_POSTGRES_URL;
  return [
    gpu.found
      ? `GPU tests run on: ${gpu.name}${gpu.isSoftware ? " (software)" : ""}`
      : `NOT RUN: GPU tests, ${gpu.reason}`,
    browser.found ? `Browser tests run in: ${browser.name}` : `NOT RUN: browser tests, ${browser.reason}`,
    publishedWeights.found
      ? `Published weights from: ${publishedWeights.hubCache}`
      : `NOT RUN: tests on published weights, ${publishedWeights.reason}`,
    postgres
      ? `PostgreSQL tests run on: PGlite, and the server of FERRIS_TEST_POSTGRES_URL`
      : "NOT RUN: tests on a PostgreSQL server (PGlite stands in), FERRIS_TEST_POSTGRES_URL does not name one",
  ];
}

/** Has every process from here on, test processes and the commands that they start, load a module of bin/ first. */
function preload(module: string): void {
  const url = pathToFileURL(fileURLToPath(new URL(`../bin/${module}`, import.meta.url))).href;
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, `--import=${url}`].filter(Boolean).join(" ");
}

/** @returns the teardown, which repeats what was not run under the results, where it is read */
export default async function setup(project: TestProject): Promise<() => void> {
  preload("no-network.mjs");
  Object.assign(process.env, await adapterEnvironment(), {
    METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER: "1",
    HF_HUB_OFFLINE: "1",
    ORT_DISABLE_TELEMETRY: "1",
  });
  const { ensurePdfjs } = (await import(script)) as { ensurePdfjs: (folder: string) => void };
  ensurePdfjs(fileURLToPath(new URL("../../ferris", import.meta.url)));
  const machine = await inspectMachine();
  if (machine.gpu.found && machine.gpu.isSoftware) preload("patient-dawn.mjs");
  project.provide("machine", machine);
  const lines = describeMachine(machine);
  console.log(lines.join("\n"));
  return () => {
    for (const line of lines) if (line.startsWith("NOT RUN")) console.log(line);
  };
}
