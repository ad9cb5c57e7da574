/**
 * The site as a visitor has it, in a real browser: what it indexes and finds is what the command line indexes and finds, it keeps it, and it
 * works without its server.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeBrowser, isThorough } from "@ferris/testing";
import { Ferris } from "ferris";
import type { SearchAnswer } from "ferris/browser";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import {
  floats,
  goldenTexts,
  largestDifference,
  readGolden,
} from "../../../packages/metal-candle/test/support/goldens.ts";
import { buildServiceWorker } from "../site.mjs";
import { folderOf } from "../../../packages/ferris/test/support/files.ts";
import { openIndex } from "../../../packages/ferris/src/store/index.ts";
import { call, drop, openPage, openSite, ready, expectSays, type Site, watch } from "./support/site.ts";

const fixtures = fileURLToPath(new URL("../../../packages/ferris/test/fixtures/", import.meta.url));
const samples = fileURLToPath(new URL("../samples/", import.meta.url));
const fixture = (name: string) => readFileSync(join(fixtures, name));

/** Deep enough that the three folders above each are the same for both. */
const corpus: Readonly<Record<string, string | Uint8Array>> = {
  "notes/work/plans/2026/runbook.md": readFileSync(join(samples, "runbook.md")),
  "notes/work/plans/2026/glossary.md": readFileSync(join(samples, "glossary.md")),
  "notes/work/plans/2026/harbour.html": readFileSync(join(samples, "harbour.html")),
  "notes/home/garden/society/minutes.txt": readFileSync(join(samples, "minutes.txt")),
  "notes/home/garden/society/unicode.txt": "Käse, Brötchen und größere Gurken.\n東京は日本の首都です。\n",
  "notes/home/garden/society/latin.txt": Buffer.from(
    "Cr\xe8me br\xfbl\xe9e est un dessert fran\xe7ais tr\xe8s appr\xe9ci\xe9.\n",
    "latin1",
  ),
  "notes/papers/read/later/paper.pdf": fixture("paper.pdf"),
  "notes/papers/read/later/arabic.pdf": fixture("pdf/arabic-chromium.pdf"),
  "notes/papers/read/later/math.html": fixture("html/math.html"),
  "notes/papers/read/later/rowspan.html": fixture("html/rowspan.html"),
  "notes/papers/read/later/stock.csv": fixture("stock.csv"),
  "notes/papers/read/later/vibration.ipynb": fixture("vibration.ipynb"),
};
/** What the command line reads and a page does not. */
const beyond = { "notes/papers/read/later/word.docx": fixture("word.docx") };

const queries = [
  "how do I replace an old key",
  "birds in the hedge",
  "Brötchen",
  "dessert",
  "what does the ferry cost",
  "BM25",
  "東京",
];

/** Paths of the documents that the page's index has. */
async function pathsIn(page: Page): Promise<string[]> {
  const { documents } = await call<{ documents: { path: string }[] }>(page, "contents", null);
  return documents.map(({ path }) => path);
}

function documentsIn({ length }: readonly string[]): RegExp {
  return new RegExp(`(?<!\\d)${length} documents`);
}

/** Puts another version of the site into its place, with a script of another name as a build has it. Returns the name of the old one. */
function publishNewer(folder: string): string {
  const index = join(folder, "index.html");
  const html = readFileSync(index, "utf8");
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(html)![1]!;
  const newer = script.replace(/\.js$/, "-newer.js");
  writeFileSync(join(folder, newer), `${readFileSync(join(folder, script), "utf8")}\nglobalThis.isNewer = true;\n`);
  rmSync(join(folder, script));
  writeFileSync(index, html.replace(script, newer).replace("<title>Ferris in a tab", "<title>Ferris in a newer tab"));
  return script;
}

/** Upper bounds, for a machine that does much else. */
vi.setConfig({ testTimeout: 600_000 });

describeBrowser("the site", (program) => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    site = await openSite(program);
    context = await site.browser.newContext({ viewport: { width: 1280, height: 800 } });
    watch(site, context);
    page = await openPage(site, context);
  }, 600_000);
  afterAll(() => site?.close());

  test("indexes what the command line indexes, and finds what it finds", async () => {
    const folder = folderOf({ ...corpus, ...beyond });
    await page.setInputFiles("#folder-input", join(folder, "notes"));
    const told = await expectSays(page, "#progress", /^Indexed/);
    expect(told).toContain(`${Object.keys(corpus).length} new`);
    expect(await page.textContent(".left-out")).toContain("word.docx: docx is not read in a page");

    const ferris = await Ferris.open({ db: join(folder, "index"), device: "cpu", onNotice: () => {} });
    onTestFinished(() => ferris.close());
    await ferris.index([join(folder, "notes")], { exclude: ["*.docx"], ocr: "off" });
    const copy = folderOf();
    mkdirSync(join(copy, "copy"));
    const saved = await page.evaluate(async () => {
      const bytes = await (
        globalThis as unknown as { ferris: (name: string, given: null) => Promise<Uint8Array> }
      ).ferris("save", null);
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    });
    writeFileSync(join(copy, "copy", "index.db"), Buffer.from(saved, "base64"));
    const [ours, theirs] = await Promise.all([openIndex(join(copy, "copy")), openIndex(join(folder, "index"))]);
    onTestFinished(async () => {
      await Promise.all([ours.close(), theirs.close()]);
    });
    const documents = await theirs.documents();
    const relative = (path: string) => path.replace(folder, "");
    expect((await ours.documents()).map(({ path }) => path)).toEqual(documents.map(({ path }) => relative(path)));
    for (const document of documents) {
      const other = (await ours.document(relative(document.path)))!;
      const { type, title, lineBasis, fields, size, contentHash, recipe, chunks, tokens } = document;
      expect(other).toMatchObject({ type, title, lineBasis, fields, size, contentHash, recipe, chunks, tokens });
      const [mine, expected] = await Promise.all([ours.chunksOf(other.id), theirs.chunksOf(document.id)]);
      const plain = (list: typeof mine) => list.map((chunk) => ({ ...chunk, id: 0, documentId: 0, path: "" }));
      expect(plain(mine)).toEqual(plain(expected));
      const hashes = expected.map(({ hash }) => hash);
      const [vectors, wanted] = await Promise.all([ours.vectorsOf(hashes), theirs.vectorsOf(hashes)]);
      for (const hash of hashes) expect(largestDifference(vectors.get(hash)!, wanted.get(hash)!)).toBeLessThan(1e-5);
    }

    for (const query of queries) {
      const { found } = await call<{ found: SearchAnswer }>(page, "search", { query, limit: 10 });
      const expected = await ferris.search(query, { limit: 10 });
      const places = ({ results }: SearchAnswer) =>
        results.map(({ path, startLine, endLine }) => `${relative(path)}:${startLine}-${endLine}`);
      expect(places(found), query).toEqual(places(expected));
      found.results.forEach(({ score, cosine, bm25, snippet }, i) => {
        const other = expected.results[i]!;
        expect(score).toBeCloseTo(other.score, 5);
        expect(cosine).toBeCloseTo(other.cosine!, 5);
        expect(bm25 ?? -1).toBeCloseTo(other.bm25 ?? -1, 5);
        expect(snippet).toEqual(other.snippet);
      });
    }
  });

  test("search as you type: words marked, lines numbered, the keyboard alone", async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press("/");
    await page.keyboard.type("birds in the hedge");
    await expectSays(page, "#summary", /passage.* by meaning and words/);
    // What was found for half of it may still be there.
    await expectSays(page, "#results li:first-child mark", /^hedge$/);
    expect(await page.textContent("#results li:first-child")).toMatch(/notes\/home\/garden\/society\/minutes\.txt/);
    expect(new URL(page.url()).searchParams.get("q")).toBe("birds in the hedge");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expectSays(page, "#reader", /birds nest in it/);
    expect(await page.textContent("#reader .found")).toContain("hedge");
    await page.keyboard.press("Escape");
    expect(await page.isVisible("#reader")).toBe(false);
  });

  test("who is on a result stays there when a later answer comes", async () => {
    await page.fill("#query", "birds in the hedge");
    await expectSays(page, "#results li:first-child mark", /^hedge$/);
    await page.keyboard.press("ArrowDown");
    await page.evaluate(() => {
      for (const item of document.querySelectorAll("#results li")) item.classList.add("earlier");
      document.querySelector("#query")!.dispatchEvent(new Event("input"));
    });
    await page.waitForFunction(() => document.querySelector("#results li:not(.earlier)"), null, { polling: 50 });
    await page.keyboard.press("Enter");
    // What was shown before is still in it while it is closed.
    await page.waitForSelector("#reader[open]");
    await expectSays(page, "#reader", /birds nest in it/);
    await page.keyboard.press("Escape");
    expect(await page.isVisible("#reader")).toBe(false);
  });

  test("the vectors are PyTorch's", async () => {
    const texts = goldenTexts();
    const kept = [...texts.keys()].filter((number) => texts[number]!.length < 100);
    const vectors = await call<Record<string, number>[]>(page, "embed", { texts: kept.map((number) => texts[number]) });
    const expected = floats(readGolden("real/all-MiniLM-L6-v2-q8/golden.safetensors"), "embedding");
    const width = expected.length / texts.length;
    kept.forEach((number, row) => {
      const vector = Float32Array.from(Object.values(vectors[row]!));
      expect(largestDifference(vector, expected.subarray(number * width, (number + 1) * width))).toBeLessThan(1e-5);
    });
  });

  test("files of a stranger are text: shown, not run", async () => {
    const script = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\"> shibboleth";
    await drop(page, {
      "script.txt": script,
      "script.md": `# ${script}\n\n![remote](https://example.com/tracker.png)\n`,
      "evil\u202Etxt.exe.md": "gnirts esrever, a name that turns around",
      "damaged.pdf": [...fixture("paper.pdf").subarray(0, 3_000)],
      "Käse 東京.txt": "Quark und Reis",
      "empty.md": "",
      "blank.md": " \n ",
      "program.bin": [0, 1, 2, 3],
    });
    const told = await expectSays(page, "#progress", /^Indexed.*4 new/);
    expect(told).toMatch(/damaged\.pdf: /);
    expect(told).toMatch(/blank\.md: nothing but white space/);
    await page.fill("#query", "shibboleth");
    await expectSays(page, "#results", /<img src=x onerror/);
    expect(await page.locator("#results img, #results script").count()).toBe(0);
    await page.fill("#query", "gnirts");
    await expectSays(page, "#results", /evil⟨U\+202E⟩txt\.exe\.md/);
    expect(await page.title()).toBe("Ferris in a tab");
  });

  test("a line of 5 MB can be stopped, and holds up nobody", async () => {
    await drop(page, { "line.txt": "lorem ipsum dolor sit amet ".repeat(200_000) });
    await expectSays(page, "#progress", /Indexing 1 file/);
    await page.fill("#query", "hedge");
    await expectSays(page, "#results", /hedge/);
    await page.click("#progress button");
    await expectSays(page, "#progress", /^Stopped/);
  });

  test("a reload in the middle of it all loses nothing", async () => {
    const kept = await pathsIn(page);
    await drop(page, { "long.txt": "a sentence about nothing in particular, which goes on. ".repeat(4_000) });
    // Not the figures of embedding: a fast machine is through before they are seen.
    await expectSays(page, "#progress", /Indexing 1 file/);
    await page.reload();
    await ready(page);
    await expectSays(page, "#documents", /\d documents/);
    expect(await pathsIn(page)).toEqual(expect.arrayContaining(kept));
    expect(await page.textContent("#notices")).not.toContain("IndexedDB");
    if ((await pathsIn(page)).includes("/long.txt")) await page.click('[aria-label="Remove long.txt"]');
    await expectSays(page, "#documents", documentsIn(kept));
  });

  test("a phone's width, light and dark: nothing sticks out, and axe finds nothing", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.fill("#query", "hedge");
    await expectSays(page, "#results", /hedge/);
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8"));
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      });
      expect(violations, colorScheme).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  // The model loads once more for it, and a copy in IndexedDB is what few visitors ever need.
  test.runIf(isThorough)(
    "without private files or a service worker: a copy in IndexedDB, and both are said",
    async () => {
      const plain = await site.browser.newContext({ serviceWorkers: "block" });
      onTestFinished(() => plain.close());
      watch(site, plain);
      await plain.route(/index-worker/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({
          response,
          body: `delete StorageManager.prototype.getDirectory;${await response.text()}`,
        });
      });
      const other = await plain.newPage();
      await other.goto(`${site.server.address}?device=cpu`);
      await expectSays(other, "#notices", /not kept for later visits.*kept in IndexedDB/);
      await drop(other, { "note.md": "# A note\n\nThe gate code is written on the calendar." });
      await expectSays(other, "#progress", /^Indexed/);
      await other.reload();
      await expectSays(other, "#documents", /1 document, 1 passage.*in this browser \(IndexedDB\)/);
      await other.fill("#query", "calendar");
      await expectSays(other, "#results", /gate code/);
    },
  );

  test("one tab has the index, another may ask for it", async () => {
    const kept = documentsIn(await pathsIn(page));
    const other = await context.newPage();
    onTestFinished(() => other.close());
    await other.goto(`${site.server.address}?device=cpu`);
    await expectSays(other, "#notices", /open in another tab/);
    await other.click("#notices button");
    await expectSays(other, "#documents", kept);
    await expectSays(page, "#notices", /open in another tab/);
    await page.bringToFront();
    await page.click("#notices button");
    await expectSays(other, "#notices", /open in another tab/);
    await expectSays(page, "#engine", /Loading the model|on the CPU/);
    await expectSays(page, "#documents", kept);
  });

  test("removing takes one document out, and what is kept is what is shown", async () => {
    const before = await pathsIn(page);
    await page.click('[aria-label="Remove script.txt"]');
    const after = before.filter((path) => path !== "/script.txt");
    expect(after).toHaveLength(before.length - 1);
    await expectSays(page, "#documents", documentsIn(after));
    expect(await pathsIn(page)).toEqual(after);
  });

  // A software adapter takes its time, and the engine's own tests have run all of it in a page.
  test.runIf(isThorough)("on the GPU: the same passages, and the kernels are named", async () => {
    const other = await site.browser.newContext();
    onTestFinished(() => other.close());
    watch(site, other);
    const gpu = await openPage(site, other, "?device=gpu");
    expect(await gpu.textContent("#engine-facts")).toMatch(/GPU, by WebGPU.*attention/s);
    await gpu.click('[data-action="samples"]');
    await expectSays(gpu, "#progress", /^Indexed.*tokens\/s/, 500_000);
    await gpu.fill("#query", "what does the ferry cost");
    await expectSays(gpu, "#results", /harbour\.html/);
  });

  // Two builds of the site, and every page of it anew.
  test.runIf(isThorough)(
    "a newer site: none gets parts of two, every tab begins anew with it, and the index is kept",
    async () => {
      const kept = await pathsIn(page);
      const other = await context.newPage();
      onTestFinished(() => other.close());
      await other.goto(`${site.server.address}?device=cpu`);
      await expectSays(other, "#notices", /open in another tab/);
      const script = publishNewer(site.folder);
      await buildServiceWorker(site.folder);
      site.server.asked.splice(0);
      // Until somebody wants the new one, a reload is the old one, whole: its server does not have the script any more.
      await other.reload();
      await expectSays(other, "#notices", /A newer version of this page is ready/);
      expect(await other.title()).toBe("Ferris in a tab");
      await expectSays(page, "#notices", /A newer version of this page is ready/);
      await expectSays(page, "#engine", /on the CPU/);
      await drop(page, { "late.pdf": [...fixture("paper.pdf")] });
      await expectSays(page, "#progress", /^Indexed.*1 new/);
      // Unchanged files are not fetched again, and nothing of the old site is.
      expect(site.server.asked.filter((path) => /safetensors|wasm$/.test(path) || path === script)).toEqual([]);

      await other.getByRole("button", { name: "Reload" }).click();
      for (const tab of [page, other]) {
        await tab.waitForFunction(() => document.title === "Ferris in a newer tab");
      }
      await page.waitForFunction(() => "isNewer" in globalThis);
      const owner = await Promise.any([page, other].map((tab) => ready(tab).then(() => tab)));
      expect(await pathsIn(owner)).toEqual(expect.arrayContaining([...kept, "/late.pdf"]));
      if (owner === other) {
        await page.click("#notices button");
        await ready(page);
      }
    },
  );

  test("without its server: the page, its index and its model are there", async () => {
    await site.server.stop();
    await page.goto(`${site.server.address}?device=cpu&q=replace+an+old+key`);
    await ready(page);
    await expectSays(page, "#summary", /by meaning and words/);
    expect(await page.textContent("#results li:first-child")).toContain("runbook.md");
    await page.click(".danger");
    await page.click(".danger");
    await expectSays(page, "#documents", /None yet/);
  });

  test("all the while: no error, no breach of the policy, no request to anywhere else", () => {
    expect(site.faults).toEqual([]);
  });
});
