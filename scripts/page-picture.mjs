/**
 * `npm run picture:page`: the pictures of the page in README and docs, from the page itself in a headless browser.
 *
 * Searches this repository's own documentation, some of its sources and the documents of its tests. Needs a build (`npm run build`).
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFerrisServer } from "../benchmarks/lib/ferris-server.mjs";
import { findBrowser, startBrowser } from "../packages/testing/dist/chromium.js";
import { root } from "./steps.mjs";

const ferris = join(root, "packages", "ferris", "bin", "ferris.js");
const environment = { ...process.env, FERRIS_SOCKET: "off" };
const work = mkdtempSync(join(tmpdir(), "ferris-picture-"));
const library = join(work, "library");
const size = { width: 1280, height: 800 };

/** What is drawn: the file's name, where the page is, what must be there, and how it looks. */
const pictures = [
  {
    file: "page-search.png",
    hash: "#/search?q=which+files+are+left+out+when+a+folder+is+indexed",
    waitFor: ".facet-group",
    colorScheme: "light",
  },
  {
    file: "page-document.png",
    hash: "#/search?q=how+often+are+the+seals+checked&type=pdf",
    click: ".result-title",
    waitFor: ".pdf-mark",
    colorScheme: "dark",
  },
  {
    file: "page-map.png",
    hash: "#/map?q=pump",
    waitFor: ".map-hits li",
    colorScheme: "light",
  },
];

try {
  makeLibrary();
  const indexing = spawnSync(
    process.execPath,
    [ferris, "index", library, "--db", join(work, "index"), "--device", "cpu"],
    {
      stdio: "inherit",
      env: environment,
    },
  );
  if (indexing.status !== 0) throw new Error("the documents could not be indexed");
  await draw();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function makeLibrary() {
  const fixtures = join(root, "packages", "ferris", "test", "fixtures");
  mkdirSync(join(library, "pumps"), { recursive: true });
  // Without the pictures: they would be read, and be found before what they show.
  const isDocument = (path) => !/(?:reports|assets)$/.test(path);
  cpSync(join(root, "docs"), join(library, "docs"), { recursive: true, filter: isDocument });
  cpSync(join(root, "packages", "ferris", "src", "search"), join(library, "search"), { recursive: true });
  for (const name of [
    "manual.pdf",
    "manual.docx",
    "report.pdf",
    "stock.xlsx",
    "stock.csv",
    "slides.pptx",
    "message.eml",
  ]) {
    cpSync(join(fixtures, name), join(library, "pumps", name));
  }
}

async function draw() {
  const program = await findBrowser();
  if ("reason" in program) throw new Error(program.reason);
  const { url, child } = await startFerrisServer(["--db", join(work, "index"), "--device", "cpu"]);
  const running = await startBrowser(program);
  try {
    for (const { file, hash, click, waitFor, colorScheme } of pictures) {
      const context = await running.browser.newContext({ viewport: size, colorScheme });
      const page = await context.newPage();
      await page.goto(`${url}/${hash}`);
      if (click) await page.locator(click).first().click();
      await page.locator(waitFor).first().waitFor({ timeout: 120_000 });
      await page.waitForTimeout(1500);
      // The pointer and the cursor are nobody's.
      await page.mouse.move(size.width - 1, size.height - 1);
      await page.evaluate(() => document.activeElement?.blur?.());
      await page.screenshot({ path: join(root, "docs", "assets", file) });
      await context.close();
    }
  } finally {
    await running.close();
    child.kill();
  }
}
