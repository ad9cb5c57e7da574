/**
 * `npm run bench:browser`: what a page feels while its worker embeds: tasks of over 50 ms on the page's main thread, as the browser's own
 * performance timeline counts them, and the time that the texts took. Headless Chromium on a software adapter. The browser's trace says beside it
 * what the longest tasks of that thread were made of, and how much of each the processor worked: the rest it waited for a core.
 *
 *   npm run bench:browser                    5,000 texts, a tiny model, both devices
 *   npm run bench:browser -- --texts 500 --model packages/all-minilm-l6-v2-q8
 */
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { longestTasks, tracedCategories } from "./lib/page-trace.mjs";
import { openBrowserPage } from "../packages/testing/dist/browser-page.js";
import { findBrowser } from "../packages/testing/dist/chromium.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const engine = join(root, "packages/metal-candle");
const { values } = parseArgs({
  options: {
    texts: { type: "string", default: "5000" },
    model: { type: "string", default: join(engine, "test/goldens/tiny/bert-dense") },
    devices: { type: "string", default: "cpu,gpu" },
  },
});

const program = await findBrowser();
if (program.found === false) throw new Error(`There is no browser here: ${program.reason}`);
const onnxruntime = dirname(createRequire(join(engine, "package.json")).resolve("onnxruntime-web"));
const page = await openBrowserPage(program, {
  entry: join(engine, "test/browser/embed-page.ts"),
  folders: { "/model": resolve(values.model), "/ort": onnxruntime },
});
const browser = page.page.context().browser();
try {
  for (const device of values.devices.split(",")) {
    await browser.startTracing(page.page, { categories: tracedCategories });
    const { tasks, control, seconds } = await page.call("longestTask", "/model", Number(values.texts), { device });
    const trace = JSON.parse((await browser.stopTracing()).toString());
    if (control.length !== 1) throw new Error("The browser counts no long tasks here: the control was not seen.");
    const longest = tasks.length === 0 ? "none" : `${tasks.length}, the longest ${Math.round(Math.max(...tasks))} ms`;
    console.log(
      `${device}: ${values.texts} texts in ${seconds.toFixed(1)} s; tasks over 50 ms on the main thread: ${longest}`,
    );
    // The control is the longest of all.
    for (const line of longestTasks(trace, 4)) console.log(`  ${line}`);
  }
} finally {
  await page.close();
}
