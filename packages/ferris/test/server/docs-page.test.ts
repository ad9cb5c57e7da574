/** The page at `/docs` in a real browser: it renders, sends a request, loads nothing from elsewhere, and breaks no rule of its own policy. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeBrowser, startBrowser } from "@ferris/testing";
import type { Page } from "playwright-core";
import { useServer } from "./support/server.ts";

const server = useServer();

describeBrowser("/docs", (program) => {
  let page: Page;
  let close: () => Promise<void>;
  const said: string[] = [];
  const asked: string[] = [];
  beforeAll(async () => {
    const running = await startBrowser(program);
    close = () => running.close();
    page = await running.browser.newPage();
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`error: ${error.message}`));
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${server.url}/docs`);
  });
  afterAll(() => close());

  test("lists what the server answers", async () => {
    await page.waitForSelector("#operations[aria-busy=false]");
    const summaries = await page.locator("summary").allTextContents();
    for (const path of ["/v1/embeddings", "/embed_all", "/predict", "/search"]) {
      expect(summaries.some((text) => text.includes(path))).toBe(true);
    }
    expect(await page.locator("h1").textContent()).toContain("ferris");
  });

  test("sends a request, and shows its answer", async () => {
    const operation = page.locator("details", { has: page.locator("summary", { hasText: "/embed_all" }) }).first();
    await operation.locator("summary").click();
    await operation.locator("textarea").fill(JSON.stringify({ inputs: "rotate a key" }));
    await operation.locator("button").first().click();
    const answer = operation.locator("pre").last();
    await expect.poll(async () => answer.textContent()).toMatch(/200[\s\S]*\[\s*\[\s*\[/);
  });

  test("loads nothing from elsewhere, and breaks no rule", () => {
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((url) => !url.startsWith(server.url))).toEqual([]);
    // A browser asks every site for its icon.
    expect(said.filter((text) => !text.includes("404"))).toEqual([]);
  });
});
