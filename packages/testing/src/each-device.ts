/**
 * The same cases on each device: a suite written once, run on the GPU path and on the CPU device.
 *
 * The GPU path is whatever adapter the global setup found. Where there is none, the suite is listed as skipped and the run
 * says NOT RUN with the reason, above the results and below them.
 */
import { describe, inject } from "vitest";
import type { BrowserProgram } from "./chromium.ts";

/** The devices that a model can be asked for by name. */
export type TestDevice = "gpu" | "cpu";

/** A suite that needs an adapter. */
export function describeGpu(name: string, body: () => void): void {
  describe.runIf(inject("machine").gpu.found)(name, body);
}

/**
 * One suite a device, named after it.
 *
 * @example
 * eachDevice("a text's vector", (device) => {
 *   test("does not depend on its neighbours", async () => {
 *     const model = await EmbeddingModel.load(folder, { device });
 *   });
 * });
 */
export function eachDevice(name: string, body: (device: TestDevice) => void): void {
  describeGpu(`${name}, gpu`, () => body("gpu"));
  describe(`${name}, cpu`, () => body("cpu"));
}

/** A suite that needs a browser; the body is given the one to start. */
export function describeBrowser(name: string, body: (program: BrowserProgram) => void): void {
  const { browser } = inject("machine");
  if (browser.found) describe(name, () => body(browser));
  else describe.skip(`${name} (NOT RUN: ${browser.reason})`, () => {});
}
