/**
 * npm run bench:page: how long it takes in the page of `ferris serve` from a letter that is typed to results that are drawn.
 *
 * An index of real text (lib/search-corpus.mjs), a server in a process of its own on the CPU device, and the page in a headless browser, all
 * on this machine. Questions are typed letter by letter as fast as people type; the page's own timeline tells each time from the newest letter
 * to the frame with its results. What was typed on before its results came has none.
 *
 *   node benchmarks/page.mjs [--chunks 10000] [--questions 12] [--delay 120] [--json FILE]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser, startBrowser } from "../packages/testing/dist/chromium.js";
import { startFerrisServer } from "./lib/ferris-server.mjs";
import { summary } from "./lib/measure.mjs";
import { report } from "./lib/report.mjs";
import { buildIndex, realChunks } from "./lib/search-corpus.mjs";
import { typingTimes } from "./lib/typing.mjs";

const { values, add, notRun, finish } = report("The page: from typing to results", {
  chunks: { type: "string", default: "10000" },
  questions: { type: "string", default: "12" },
  delay: { type: "string", default: "120" },
});
const found = await findBrowser();
if ("reason" in found) notRun("typing to results", found.reason);
else await measure(found);
finish();

async function measure(program) {
  const folder = mkdtempSync(join(tmpdir(), "ferris-bench-page-"));
  const base = await realChunks(() => undefined);
  await buildIndex(folder, Number(values.chunks), base, () => undefined);
  const { url, child } = await startFerrisServer(["--db", folder, "--device", "cpu"]);
  const running = await startBrowser(program);
  try {
    const page = await running.browser.newPage();
    await page.goto(url);
    const field = page.getByRole("searchbox");
    // The model is loaded when the first question comes.
    await field.fill("warm up");
    await page.locator(".results > li, .summary").first().waitFor({ timeout: 120_000 });
    await page.waitForTimeout(2000);
    const { letters, times } = await typingTimes(page, {
      count: Number(values.questions),
      delay: Number(values.delay),
    });
    const { median, p95 } = summary(times);
    add(`chunks in the index`, Number(values.chunks), "");
    add("letters typed", letters, "");
    add("of which results were drawn for", times.length, "");
    add("typing to results: p50", median, "ms");
    add("typing to results: p95", p95, "ms", "≤ 100 ms");
  } finally {
    await running.close();
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
