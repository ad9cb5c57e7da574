/**
 * The suites that need something: the same cases on each device, a browser, a published model.
 *
 * What there is, the global setup found out. Where a thing is missing, the suite is listed as skipped and the run
 * says NOT RUN with the reason, above the results and below them.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, inject } from "vitest";
import type { BrowserProgram } from "./chromium.ts";

/** The devices that a model can be asked for by name. */
export type TestDevice = "gpu" | "cpu";

/** A suite that needs an adapter. */
export function describeGpu(name: string, body: () => void): void {
  describe.runIf(inject("machine").gpu.found)(name, body);
}

/**
 * One suite per device, named after it.
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

/**
 * A suite on a published model, by Hugging Face id; the body is given the hub cache to load it from, as `cacheDir`.
 *
 * A cache that was named and lacks the model is a failure: whoever names one wants these tests.
 */
export function describePublishedModel(id: string, body: (hubCache: string) => void): void {
  const weights = inject("machine").publishedWeights;
  if (!weights.found) {
    describe.skip(`${id} (NOT RUN: ${weights.reason})`, () => {});
    return;
  }
  const folder = join(weights.hubCache, `models--${id.replaceAll("/", "--")}`);
  if (!existsSync(folder)) throw new Error(`METAL_CANDLE_TEST_HUB_CACHE is set, and does not hold ${id}: ${folder}`);
  describe(id, () => body(weights.hubCache));
}
