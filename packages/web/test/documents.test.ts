/** Documents in the page: each kind opened at its passage, and those that mean harm shown as the text that they are. */
import { join } from "node:path";
import { describeBrowser } from "@ferris/testing";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { OpenFile } from "../../ferris/src/server/context.ts";
import { expectAccessible } from "./support/axe.ts";
import { bidiName, controlName, longLineBytes, writeDocuments } from "./support/documents.ts";
import { usePage } from "./support/page.ts";

const opened: Parameters<OpenFile>[0][] = [];
const openFile: OpenFile = async (file) => {
  opened.push(file);
};

describeBrowser("documents in the page", (program) => {
  const served = usePage(program, { write: writeDocuments, openFile });

  const address = (folder: string, name: string, more = "") =>
    `#/document?path=${encodeURIComponent(join(served.docs, folder, name))}${more}`;
  const passage = (page: Page) => page.locator(".document .passage");

  test("Markdown is rendered, its code coloured, its passage marked; nothing of it is loaded or run", async () => {
    const page = await served.open(address("office", "keys.md", "&lines=7"));
    await passage(page).waitFor();
    expect(await passage(page).textContent()).toMatch(/^To rotate a key/);
    expect(await page.locator(".document .image").textContent()).toBe(
      "a plan of the keyshttps://example.org/track.png",
    );
    expect(await page.locator(".document img, .document script").count()).toBe(0);
    expect(await page.locator(".document").textContent()).toContain(
      '<img src="https://example.org/html.png" onerror="alert(1)">',
    );
    expect(await page.locator(".document td").allTextContents()).toEqual(["silver", "Ada"]);
    await page.locator(".document pre .hljs-keyword").first().waitFor();
    expect(
      await page.locator(".document a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))),
    ).toEqual([address("kitchen", "bread.txt").replaceAll("%20", "+"), "https://example.org/keys"]);
    expect(
      await page
        .locator(".document li.task input")
        .evaluateAll((boxes) =>
          boxes.map((each) => [(each as HTMLInputElement).checked, each.parentElement!.textContent]),
        ),
    ).toEqual([
      [true, "the second key is there1"],
      [false, "the old key is gone"],
    ]);
    await page.getByRole("button", { name: "Footnote 1" }).click();
    expect(await page.getByRole("region", { name: "Footnotes" }).textContent()).toContain("for a day <b>at most</b>.");
    await page.getByRole("button", { name: "Back to the text" }).click();
    expect(await page.locator(".front-matter").textContent()).toContain("title: Rotating keys");
    await expectAccessible(page);
    await page.getByRole("link", { name: "the bread" }).click();
    await page.getByText("Knead the dough").first().waitFor();
  });

  test("code, with its lines and colours", async () => {
    const page = await served.open(address("office", "pump.py", "&lines=5-6"));
    await page.locator(".lines .hljs-keyword").first().waitFor();
    expect(await passage(page).evaluateAll((lines) => lines.map((line) => (line as HTMLElement).dataset.line))).toEqual(
      ["5", "6"],
    );
    expect(await passage(page).first().textContent()).toBe("    if not valve.is_open:");
    await expectAccessible(page);
  });

  test("tables: CSV, and a workbook", async () => {
    const page = await served.open(address("office", "stock.csv", "&lines=3"));
    await passage(page).waitFor();
    expect(await page.locator("th").allTextContents()).toEqual(["Part", "Stock", "Supplier"]);
    expect(await passage(page).locator("td").allTextContents()).toEqual(["Bearing", "3", "Miller, Sons"]);
    await expectAccessible(page);
    await page.goto(`${served.url}/${address("office", "stock.xlsx")}`);
    await page.locator("td").filter({ hasText: "Seal" }).first().waitFor();
  });

  test("a PDF: its page drawn, the passage marked where it stands", async () => {
    const page = await served.open("#/search?q=check+the+seals+every+month&type=pdf");
    await page.locator(".result-title").first().click();
    const mark = page.locator(".pdf-mark").first();
    await mark.waitFor();
    const isDrawn = await page
      .locator(".pdf-page canvas")
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value, i) => i % 4 < 3 && value < 100);
      });
    expect(isDrawn).toBe(true);
    // What is marked is where the text layer has the words.
    const words = await page.locator(".textLayer span").filter({ hasText: "every month" }).first().boundingBox();
    const boxes = await page
      .locator(".pdf-mark")
      .evaluateAll((marks) => marks.map((each) => each.getBoundingClientRect().toJSON() as DOMRect));
    expect(boxes.some((box) => Math.abs(box.y - words!.y) < 12 && box.x <= words!.x + 5)).toBe(true);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Show the text" }).click();
    await page.locator(".lines .line").filter({ hasText: "every month" }).first().waitFor();
  });

  test.each([
    ["office", "manual.docx", "Lubrication"],
    ["office", "harbour.html", "channel twelve"],
    ["kitchen", "bread.txt", "Knead the dough"],
  ])("%s/%s as text with line numbers", async (folder, name, words) => {
    const page = await served.open(address(folder, name));
    await page.locator(".lines .line").filter({ hasText: words }).first().waitFor();
    expect(await page.locator(".document script").count()).toBe(0);
    await expectAccessible(page);
  });

  test("opens in the editor, at the line", async () => {
    const page = await served.open(address("office", "pump.py", "&lines=5-6"));
    await page.getByRole("button", { name: "Open in editor" }).click();
    await page.getByText("Opened").waitFor();
    expect(opened.splice(0)).toEqual([{ path: join(served.docs, "office", "pump.py"), line: 5 }]);
  });

  describe("that mean harm", () => {
    test("scripts in a text are text", async () => {
      const page = await served.open("#/search?q=lighthouses");
      await page.locator(".results .snippet").first().filter({ hasText: "<script>alert(5)</script>" }).waitFor();
      await page.goto(`${served.url}/${address("hostile", "script.txt")}`);
      await page.locator(".lines .line").filter({ hasText: '<img src=x onerror="alert(6)">' }).waitFor();
      expect(await page.locator("main script, main img").count()).toBe(0);
    });

    test("a line of 5 MB is shown in part, and quickly", async () => {
      const page = await served.open("#/search?q=telescopes+of+astronomers");
      await page.locator(".results .result-title").first().filter({ hasText: "long.txt" }).waitFor();
      await page.locator(".results .result-title").first().click();
      await page.locator(".cut").first().waitFor();
      const shown = (await page.locator(".document").textContent())!.length;
      expect(shown).toBeLessThan(longLineBytes / 100);
    });

    test.runIf(process.platform !== "win32")("names that would deceive show what is in them", async () => {
      const page = await served.open("#/search?q=violins+and+strings");
      const title = page.locator(".results .result-title").first();
      await title.filter({ hasText: "invoice" }).waitFor();
      expect(await title.textContent()).toBe("invoice\ufffdtxt.exe.txt");
      await title.click();
      await page.locator("h1").filter({ hasText: "invoice\ufffdtxt.exe.txt" }).waitFor();
      expect(page.url()).toContain(encodeURIComponent(bidiName));
      await page.goto(`${served.url}/${address("hostile", controlName)}`);
      await page.locator("h1").filter({ hasText: "two\u240alines\u2407.txt" }).waitFor();
      await page.getByText("glaciers and moraines").first().waitFor();
    });
  });
});
