/** The map, the indexes and the device, in a real browser: as a hand, a keyboard and a small screen use them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeBrowser } from "@ferris/testing";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { expectAccessible } from "./support/axe.ts";
import { usePage } from "./support/page.ts";

const subjects: Readonly<Record<string, readonly string[]>> = {
  bread: ["knead the dough", "the oven is hot", "flour and yeast", "let the loaf rise", "a crust of rye"],
  volcano: [
    "lava flows downhill",
    "ash over the crater",
    "magma below the volcano",
    "an eruption of gas",
    "basalt and pumice",
  ],
  court: [
    "the judge ruled",
    "a contract was breached",
    "the lawyer appealed",
    "damages were awarded",
    "the jury left the court",
  ],
};

function write(folder: string): void {
  for (const [subject, phrases] of Object.entries(subjects)) {
    mkdirSync(join(folder, subject));
    for (let i = 0; i < 16; i++) {
      const [first, second] = [phrases[i % 5]!, phrases[(i + 1 + (i % 3)) % 5]!];
      writeFileSync(join(folder, subject, `${i}.md`), `# ${subject} ${i}\n\nOf ${subject}: ${first}, and ${second}.\n`);
    }
  }
}

const more = mkdtempSync(join(tmpdir(), "ferris-more-"));
afterAll(() => rmSync(more, { recursive: true, force: true }));

describeBrowser("the page", (program) => {
  const settings = [{ name: "device", value: "cpu", origin: "flag: --device", description: "where the model runs" }];
  const machine = { load: { device: "cpu", allowSoftwareAdapter: false }, settings } as const;
  const served = usePage(program, { write, indexable: [more], machine });

  async function openMap(options = {}): Promise<Page> {
    const page = await served.open("#/map", options);
    // The first who comes has it drawn.
    await page.waitForSelector(".map-label:not([hidden])");
    return page;
  }
  const lit = (page: Page) => page.locator(".map-hits li").count();
  const picture = (page: Page) =>
    page
      .locator(".map-frame canvas")
      .first()
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

  /** The picture once it stays the same: one may still be about to be drawn. */
  async function stillPicture(page: Page): Promise<string> {
    let last = "";
    for (let now = await picture(page); now !== last; now = await picture(page)) {
      last = now;
      await page.waitForTimeout(150);
    }
    return last;
  }

  test("the map is drawn, names its clusters, and tells what is under the pointer", async () => {
    const page = await openMap();
    const names = await page.locator(".map-clusters bdi").allTextContents();
    for (const subject of ["bread", "volcano", "court"]) {
      expect(
        names.some((name) => name.toLowerCase().includes(subject)),
        `${subject} in ${names.join(", ")}`,
      ).toBe(true);
    }
    const labels = await page.locator(".map-label:not([hidden])").evaluateAll((all) =>
      all.map((label) => {
        const { left, right, top, bottom } = label.getBoundingClientRect();
        return { left, right, top, bottom };
      }),
    );
    for (const [i, a] of labels.entries()) {
      for (const b of labels.slice(i + 1)) {
        expect(a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top).toBe(false);
      }
    }
    await hover(page);
    await page.waitForFunction(() => document.querySelector(".passage-card .snippet")?.textContent?.includes("Of "));
    await expectAccessible(page);
  });

  test("a search lights what it finds, and the lasso keeps it to what is within", async () => {
    const page = await openMap();
    await page.getByRole("searchbox", { name: "Search in the map" }).fill("lava from a volcano");
    await page.waitForSelector(".map-hits li");
    const all = await lit(page);
    expect(page.url()).toContain("q=lava");
    // Of 48 passages, the 16 about volcanoes at most: the others are no answer, however near the nearest of them is.
    for (const title of await page.locator(".map-hits li a").allTextContents()) expect(title).toContain("volcano");
    const count = Number(/^\d+/.exec((await page.locator(".map-hits > p").textContent())!)![0]);
    expect(count).toBeGreaterThan(2);
    expect(count).toBeLessThanOrEqual(16);

    await page.getByRole("button", { name: "Lasso" }).click();
    const box = (await page.locator(".map-frame").boundingBox())!;
    // All but the top edge with its buttons.
    const corners = [
      [0.02, 0.12],
      [0.98, 0.12],
      [0.98, 0.5],
      [0.02, 0.5],
    ] as const;
    await drag(
      page,
      corners.map(([x, y]) => [box.x + box.width * x, box.y + box.height * y] as const),
    );
    await page.waitForSelector(".map-picked");
    const picked = Number(/^[\d,]+/.exec((await page.locator(".map-picked").textContent())!)![0]);
    expect(picked).toBeGreaterThan(0);
    expect(picked).toBeLessThan(48);

    // A cluster is picked by name: then only what is in it is found, and only what is relevant.
    await page.locator(".map-clusters li", { hasText: "bread" }).first().getByRole("button", { name: /^Pick/ }).click();
    await page.waitForFunction(() => document.querySelector(".map-picked")?.textContent?.includes("“"));
    await page.locator(".map-hits > p", { hasText: "Nothing here is relevant" }).waitFor();
    const search = page.getByRole("searchbox", { name: "Search in the map" });
    await search.fill("knead flour for a loaf");
    await page.waitForSelector(".map-hits li");
    for (const title of await page.locator(".map-hits li a").allTextContents()) expect(title).toContain("bread");
    await search.fill("lava from a volcano");

    await page.locator(".map-frame").focus();
    await page.keyboard.press("Escape");
    await page.waitForSelector(".map-picked", { state: "detached" });
    await page.waitForFunction((before) => document.querySelectorAll(".map-hits li").length === before, all);
  });

  test("keys alone: moved, zoomed, shown whole again, and a cluster gone to", async () => {
    const page = await openMap();
    await page.locator(".map-frame").focus();
    const whole = await stillPicture(page);
    for (const [key, isWhole] of [
      ["+", false],
      ["ArrowLeft", false],
      ["0", true],
      ["-", false],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(async () => (await picture(page)) === whole, { message: key }).toBe(isWhole);
    }
    await page.getByRole("radio", { name: "Folder" }).focus();
    await page.keyboard.press("Space");
    await page.waitForFunction(() => document.querySelector(".map-legend")?.textContent?.includes("court"));
    expect(await page.locator(".map-legend bdi").allTextContents()).toEqual(["bread", "court", "volcano"]);
    await page.locator(".map-clusters button").first().focus();
    const before = await stillPicture(page);
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await picture(page)) === before).toBe(false);
  });

  test.each(["#/map", "#/indexes", "#/device"])("%s on a small screen, in the dark", async (hash) => {
    const page = await served.open(hash, { viewport: { width: 360, height: 780 }, colorScheme: "dark" });
    await page.waitForSelector(hash === "#/map" ? ".map-label:not([hidden])" : "table, .live svg");
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await expectAccessible(page);
  });

  test("a folder is indexed: progress, what was left out and why, what failed; and it is taken out again", async () => {
    writeFileSync(join(more, "glacier.md"), "# Glaciers\n\nIce flows slowly down the valley.\n");
    writeFileSync(join(more, "<script>alert(1)</script>.pdf").replaceAll("/script", "-script"), "%PDF-1.7 not one");
    writeFileSync(join(more, "tool.exe"), "MZ");
    const page = await served.open("#/indexes");
    await page.waitForSelector(".index-card");
    await page.getByLabel("Add a folder or file").fill(more);
    await page.getByRole("button", { name: "Index it" }).click();
    await page.waitForSelector(".job.done, .job.running");
    await page.waitForSelector(".job.done");
    expect(await page.locator(".job-line").textContent()).toMatch(/Done 1 new/);
    expect(await page.locator(".failures").textContent()).toMatch(/1 file could not be indexed.*damaged/s);
    await page.getByText("left out, and why").click();
    await page.getByRole("button", { name: "List the files" }).click();
    await page.waitForSelector(".left-out li");
    expect(await page.locator(".left-out").textContent()).toContain("tool.exe");
    await expectAccessible(page);

    const row = page.locator(".roots li", { hasText: more });
    await row.getByRole("button", { name: /^Remove/ }).click();
    await row.getByRole("button", { name: "Remove from the index" }).click();
    await row.waitFor({ state: "detached" });
    expect(await page.locator(".settings tbody tr").textContent()).toContain("flag: --device");
    expect(await page.locator(".models tbody tr", { hasText: "minilm-q8" }).first().textContent()).toContain("served");
  });

  test("a path that may not be added is refused in the server's words", async () => {
    const page = await served.open("#/indexes");
    await page.getByLabel("Add a folder or file").fill("/etc");
    await page.getByRole("button", { name: "Index it" }).click();
    await page.waitForSelector(".failure");
    expect(await page.locator(".failure").textContent()).toContain("not below a folder");
  });

  test("the device: what runs, how much, and GPU against CPU in honest words", async () => {
    const page = await served.open("#/device");
    await page.waitForSelector(".device-model .on-cpu");
    await page.getByRole("button", { name: "Measure now" }).click();
    await page.waitForSelector(".unavailable");
    expect(await page.locator(".unavailable").textContent()).toMatch(/^GPU .*No GPU/s);
    await page.getByRole("button", { name: "Measure again" }).waitFor();
    expect(await page.locator(".device table").first().textContent()).toMatch(/CPU onnxruntime/);
    await page.waitForFunction(() => document.querySelectorAll(".live polyline").length === 1);
    await expectAccessible(page);
  });
});

/** Over the map, until something is under the pointer. */
async function hover(page: Page): Promise<void> {
  const box = (await page.locator(".map-frame").boundingBox())!;
  for (let y = 0.1; y < 0.95; y += 0.02) {
    for (let x = 0.05; x < 0.95; x += 0.02) {
      await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
      if ((await page.locator(".passage-card.floating").count()) > 0) return;
    }
  }
  throw new Error("no point of the map is anywhere");
}

async function drag(page: Page, corners: readonly (readonly [number, number])[]): Promise<void> {
  const [[x, y], ...rest] = corners as [readonly [number, number], ...(readonly [number, number])[]];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (const corner of rest) await page.mouse.move(...corner, { steps: 6 });
  await page.mouse.up();
}
