/** A server of two indexes: a question is answered from both, each passage with its index; or from one that is named. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Ferris } from "../../src/index.ts";
import { ModelPool } from "../../src/models/model-pool.ts";
import { type RunningServer, startServer } from "../../src/server/start.ts";

const tiny = fileURLToPath(new URL("../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const load = { device: "cpu", onNotice: () => {} } as const;
const folder = mkdtempSync(join(tmpdir(), "ferris-several-"));
/** What the language model was given last. */
let read = "";
const model = createServer((request, response) => {
  if (request.url?.endsWith("/models")) return void response.end(JSON.stringify({ data: [{ id: "parrot" }] }));
  read = "";
  request.setEncoding("utf8").on("data", (part: string) => (read += part));
  response.writeHead(200, { "content-type": "text/event-stream" });
  const said = JSON.stringify({ choices: [{ delta: { content: "As [1] and [2] say." } }] });
  return void response.end(`data: ${said}\n\ndata: [DONE]\n\n`);
});
const pool = new ModelPool({ load });
const opened: Ferris[] = [];
let server: RunningServer;

beforeAll(async () => {
  model.listen(0, "127.0.0.1");
  await once(model, "listening");
  const texts = { work: "The silver key opens the harbour office.", home: "The silver key of the bread cupboard." };
  const indexes = [];
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(folder, name));
    // The same file in both, with the same number for its passage.
    writeFileSync(join(folder, name, "key.txt"), `${text}\n`);
    const ferris = await Ferris.open({ db: join(folder, `${name}-index`), model: tiny, ...load, models: pool });
    await ferris.index([join(folder, name)]);
    opened.push(ferris);
    indexes.push({ name, ferris });
  }
  const { port } = model.address() as { port: number };
  server = await startServer({
    address: { host: "127.0.0.1", port: 0 },
    models: [],
    pool,
    indexes,
    endpoint: { baseUrl: `http://127.0.0.1:${port}/v1` },
    version: "test",
  });
});
afterAll(async () => {
  await server?.close({ graceMs: 2000 });
  await Promise.all(opened.map((ferris) => ferris.close()));
  await pool.close();
  model.close();
  rmSync(folder, { recursive: true });
});

interface Told {
  readonly answer: string;
  readonly passages: readonly { readonly index?: string; readonly path: string }[];
}

const ask = async (index?: string): Promise<Told> => {
  const body = JSON.stringify({ question: "silver key", mode: "text", stream: false, index });
  const response = await fetch(`${server.url}/ask`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Told;
};

test("a question is answered from all indexes", async () => {
  const { answer, passages } = await ask();
  expect(answer).toBe("As [1] and [2] say.");
  expect(new Set(passages.map(({ index }) => index))).toEqual(new Set(["home", "work"]));
  expect(read).toContain("harbour office");
  expect(read).toContain("bread cupboard");
});

test("or from the one that is named", async () => {
  const { passages } = await ask("home");
  expect(passages.map(({ path }) => path)).toEqual([join(folder, "home", "key.txt")]);
  expect(read).not.toContain("harbour office");
});
