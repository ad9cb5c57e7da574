/**
 * A module of this repository, bundled for the browser and opened in a page: what a user's bundler and browser would do.
 *
 * The page gets the sources through the same package conditions as an application (`browser`), over HTTP from 127.0.0.1 with
 * the headers that make it cross-origin isolated, so that WebGPU, workers and shared memory are there. What the module exports
 * is called from the test by name; arguments and results travel as JSON.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Page } from "playwright-core";
import { type BrowserProgram, startBrowser } from "./chromium.ts";

/** What to open. */
export interface BrowserPageOptions {
  /** The module whose exports the test calls: an absolute path. */
  entry: string;
  /** Folders to serve, by the path under which the page finds them: `{ "/model": "/absolute/folder" }`. */
  folders?: Record<string, string>;
}

/** An open page. */
export interface BrowserPage {
  /** Where the page came from: `http://127.0.0.1:PORT`. */
  origin: string;
  /** The page itself, for what `call` does not cover: faults, memory, screenshots. */
  page: Page;
  /** Calls an export of the entry module in the page; rejects with the page's error, its name and message kept. */
  call<Result>(name: string, ...parameters: unknown[]): Promise<Result>;
  /** Ends the page, the browser and the server. */
  close(): Promise<void>;
}

const contentTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Bundles the entry, with the sources in the place of the built packages, into files by their path on the server. */
async function bundle(entry: string): Promise<Map<string, string | Uint8Array>> {
  // Not with the module: most tests that use something of this package open no page.
  const { build } = await import("vite");
  const result = await build({
    configFile: false,
    logLevel: "warn",
    resolve: { conditions: ["@ferris/source", "browser", "module", "import"] },
    build: {
      write: false,
      minify: false,
      target: "esnext",
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "entry.js" },
      },
    },
  });
  if (!("output" in result)) throw new Error("vite started watching instead of building.");
  return new Map(result.output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]));
}

/** The file that a request path names in one of the folders; nothing outside them, however many `..` it holds. */
function fileIn(folders: Record<string, string>, path: string): string | undefined {
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(`${prefix}/`)) continue;
    const root = resolve(folder);
    const file = join(root, path.slice(prefix.length));
    if (file.startsWith(root + sep)) return file;
  }
  return undefined;
}

/** Answers one request; a file that cannot be read cuts the response, and the page sees a failed request. */
function answer(files: Map<string, string | Uint8Array>, folders: Record<string, string>): RequestListener {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    // What strict pages allow.
    response.setHeader("Content-Security-Policy", "worker-src 'self'");
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    response.setHeader("Content-Type", contentTypes[extname(path)] ?? "application/octet-stream");
    const made = files.get(path);
    if (made !== undefined) return void response.end(made);
    const file = fileIn(folders, path);
    const information = file === undefined ? undefined : await stat(file).catch(() => undefined);
    if (!file || !information?.isFile()) return void response.writeHead(404).end(`nothing at ${path}`);
    const etag = `"${information.size}-${information.mtimeMs}"`;
    response.setHeader("ETag", etag);
    if (request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
    response.setHeader("Content-Length", information.size);
    if (request.method === "HEAD") return void response.end();
    await pipeline(createReadStream(file), response);
  };
  return (request, response) => void respond(request, response).catch(() => response.destroy());
}

const pageText = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module">
  import * as entry from "/entry.js";
  globalThis.entry = entry;
</script>`;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((listening, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", listening);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Bundles, serves and opens the page.
 *
 * @throws Error when the module does not bundle or throws while it loads; the page's own message is in it
 */
export async function openBrowserPage(program: BrowserProgram, options: BrowserPageOptions): Promise<BrowserPage> {
  const files = await bundle(options.entry);
  files.set("/index.html", pageText);
  const server = createServer(answer(files, options.folders ?? {}));
  const origin = await listen(server);
  const running = await startBrowser(program);
  const close = async () => {
    await running.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  try {
    const page = await running.browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await page.goto(`${origin}/index.html`);
    // A module script runs before the load event, which goto() waits for: the exports are there, or never will be.
    if (!(await page.evaluate(() => "entry" in globalThis))) {
      throw new Error(`${options.entry} does not load in the browser: ${problems.join("; ")}`);
    }
    return { origin, page, call: (name, ...parameters) => callExport(page, name, parameters), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Outcome = { value: unknown } | { name: string; message: string; code?: string };

async function callExport<Result>(page: Page, name: string, parameters: unknown[]): Promise<Result> {
  const outcome: Outcome = await page.evaluate(
    async ([exportName, values]) => {
      const { entry } = globalThis as unknown as { entry: Record<string, (...values: unknown[]) => unknown> };
      try {
        return { value: await entry[exportName](...values) };
      } catch (error) {
        const { name: errorName, message, code } = error as Error & { code?: string };
        return { name: errorName, message, code };
      }
    },
    [name, parameters] as const,
  );
  if ("value" in outcome) return outcome.value as Result;
  throw Object.assign(new Error(outcome.message), { name: outcome.name, code: outcome.code });
}
