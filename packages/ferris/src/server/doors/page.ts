/**
 * The page of the server, at `/` for browsers and `/assets/NAME` for what it is made of, and pdf.js at `/pdfjs/NAME`. Built by packages/web into this package's folder
 * `web`; without it (a clone that was not built) the page says so.
 *
 * Its policy: no script, style, picture or connection from anywhere but here, nothing in the page itself, and no eval. The text of a
 * document that gets past everything else still runs nothing and tells nobody.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "hono";
import { pdfjsFiles } from "../../files/pdfjs-files.ts";
import { newDoor } from "../routes.ts";

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** What the build names by its content: the name changes with it. */
const forever = "public, max-age=31536000, immutable";

/** Of pdf.js' worker, which decodes pictures in WebAssembly; the page itself may not. */
const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/** Where `npm run build` and the packed package have it. */
export const builtPage = fileURLToPath(new URL("../../../web/", import.meta.url));

/** Whether this is answered without a key: the page asks for one itself. */
export function isForPage(method: string, path: string, accept: string | undefined): boolean {
  return method === "GET" && (path === "/" ? wantsPage(accept) : /^\/(?:assets|pdfjs)\//.test(path));
}

/** @param folder where the built page lies */
export function pageDoor(folder: string) {
  const door = newDoor();

  door.get("/", async (c, next) => {
    // Ollama's clients ask here whether somebody is in.
    if (!wantsPage(c.req.header("accept"))) return next();
    const file = join(folder, "index.html");
    c.header("vary", "accept");
    if (!existsSync(file)) return c.text("The page is not built: npm run build does that.", 503);
    return send(c, readFileSync(file), ".html", "no-cache");
  });

  door.get("/assets/:name", async (c, next) => {
    const name = c.req.param("name");
    // By the list of what is there: no name leads anywhere else.
    if (!assets(folder).has(name)) return next();
    return send(c, readFileSync(join(folder, "assets", name)), extname(name), forever);
  });

  // pdf.js draws pages, and is not part of the build: the package has it already, to read with.
  door.get("/pdfjs/:name{.+}", async (c, next) => {
    const file = pdfjsFile(c.req.param("name"));
    if (file === null || !existsSync(file)) return next();
    return send(c, readFileSync(file), extname(file.pathname), "no-cache", workerPolicy);
  });
  return door;
}

/** Its two programs, and the tables and decoders that they ask for by name. */
function pdfjsFile(name: string): URL | null {
  const { program, worker, folder } = pdfjsFiles();
  if (name === "pdf.mjs") return new URL(program);
  if (name === "pdf.worker.mjs") return new URL(worker);
  return /^(?:cmaps|wasm)\/[\w.-]+$/.test(name) && !name.includes("..") ? new URL(name, folder) : null;
}

/** Browsers name HTML; other programs take anything. */
function wantsPage(accept: string | undefined): boolean {
  return accept !== undefined && /\btext\/html\b/i.test(accept);
}

function send(c: Context, bytes: Buffer, extension: string, cached: string, rules = policy) {
  c.header("content-security-policy", rules);
  c.header("x-content-type-options", "nosniff");
  c.header("referrer-policy", "no-referrer");
  c.header("cross-origin-opener-policy", "same-origin");
  c.header("cross-origin-resource-policy", "same-origin");
  c.header("content-type", types[extension.toLowerCase()] ?? "application/octet-stream");
  c.header("cache-control", cached);
  return c.body(new Uint8Array(bytes));
}

function assets(folder: string): ReadonlySet<string> {
  const place = join(folder, "assets");
  return new Set(existsSync(place) ? readdirSync(place) : []);
}
