/**
 * Opens what a bundler made in a headless browser, and says what came of it: one server and one browser for all bundlers, so that the model is
 * fetched and the kernels prove themselves once.
 */
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { root } from "../steps.mjs";
import { findBrowser, startBrowser } from "../../packages/testing/dist/chromium.js";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Its kernels prove themselves in seconds on a software adapter. */
export const tinyModel = join(root, "packages/metal-candle/test/goldens/tiny/bert-dense");

/** A first load on a software adapter, with the machine busy. */
const patience = 300_000;

/** Serves `/model` and whatever folder is asked for next. Null, with the reason said, where there is no browser. */
export async function openPages() {
  const program = await findBrowser();
  if (!program.found) return { missing: program.reason };
  const running = await startBrowser(program);
  const context = await running.browser.newContext();
  let folder = null;
  let policy = null;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const file = path.startsWith("/model/")
      ? fileIn(tinyModel, path.slice("/model".length))
      : fileIn(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (policy !== null) response.setHeader("content-security-policy", policy);
    if (file === null) return void response.writeHead(404).end();
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.end(readFileSync(file));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${server.address().port}`;

  return {
    origin,
    /** Opens a page of that folder, or of another server; returns what its `outcome` became. */
    async open(where, { url = `${origin}/index.html`, contentPolicy = null } = {}) {
      [folder, policy] = [where, contentPolicy];
      const page = await context.newPage();
      const said = [];
      page.on("pageerror", (error) => said.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") said.push(message.text());
      });
      try {
        await page.goto(url);
        await page.waitForFunction(() => "outcome" in globalThis, null, { timeout: 30_000 });
        const waiting = page.evaluate(() => globalThis.outcome);
        const late = new Promise((_, reject) =>
          setTimeout(() => reject(new Error("it took too long")), patience).unref(),
        );
        return { outcome: await Promise.race([waiting, late]), said };
      } catch (error) {
        throw new Error(`the page failed: ${error.message.split("\n")[0]}; it said: ${said.join("; ") || "nothing"}`, {
          cause: error,
        });
      } finally {
        await page.close();
      }
    },
    async close() {
      await running.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

function fileIn(folder, path) {
  const file = join(resolve(folder), path);
  if (!file.startsWith(resolve(folder) + sep)) return null;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : null;
}
