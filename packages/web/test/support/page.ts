/**
 * The page in a real browser, over a server with an index of the test's own documents. What any page must never do is checked for each
 * one that a test opens: requests to elsewhere, breaches of the policy, errors.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserProgram, type RunningBrowser, startBrowser } from "@ferris/testing";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { Ferris } from "ferris";
import { ModelPool } from "../../../ferris/src/models/model-pool.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../../ferris/src/server/start.ts";

const load = { device: "cpu", onNotice: () => {} } as const;

export interface ServedPage {
  /** Such as http://127.0.0.1:12345. */
  readonly url: string;
  /** The folder that is indexed. */
  readonly docs: string;
  /** The built page. */
  readonly folder: string;
  readonly ferris: Ferris;
  /** Ends the server in the middle of whatever it does; `startAgain` has it at the same address. */
  stopServer(): Promise<void>;
  startAgain(): Promise<void>;
  /** Opens the page at an address such as `#/search?q=keys`, in a window of its own. */
  open(hash?: string, options?: BrowserContextOptions): Promise<Page>;
}

export interface PageOptions extends Omit<Partial<ServeOptions>, "page"> {
  /** Writes the documents. */
  readonly write: (folder: string) => void;
}

/** For within a describeBrowser: starts before its tests and stops after them. */
export function usePage(program: BrowserProgram, { write, ...options }: PageOptions): ServedPage {
  const work = mkdtempSync(join(tmpdir(), "ferris-page-"));
  const docs = join(work, "docs");
  let folder: string;
  const faults: string[] = [];
  const opened: Page[] = [];
  let browser: RunningBrowser;
  let pool: ModelPool;
  let ferris: Ferris;
  let server: RunningServer;

  const listen = (port: number): Promise<RunningServer> =>
    startServer({
      address: { host: "127.0.0.1", port },
      models: ["all-minilm-l6-v2-q8"],
      pool,
      indexes: [{ name: "docs", ferris }],
      version: "test",
      page: folder,
      ...options,
    });

  beforeAll(async () => {
    mkdirSync(docs);
    write(docs);
    const built = builtPage();
    pool = new ModelPool({ load });
    ferris = await Ferris.open({ db: join(work, "index"), ...load, models: pool });
    await ferris.index([docs]);
    folder = await built;
    server = await listen(0);
    browser = await startBrowser(program, { gpu: false });
    // On two busy cores the model alone takes its time.
  }, 300_000);
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    expect(faults.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close({ graceMs: 1000 });
    await ferris?.close();
    await pool?.close();
    rmSync(work, { recursive: true, force: true });
  });

  return {
    docs,
    get folder() {
      return folder;
    },
    get url() {
      return server.url!;
    },
    get ferris() {
      return ferris;
    },
    async stopServer() {
      await server.close({ graceMs: 0 });
    },
    async startAgain() {
      server = await listen(Number(new URL(server.url!).port));
    },
    async open(hash = "", contextOptions = {}) {
      const context = await browser.browser.newContext({ viewport: { width: 1280, height: 800 }, ...contextOptions });
      // What comes in a moment takes long where seven other things run.
      context.setDefaultTimeout(120_000);
      const page = await context.newPage();
      opened.push(page);
      watch(page, server.url!, faults);
      await page.goto(`${server.url}/${hash}`);
      return page;
    },
  };
}

/**
 * The page as `npm run build` makes it: what that has made, where it is newer than all that it is made from, as in `npm test`. Otherwise one in a
 * folder of its own, made once for all test files, as long as its sources are the same.
 */
async function builtPage(): Promise<string> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const shipped = fileURLToPath(new URL("../../../ferris/web", import.meta.url));
  const made = statSync(join(shipped, "index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sourcesOf(root).every((path) => statSync(path).mtimeMs < made)) return shipped;
  const cache = fileURLToPath(new URL("../../../../node_modules/.cache", import.meta.url));
  const folder = join(cache, `ferris-page-${hashOf(root)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const { build } = await import("vite");
  const outDir = mkdtempSync(join(cache, "ferris-page-making-"));
  await build({ root, build: { outDir, emptyOutDir: true } });
  try {
    renameSync(outDir, folder);
  } catch {
    // Another test file was quicker.
    rmSync(outDir, { recursive: true, force: true });
  }
  return folder;
}

/** Everything that the page is built from. */
function sourcesOf(root: string): string[] {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[/\\](?:test|node_modules|dist)[/\\]|\.tsbuildinfo$/.test(path.slice(root.length - 1)));
  return [...files, join(root, "../../package-lock.json")].toSorted();
}

function hashOf(root: string): string {
  const hash = createHash("sha256");
  for (const path of sourcesOf(root)) hash.update(path.slice(root.length)).update(readFileSync(path));
  return hash.digest("hex").slice(0, 16);
}

/** Notes what no page may do. */
function watch(page: Page, origin: string, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A refusal of the server is shown by the page; the browser writes it down besides.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      faults.push(`console: ${message.text()}`);
    }
  });
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(?:data|blob):/.test(url)) faults.push(`a request to ${url}`);
  });
}
