/** The documents themselves over HTTP: those that the index has and no other file, as nothing that a browser would run. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ModelPool } from "../../src/models/model-pool.ts";
import type { OpenFile } from "../../src/server/context.ts";
import { startServer } from "../../src/server/start.ts";
import { useServer } from "./support/server.ts";

const opened: Parameters<OpenFile>[0][] = [];
const openFile: OpenFile = async (file) => {
  opened.push(file);
};

const server = useServer({ openFile });

const url = (path: string, query: Record<string, string>) =>
  `${server.url}${path}?${new URLSearchParams(query).toString()}`;
const open = (to: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${to}/documents/open`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ path, line: 3 }),
  });

describe("a document's file", () => {
  test("as bytes that no browser shows by itself, whole or in part", async () => {
    const path = join(server.docs, "bread.txt");
    const whole = await fetch(url("/documents/file", { path }));
    expect(await whole.text()).toMatch(/^Knead the dough/);
    expect(whole.headers.get("content-type")).toBe("application/octet-stream");
    expect(whole.headers.get("x-content-type-options")).toBe("nosniff");
    expect(whole.headers.get("content-security-policy")).toContain("sandbox");
    expect(whole.headers.get("content-disposition")).toBe("attachment");
    const part = await fetch(url("/documents/file", { path }), { headers: { range: "bytes=6-8" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      `bytes 6-8/${whole.headers.get("content-length")}`,
      "the",
    ]);
    const last = await fetch(url("/documents/file", { path }), { headers: { range: "bytes=-7" } });
    expect(await last.text()).toBe("place.\n");
    const beyond = await fetch(url("/documents/file", { path }), { headers: { range: "bytes=9999-" } });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([
      416,
      `bytes */${whole.headers.get("content-length")}`,
    ]);
    // No part at all, and so no request for one.
    const backwards = await fetch(url("/documents/file", { path }), { headers: { range: "bytes=8-6" } });
    expect([backwards.status, await backwards.text()]).toEqual([200, expect.stringMatching(/^Knead the dough/)]);
  });

  test("as text, and as the lines that were indexed", async () => {
    const path = join(server.docs, "keys.md");
    const { text } = (await (await fetch(url("/documents/text", { path }))).json()) as { text: string };
    expect(text).toMatch(/^# Keys\n/);
    const lines = (await (await fetch(url("/documents/lines", { path, from: "3", count: "1" }))).json()) as object;
    expect(lines).toMatchObject({
      type: "markdown",
      lastLine: 3,
      lines: [{ number: 3, text: expect.stringMatching(/^To rotate/) as string }],
    });
  });

  test.each(["/documents/file", "/documents/text", "/documents/lines"])(
    "%s gives nothing that is not indexed",
    async (place) => {
      writeFileSync(join(server.docs, "..", "secret.txt"), "secret");
      for (const path of [
        join(server.docs, "..", "secret.txt"),
        `${server.docs}/../secret.txt`,
        `${server.docs}/x/../bread.txt`,
        "/etc/passwd",
        "bread.txt",
        `${join(server.docs, "bread.txt")}\0`,
      ]) {
        expect([path, (await fetch(url(place, { path }))).status]).toEqual([path, 404]);
      }
    },
  );

  test.runIf(process.platform !== "win32")(
    "a link that was put in its place, or a folder's, leads nowhere",
    async () => {
      const outside = join(server.docs, "..", "outside");
      mkdirSync(outside);
      writeFileSync(join(outside, "bread.txt"), "secret");
      const path = join(server.docs, "bread.txt");
      rmSync(path);
      symlinkSync(join(outside, "bread.txt"), path);
      expect((await fetch(url("/documents/file", { path }))).status).toBe(403);
      rmSync(path);
      mkdirSync(path);
      expect((await fetch(url("/documents/file", { path }))).status).toBe(404);
    },
  );
});

describe("opening it in the editor", () => {
  let path = "";
  beforeAll(() => {
    path = join(server.docs, "keys.md");
  });

  test("for the page alone", async () => {
    expect((await open(server.url, path)).status).toBe(403);
    expect((await open(server.url, path, { origin: "https://example.org" })).status).toBe(403);
    expect(opened).toEqual([]);
    expect((await open(server.url, path, { origin: server.url })).status).toBe(200);
    expect(opened).toEqual([{ path, line: 3 }]);
  });

  test("nothing that is not indexed, and nowhere unless the server may", async () => {
    expect((await open(server.url, "/etc/passwd", { origin: server.url })).status).toBe(404);
    const pool = new ModelPool({ load: { device: "cpu" } });
    const closed = await startServer({ address: { host: "127.0.0.1", port: 0 }, models: [], pool, version: "test" });
    const refused = await open(closed.url!, path, { origin: closed.url! });
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("does not open files")]);
    await closed.close();
    await pool.close();
  });
});

test("how what is found divides", async () => {
  const ask = async (body: object) => {
    const answer = await fetch(`${server.url}/facets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "rotate a key", ...body }),
    });
    return (await answer.json()) as { passages: number; types: { value: string; count: number }[] };
  };
  const all = await ask({});
  expect(all.types).toContainEqual({ value: "markdown", name: "markdown", count: 1 });
  // Counted as if nothing were chosen in it.
  expect((await ask({ types: ["markdown"] })).types).toEqual(all.types);
  expect(await ask({ folder: server.docs })).toMatchObject({ passages: all.passages });
  expect(await ask({ folder: `${server.docs}/nowhere[*` })).toMatchObject({ passages: 0, types: [] });
});
