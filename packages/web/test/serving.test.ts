/** How the server gives the page: to whom, under which policy, and how large it is. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describeBrowser } from "@ferris/testing";
import { expect, test } from "vitest";
import { usePage } from "./support/page.ts";

describeBrowser("the served page", (program) => {
  const page = usePage(program, {
    write: (folder) =>
      writeFileSync(join(folder, "keys.md"), "# Keys\n\nTo rotate a key, create the second one first.\n"),
    apiKeys: ["sesame"],
  });

  const forBrowsers = { headers: { accept: "text/html,application/xhtml+xml" } };

  test("browsers get the page, under a policy that lets nothing in from elsewhere", async () => {
    const answer = await fetch(page.url, forBrowsers);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    const policy = answer.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    const html = await answer.text();
    // Nothing in the page itself: the policy would refuse it.
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  });

  test("Ollama's clients get their greeting, with the key", async () => {
    const headers = { "x-api-key": "sesame" };
    expect(await (await fetch(page.url, { headers })).text()).toBe("Ollama is running");
    expect((await fetch(page.url)).status).toBe(401);
  });

  test("what is named by its content is kept for ever, and nothing else is given", async () => {
    const [script] = readdirSync(join(page.folder, "assets")).filter((name) => name.endsWith(".js"));
    const answer = await fetch(`${page.url}/assets/${script}`);
    expect(answer.headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(answer.headers.get("cache-control")).toContain("immutable");
    const headers = { "x-api-key": "sesame" };
    for (const name of ["..%2Findex.html", "%2e%2e%2findex.html", "nothing.js", ".."]) {
      const refused = await fetch(`${page.url}/assets/${name}`, { headers });
      expect([name, refused.status === 404 || (await refused.text()) === "Ollama is running"]).toEqual([name, true]);
    }
  });

  test("a page that was not built says so", async () => {
    const { startServer } = await import("../../ferris/src/server/start.ts");
    const { ModelPool } = await import("../../ferris/src/models/model-pool.ts");
    const pool = new ModelPool({ load: { device: "cpu" } });
    const address = { host: "127.0.0.1", port: 0 };
    const server = await startServer({
      address,
      models: [],
      pool,
      version: "test",
      page: join(page.folder, "nowhere"),
    });
    const answer = await fetch(server.url!, forBrowsers);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining("npm run build")]);
    await server.close();
    await pool.close();
  });

  test("at most 250 KB, compressed, before what is loaded when it is needed", () => {
    const html = readFileSync(join(page.folder, "index.html"), "utf8");
    const first = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name]) => name!);
    expect(first.length).toBeGreaterThan(1);
    const bytes = first.map((name) => gzipSync(readFileSync(join(page.folder, name))).length);
    expect(bytes.reduce((sum, each) => sum + each, gzipSync(html).length)).toBeLessThanOrEqual(250_000);
  });

  test("asks for the key where the server wants one, and keeps it for this tab", async () => {
    const tab = await page.open("#/indexes");
    const key = tab.getByLabel("API key");
    await key.fill("wrong");
    await key.press("Enter");
    expect(await tab.getByRole("alert").textContent()).toContain("does not know this key");
    await key.fill("sesame");
    await key.press("Enter");
    await key.waitFor({ state: "detached" });
    await tab.reload();
    await tab.getByRole("navigation").waitFor();
    expect(await tab.locator("nav a").allTextContents()).toEqual(["Search", "Ask", "Map", "Indexes", "Device"]);
    expect(await key.count()).toBe(0);
    expect(await tab.evaluate(() => JSON.stringify([localStorage, document.cookie]))).not.toContain("sesame");
  });
});
