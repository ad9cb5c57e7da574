/**
 * Draws docs/assets/page.png: the site in the tests' own browser, with its sample documents and a question. `npm run picture:site`, after
 * `npm run build` and `npm run build:site`.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBrowser, startBrowser } from "../../packages/testing/dist/chromium.js";
import { serveSite } from "./serve.mjs";

const site = join(import.meta.dirname, "dist");
const picture = fileURLToPath(new URL("../../docs/assets/page.png", import.meta.url));

if (!existsSync(site)) throw new Error("there is no site in examples/browser/dist: npm run build:site");
const browser = await findBrowser();
if (!browser.found) throw new Error("there is no browser to draw with: the tests say why");

const { address, stop } = await serveSite(site);
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
await page.goto(`${address}?device=cpu`);
await says("#engine", "on the CPU");
await page.click('[data-action="samples"]');
await says("#progress", "Indexed");
await page.fill("#query", "keep slugs away from vegetables");
await says("#summary", "by meaning and words");
await page.screenshot({ path: picture });
await running.close();
stop();
