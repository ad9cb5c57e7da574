/** Our own API: answers as events, jobs of indexing, what is near a passage, and the page that describes it all. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestServer, useServer } from "./support/server.ts";

/** A language model that answers what it is told to. */
const model = createServer((request, response) => {
  request.resume();
  if (request.url?.endsWith("/models")) return void response.end(JSON.stringify({ data: [{ id: "parrot" }] }));
  const pieces = ["Create ", "the second ", "one first [1]."];
  const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  return void response.end(`${pieces.map(chunk).join("")}data: [DONE]\n\n`);
});
const endpoint: { baseUrl: string | null } = { baseUrl: null };
beforeAll(async () => {
  model.listen(0, "127.0.0.1");
  await once(model, "listening");
  endpoint.baseUrl = `http://127.0.0.1:${(model.address() as { port: number }).port}/v1`;
});
afterAll(() => void model.close());

const server = useServer({ endpoint });

interface Event {
  readonly event: string;
  readonly data: Record<string, never>;
}

async function eventsOf(response: Response): Promise<Event[]> {
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  return (await response.text())
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/m.exec(block)!;
      return { event: event!, data: JSON.parse(data!) as Event["data"] };
    });
}

const post = (to: TestServer, path: string, body: object) =>
  fetch(to.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const json = async (response: Response | Promise<Response>) =>
  (await (await response).json()) as Record<string, never> & { error: { message: string } };

describe("/ask", () => {
  test("answers in events, the passages at the end", async () => {
    const events = await eventsOf(await post(server, "/ask", { question: "how do I rotate a key" }));
    expect(events.map(({ event }) => event)).toEqual(["endpoint", "piece", "piece", "piece", "done"]);
    expect(events[0]!.data).toEqual({ model: "parrot" });
    const pieces = events.filter(({ event }) => event === "piece").map(({ data }) => data.text as string);
    expect(pieces.join("")).toBe("Create the second one first [1].");
    expect(events.at(-1)!.data).toMatchObject({
      answered: true,
      cited: [1],
    });
    expect((events.at(-1)!.data.passages as object[])[0]).toMatchObject({ path: join(server.docs, "keys.md") });
  });

  test("answers in one piece", async () => {
    const answer = await json(post(server, "/ask", { question: "how do I rotate a key", stream: false }));
    expect(answer).toMatchObject({ answer: "Create the second one first [1].", model: "parrot" });
  });

  test("takes no endpoint from a request, and says what is wrong with it", async () => {
    const refused = await post(server, "/ask", { question: "x", endpoint: { baseUrl: "http://example.org" } });
    expect([refused.status, (await json(refused)).error.message]).toEqual([400, expect.stringContaining("endpoint")]);
  });
});

test("what is near a passage", async () => {
  const { results } = await json(post(server, "/search", { query: "how do I rotate a key" }));
  const [{ chunkId }] = results as unknown as [{ chunkId: number }];
  const near = await json(fetch(`${server.url}/related/${chunkId}`));
  expect(near).toMatchObject({ source: { path: join(server.docs, "keys.md") } });
  expect((near.results as unknown as { path: string }[])[0]!.path).toBe(join(server.docs, "bread.txt"));
  expect((await fetch(`${server.url}/related/99999`)).status).toBe(404);
});

describe("/index", () => {
  test("brings the index up to date, and tells how it goes", async () => {
    writeFileSync(join(server.docs, "harbour.md"), "# Harbour\n\nA berth costs nine crowns.\n");
    const started = await post(server, "/index", {});
    expect(started.status).toBe(202);
    const { id } = (await started.json()) as { id: string };
    const events = await eventsOf(await fetch(`${server.url}/index/${id}/events`));
    expect(new Set(events.slice(0, -1).map(({ event }) => event))).toEqual(new Set(["progress"]));
    expect(events.at(-1)).toMatchObject({ event: "done", data: { state: "done", report: { added: 1, unchanged: 2 } } });
    const { results } = await json(post(server, "/search", { query: "what does a berth cost" }));
    expect(results[0]).toMatchObject({ path: join(server.docs, "harbour.md") });
    const listed = (await json(fetch(`${server.url}/index`))) as unknown as { jobs: object[] };
    expect(listed.jobs[0]).toMatchObject({ id, state: "done" });
  });

  test("is cancelled, and one job at a time runs", async () => {
    const many = join(server.docs, "many");
    mkdirSync(many);
    for (let i = 0; i < 300; i++)
      writeFileSync(join(many, `${i}.md`), `# Note ${i}\n\n${`Words of note ${i}. `.repeat(60)}\n`);
    const { id } = (await (await post(server, "/index", { paths: [many] })).json()) as { id: string };
    const other = await post(server, "/index", {});
    expect([other.status, other.headers.get("retry-after")]).toEqual([409, "5"]);
    await fetch(`${server.url}/index/${id}`, { method: "DELETE" });
    const events = await eventsOf(await fetch(`${server.url}/index/${id}/events`));
    expect(events.at(-1)).toMatchObject({ event: "cancelled" });
    rmSync(many, { recursive: true });
    const again = (await (await post(server, "/index", {})).json()) as { id: string };
    const ended = await eventsOf(await fetch(`${server.url}/index/${again.id}/events`));
    expect(ended.at(-1)!.event).toBe("done");
  });

  test.each(["/etc", "/etc/passwd", "relative", "../../etc", "\u0000", "x".repeat(5000)])(
    "only below the folders that the index has, not %j",
    async (path) => {
      const { status } = await post(server, "/index", { paths: [path] });
      expect([400, 403]).toContain(status);
      const climbing = await post(server, "/index", { paths: [`${server.docs}/../../${path}`] });
      expect([400, 403]).toContain(climbing.status);
    },
  );

  test("a job that is not there", async () => {
    for (const path of ["/index/none", "/index/none/events"]) {
      expect((await fetch(server.url + path)).status).toBe(404);
    }
  });
});

test("a page to try it at, with nothing from elsewhere", async () => {
  const page = await fetch(`${server.url}/docs`);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  const text = await page.text();
  for (const [, address] of text.matchAll(/(?:src|href)="([^"]*)"/g)) {
    expect(address).toMatch(/^\/(?!\/)/);
    expect((await fetch(server.url + address)).status).toBe(200);
  }
  const described = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  expect(Object.keys(described.paths)).toEqual(
    expect.arrayContaining([
      "/ask",
      "/related/{id}",
      "/index",
      "/index/{id}/events",
      "/tokenize",
      "/decode",
      "/predict",
    ]),
  );
});
