/** The browser harness does what browser tests rely on: WebGPU computes, errors come back whole, nothing else is served or left. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrowserPage, describeBrowser, openBrowserPage } from "../src/index.ts";
import { testingCacheFolder } from "../src/cache-folder.ts";

const here = dirname(fileURLToPath(import.meta.url));

describeBrowser("a page in the browser", (program) => {
  let page: BrowserPage;
  beforeAll(async () => {
    page = await openBrowserPage(program, {
      entry: join(here, "pages", "adapter.ts"),
      folders: { "/pages": join(here, "pages") },
    });
  });
  afterAll(() => page?.close());

  test("is isolated and has an adapter", async () => {
    expect(await page.call("facts")).toEqual({ isolated: true, vendor: expect.any(String) });
  });

  test("runs a compute shader", async () => {
    expect(await page.call("squares")).toEqual(Array.from({ length: 64 }, (_, i) => i * i));
  });

  test("hands errors back with name, message and code", async () => {
    await expect(page.call("fail")).rejects.toMatchObject({
      name: "RangeError",
      message: "asked for too much",
      code: "TOO_MUCH",
    });
  });

  test("serves the named folders and nothing above them", async () => {
    expect(await page.call("status", "/pages/adapter.ts")).toBe(200);
    expect(await page.call("status", "/pages/..%2Fbrowser-page.test.ts")).toBe(404);
    expect(await page.call("status", "/elsewhere/adapter.ts")).toBe(404);
  });

  test("leaves no profile behind when it is closed", async () => {
    const profiles = () => new Set(readdirSync(testingCacheFolder()).filter((name) => name.startsWith("browser-")));
    const before = profiles();
    const second = await openBrowserPage(program, { entry: join(here, "pages", "adapter.ts") });
    const made = [...profiles()].filter((name) => !before.has(name));
    await second.close();
    // Other test processes have browsers of their own, so only those that were made meanwhile are looked at.
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter((name) => profiles().has(name))).toEqual([]);
  });

  test("says what is wrong with a module that does not load", async () => {
    await expect(openBrowserPage(program, { entry: join(here, "pages", "broken.ts") })).rejects.toThrow(
      /broken\.ts does not load in the browser: .*told to fail/,
    );
  });
});
