/**
 * Draws docs/assets/page.png: the site in the tests' own browser, with its sample documents and a question. `npm run picture:site`, after
 * `npm run build` and `npm run build:site`.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBrowser, startBrowser } from "../../packages/testing/dist/chromium.js";

const site = join(import.meta.dirname, "dist");
const picture = fileURLToPath(new URL("../../docs/assets/page.png", import.meta.url));
const contentTypes = { ".html": "text/html", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml" };

if (!existsSync(site)) throw new Error("there is no site in examples/browser/dist: npm run build:site");
const browser = await findBrowser();
if (!browser.found) throw new Error("there is no browser to draw with: the tests say why");

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  const file = join(site, path === "/" ? "index.html" : path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
  const script = /\.m?js$/.test(file) ? "text/javascript" : file.endsWith(".wasm") ? "application/wasm" : undefined;
  response.setHeader("Content-Type", contentTypes[extname(file)] ?? script ?? "application/octet-stream");
  createReadStream(file).pipe(response);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const running = await startBrowser(browser);
const context = await running.browser.newContext({ viewport: { width: 1200, height: 780 }, deviceScaleFactor: 1.5 });
const page = await context.newPage();
const says = (place, text) =>
  page.waitForFunction(
    (wanted) => document.querySelector(wanted.place)?.textContent?.includes(wanted.text),
    { place, text },
    {
      polling: 100,
      timeout: 180_000,
    },
  );
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
await page.goto(`http://127.0.0.1:${port}/?device=cpu`);
await says("#engine", "on the CPU");
await page.click('[data-action="samples"]');
await says("#progress", "Indexed");
await page.fill("#query", "keep slugs away from vegetables");
await says("#summary", "by meaning and words");
await page.screenshot({ path: picture });
await running.close();
server.close();
server.closeAllConnections();
