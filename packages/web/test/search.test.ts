/** Searching in the page: while somebody types, with filters, by keys alone, on a phone, in the dark; and asking. */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describeBrowser } from "@ferris/testing";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAccessible } from "./support/axe.ts";
import { writeDocuments } from "./support/documents.ts";
import { usePage } from "./support/page.ts";

/** A language model that answers what it is told to. */
const model = createServer((request, response) => {
  request.resume();
  if (request.url?.endsWith("/models")) return void response.end(JSON.stringify({ data: [{ id: "parrot" }] }));
  const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  return void response.end(
    `${["Create the **second** ", "one first <b>[1]</b>.\n\n- see [here](https://example.org/x)"].map(chunk).join("")}data: [DONE]\n\n`,
  );
});
const endpoint: { baseUrl: string | null } = { baseUrl: null };
beforeAll(async () => {
  model.listen(0, "127.0.0.1");
  await once(model, "listening");
  endpoint.baseUrl = `http://127.0.0.1:${(model.address() as { port: number }).port}/v1`;
});
afterAll(() => void model.close());

describeBrowser("the page's search", (program) => {
  const served = usePage(program, { write: writeDocuments, endpoint });

  const titles = (page: Page) => page.locator(".results .result-title").allTextContents();
  const firstResult = (page: Page) => page.locator(".results .result").first();
  const firstTitle = (page: Page, text: string) =>
    page.locator(".results .result-title").first().filter({ hasText: text }).waitFor();

  test("finds while somebody types, and says why", async () => {
    const page = await served.open();
    await page.getByRole("searchbox").pressSequentially("rotate a key", { delay: 10 });
    await firstTitle(page, "Rotating keys");
    const result = firstResult(page);
    expect(await result.locator("mark").allTextContents()).toEqual(["Rotating", "keys"]);
    expect(await result.locator(".badge.why").textContent()).toBe("meaning and words");
    expect(new URL(page.url()).hash).toBe("#/search?q=rotate+a+key");
    await expectAccessible(page);
  });

  test("a request that is no longer wanted is cancelled, and the newest answer stays", async () => {
    const page = await served.open();
    const failed: string[] = [];
    page.on("requestfailed", (request) => failed.push(request.postData() ?? ""));
    let answerBread: () => void = () => {};
    const mayAnswer = new Promise<void>((resolve) => (answerBread = resolve));
    let isBreadAnswered: () => void = () => {};
    const breadIsAnswered = new Promise<void>((resolve) => (isBreadAnswered = resolve));
    await page.route("**/search", async (route) => {
      const isBread = route.request().postData()?.includes('"bread"');
      if (isBread) await mayAnswer;
      await route.continue().catch(() => {});
      if (isBread) isBreadAnswered();
    });
    const field = page.getByRole("searchbox");
    await field.fill("bread");
    await page.waitForRequest((request) => request.postData()?.includes('"bread"') === true);
    await field.fill("inlet valve");
    await page
      .locator(".results .result-title")
      .first()
      .filter({ hasText: /pump|Pump/ })
      .waitFor();
    answerBread();
    await breadIsAnswered;
    await page.waitForTimeout(300);
    expect((await titles(page))[0]).toMatch(/pump/i);
    await expect.poll(() => failed.some((body) => body.includes('"bread"'))).toBe(true);
  });

  test("asks at once, and not again for a space behind the question", async () => {
    const page = await served.open();
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/search")) asked.push((JSON.parse(request.postData()!) as { query: string }).query);
    });
    const field = page.getByRole("searchbox");
    await field.pressSequentially("inlet valve");
    await firstTitle(page, "pump");
    await page.waitForFunction(() => document.querySelector('[aria-label="Results"]')?.ariaBusy === "false");
    asked.splice(0);
    await field.press("Space");
    await page.waitForFunction(() => location.hash.endsWith("inlet+valve+"));
    await field.press("s");
    await page.waitForFunction(() => location.hash.endsWith("valve+s"));
    await expect.poll(() => asked).toEqual(["inlet valve s"]);
  });

  test("facets have counts, and filter; the address keeps it all, back and forward", async () => {
    const page = await served.open("#/search?q=pump");
    const types = page.getByRole("region", { name: "Type" });
    const pdf = types.getByRole("button", { name: /^pdf/ });
    const count = Number(await pdf.locator(".count").textContent());
    expect(count).toBeGreaterThan(0);
    await pdf.click();
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".results .badges")].every((each) => each.textContent?.includes("pdf")),
    );
    expect(await page.locator(".results > li").count()).toBeLessThanOrEqual(count);
    expect(page.url()).toContain("type=pdf");
    // Other types can still be chosen, in addition.
    expect(await types.getByRole("button").count()).toBeGreaterThan(1);
    await page.goBack();
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".results .badge")].some((each) => each.textContent === "docx"),
    );
    await page.goForward();
    await page.getByRole("button", { name: /^pdf/, pressed: true }).waitFor();
  });

  test("a folder, and an age", async () => {
    const page = await served.open("#/search?q=knead+the+dough");
    await page
      .getByRole("region", { name: "Folder" })
      .getByRole("button", { name: /^kitchen/ })
      .click();
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".results .path")].every((each) => each.textContent?.includes("kitchen")),
    );
    expect(new URLSearchParams(page.url().split("?")[1]).get("folder")).toBe(join(served.docs, "kitchen"));
    const result = firstResult(page);
    expect(await result.locator(".copies summary").textContent()).toContain("another place");
    await page.goto(`${served.url}/#/search?q=knead+the+dough&since=7d`);
    await page.locator(".results .path").first().filter({ hasText: "bread-copy" }).waitFor();
  });

  test("says how many of the passages have their vectors, while an index is made", async () => {
    const page = await served.open();
    await page.route("**/search", async (route) => {
      const answer = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...answer, vectorShare: 0.256 } });
    });
    await page.getByRole("searchbox").fill("pump");
    await page.locator(".partial").waitFor();
    expect(await page.locator(".partial").textContent()).toContain("25 % of the passages are found by meaning so far");
    await page.getByRole("radio", { name: "Words", exact: true }).check({ force: true });
    await page.waitForFunction(() => location.hash.includes("mode=text"));
    await page.locator(".partial").waitFor({ state: "detached" });
  });

  test("says that a file has changed since, and what came near where nothing did", async () => {
    const file = join(served.docs, "office", "pump.py");
    const before = readFileSync(file);
    writeFileSync(file, `${before.toString()}# changed\n`);
    const page = await served.open("#/search?q=start_pump&mode=text");
    await page.locator(".badge.warn").first().filter({ hasText: "changed since" }).waitFor();
    writeFileSync(file, before);
    await page.getByRole("searchbox").fill("zzyzx qwertz");
    await page.locator(".summary").filter({ hasText: "near enough" }).waitFor();
    expect(await page.locator(".results > li").count()).toBe(0);
  });

  test("by keys alone: to the question, through the results, into the document, and back", async () => {
    const page = await served.open("#/search?q=pump");
    await page.locator(".results > li").nth(1).waitFor();
    await page.locator("main").focus();
    await page.keyboard.press("/");
    const focused = () => page.evaluate(() => document.activeElement?.className || document.activeElement?.id);
    await page.waitForFunction(() => document.activeElement?.id === "query");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("result-title");
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe("solid");
    await page.keyboard.press("ArrowDown");
    const second = await page.evaluate(() => document.activeElement?.textContent);
    expect(second).toBe((await titles(page))[1]);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("query");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.locator(".document .passage, .pdf-mark").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".results > li").first().waitFor();
    expect(page.url()).toContain("q=pump");
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement?.id === "query");
    await page.keyboard.press("Escape");
    await page.locator(".welcome").waitFor();
  });

  test("who is on a result stays there when another answer comes, or is back in the field", async () => {
    const page = await served.open("#/search?q=rotate+a+key");
    await firstTitle(page, "Rotating keys");
    await page.keyboard.press("ArrowDown");
    const focused = () => page.evaluate(() => document.activeElement?.textContent || document.activeElement?.id);
    await expect.poll(focused).toBe("Rotating keys");
    const answered = async (query: string): Promise<void> => {
      const answer = page.waitForResponse((response) => response.url().endsWith("/search"));
      await page.evaluate((q) => (location.hash = `#/search?q=${q}`), query);
      await answer;
    };
    await answered("rotate+the+key");
    await expect.poll(focused).toBe("Rotating keys");
    await answered("dough&mode=text");
    await firstTitle(page, "bread");
    expect(await focused()).toBe("query");
  });

  test("asks, and citations lead to their passages", async () => {
    const page = await served.open("#/ask");
    await expectAccessible(page);
    await page.getByLabel("Your question").fill("how do I rotate a key");
    await page.keyboard.press("Enter");
    const citation = page.locator(".answer .citation");
    await citation.waitFor();
    // What a model writes is text, too.
    expect(await page.locator(".answer").textContent()).toContain("one first <b>1</b>.");
    expect(await page.locator(".answer strong").textContent()).toBe("second");
    // Where a model would send people is not a link.
    expect(await page.locator(".answer li").textContent()).toBe("see here");
    expect(await page.locator(".answer a:not(.citation)").count()).toBe(0);
    await expectAccessible(page);
    await citation.click();
    await page.locator(".document .passage").first().waitFor();
    expect(await page.locator(".document h2").first().textContent()).toBe("Rotating keys");
  });

  test("what is related to a passage, and to its document", async () => {
    const page = await served.open("#/search?q=pump+manual&type=docx");
    await firstResult(page).getByRole("link", { name: "Related" }).click();
    await page.locator(".related > li").first().waitFor();
    expect(await page.locator(".related .place").allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining("manual.pdf")]),
    );
    await expectAccessible(page);
    await page.getByRole("link", { name: "Near the whole document" }).click();
    await page.getByText("Near the document as a whole.").waitFor();
  });

  test("on a phone nothing is wider than the screen, and filters open at a touch", async () => {
    const page = await served.open("#/search?q=pump", { viewport: { width: 360, height: 740 }, hasTouch: true });
    await page.locator(".results > li").first().waitFor();
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.locator(".filters > summary").tap();
    await page.getByRole("region", { name: "Type" }).getByRole("button").first().waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    await expectAccessible(page);
    await firstResult(page).locator(".result-title").tap();
    await page.locator(".document").waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
  });

  test("in the dark, as the system has it or somebody chose", async () => {
    const page = await served.open("#/search?q=pump", { colorScheme: "dark" });
    await page.locator(".results > li").first().waitFor();
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await ground();
    await expectAccessible(page);
    await page.getByRole("button", { name: /Colours/ }).click();
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.locator(".results > li").first().waitFor();
    expect(await ground()).toBe(light);
  });

  test("a server that stops is told of in plain words, what was found stays, and it is asked again when it is back", async () => {
    const page = await served.open("#/search?q=pump");
    await page.locator(".results > li").first().waitFor();
    await served.stopServer();
    try {
      await page.getByRole("searchbox").fill("pumps");
      await page.locator(".failure").filter({ hasText: "Is ferris serve still running?" }).waitFor();
      expect(await page.locator(".results > li").count()).toBeGreaterThan(0);
      await expectAccessible(page);
      for (const [way, shown] of [
        ["Indexes", ".failure"],
        ["Device", ".failure"],
        ["Map", ".failure, .empty"],
      ] as const) {
        await page.getByRole("link", { name: way, exact: true }).click();
        await page.locator(shown).first().waitFor();
      }
    } finally {
      await served.startAgain();
    }
    await page.getByRole("link", { name: "Search", exact: true }).click();
    await page.getByRole("searchbox").fill("inlet valve");
    await firstTitle(page, "pump");
    expect(await page.locator(".failure").count()).toBe(0);
  });
});
