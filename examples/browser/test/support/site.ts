/** The site, built once for a test file, served as any static host would, and a browser to open it in. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserProgram, type RunningBrowser, startBrowser } from "@ferris/testing";
import type { BrowserContext, Page } from "playwright-core";
import { buildSite } from "../../site.mjs";
import { serveFolder, type StaticServer } from "./static-server.ts";

export interface Site {
  readonly folder: string;
  readonly server: StaticServer;
  readonly browser: RunningBrowser["browser"];
  /** Errors of pages and their consoles, and requests that went elsewhere than to the server: there are to be none. */
  readonly faults: string[];
  close(): Promise<void>;
}

export async function openSite(program: BrowserProgram): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "ferris-site-"));
  const [running] = await Promise.all([startBrowser(program), buildSite(folder, { minify: false })]);
  const server = await serveFolder(folder);
  return {
    folder,
    server,
    browser: running.browser,
    faults: [],
    async close() {
      await running.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Notes what should not happen in any page of `context`. */
export function watch({ faults, server }: Site, context: BrowserContext): void {
  context.on("weberror", (error) => faults.push(String(error.error())));
  context.on("console", (message) => {
    if (message.type() === "error" || /content security policy/i.test(message.text())) faults.push(message.text());
  });
  context.on("request", (request) => {
    if (!/^(?:blob|data):/.test(request.url()) && !request.url().startsWith(server.address)) faults.push(request.url());
  });
}

/** Opens the page, and waits until its index is open and the model runs. */
export async function openPage(site: Site, context: BrowserContext, address = "?device=cpu"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.server.address + address);
  await ready(page);
  return page;
}

export async function ready(page: Page): Promise<void> {
  await expectSays(page, "#engine", /on the [CG]PU/);
}

/** Waits until an element says this. By the clock and not by frames, which a busy software adapter does not draw. */
export async function expectSays(page: Page, selector: string, words: RegExp, timeout = 240_000): Promise<string> {
  try {
    await page.waitForFunction(
      ([place, source, flags]) => new RegExp(source!, flags).test(document.querySelector(place!)?.textContent ?? ""),
      [selector, words.source, words.flags] as const,
      { polling: 50, timeout },
    );
  } catch (cause) {
    const shown = await page.evaluate(() => document.body.innerText);
    throw new Error(`${selector} does not say ${words}. The page says:\n${shown}`, { cause });
  }
  return (await page.textContent(selector))!;
}

/** A call of the page's worker: see src/protocol.ts. */
export function call<Answer>(page: Page, name: string, given: unknown): Promise<Answer> {
  return page.evaluate(
    ([asked, what]) =>
      (globalThis as unknown as { ferris: (name: string, given: unknown) => Promise<never> }).ferris(asked, what),
    [name, given] as const,
  );
}

/** Drops files on the page, as a person would. */
export async function drop(page: Page, files: Readonly<Record<string, string | readonly number[]>>): Promise<void> {
  await page.evaluate((given) => {
    const dataTransfer = new DataTransfer();
    for (const [name, content] of Object.entries(given)) {
      const part = typeof content === "string" ? content : Uint8Array.from(content);
      dataTransfer.items.add(new File([part], name));
    }
    for (const type of ["dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, files);
}
