/**
 * npm run bench:site: the static page of examples/browser, with the model in the tab on the CPU: how fast it takes a folder of real text in, and how
 * long it takes from a letter that is typed to results that are drawn, by the page's own timeline. Needs a built site (npm run build:site).
 *
 *   node benchmarks/site.mjs [--bytes 1000000] [--questions 12] [--delay 120] [--device cpu|gpu] [--json FILE]
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBrowser, startBrowser } from "../packages/testing/dist/chromium.js";
import { serveSite } from "../examples/browser/serve.mjs";
import { summary } from "./lib/measure.mjs";
import { realDocuments, writeDocuments } from "./lib/real-documents.mjs";
import { report } from "./lib/report.mjs";
import { typingTimes } from "./lib/typing.mjs";

const { values, add, notRun, finish } = report("The static page: from typing to results", {
  bytes: { type: "string", default: "1000000" },
  questions: { type: "string", default: "12" },
  delay: { type: "string", default: "120" },
  device: { type: "string", default: "cpu" },
});
const site = fileURLToPath(new URL("../examples/browser/dist", import.meta.url));

const found = await findBrowser();
if ("reason" in found) notRun("typing to results", found.reason);
else if (!existsSync(site))
  notRun("typing to results", "there is no site in examples/browser/dist: npm run build:site");
else await measure(found);
finish();

async function measure(program) {
  const folder = mkdtempSync(join(tmpdir(), "ferris-bench-site-"));
  writeDocuments(realDocuments(Number(values.bytes)), folder);
  const { address, stop } = await serveSite(site);
  const running = await startBrowser(program);
  try {
    const page = await running.browser.newPage();
    await page.goto(`${address}?device=${values.device}`);
    await says(page, "#engine", "on the ");
    await page.setInputFiles("#folder-input", folder);
    await says(page, "#progress h2", "Indexed");
    const told = await page.textContent("#progress .soft");
    const [, passages, speed] = /([\d,]+) passages? in .*: ([\d,.]+) texts/.exec(told) ?? [];
    await page.fill('input[type="search"]', "warm up");
    await says(page, "#summary", "by meaning and words");
    const { letters, times } = await typingTimes(page, {
      count: Number(values.questions),
      delay: Number(values.delay),
    });
    const { median, p95 } = summary(times);
    add("passages embedded in the tab", Number(passages?.replaceAll(",", "")), "");
    add("of them a second", Number(speed?.replaceAll(",", "")), "");
    add("letters typed", letters, "");
    add("of which results were drawn for", times.length, "");
    add("typing to results: p50", median, "ms");
    add("typing to results: p95", p95, "ms");
  } finally {
    await running.close();
    stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function says(page, place, text) {
  return page.waitForFunction(
    (wanted) => document.querySelector(wanted.place)?.textContent?.includes(wanted.text),
    { place, text },
    { polling: 100, timeout: 600_000 },
  );
}
