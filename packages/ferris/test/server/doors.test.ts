/** What the doors say byte by byte: shapes, statuses, headers, refusals; and who is not let in. */
import { connect } from "node:net";
import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { difference, model, useServer } from "./support/server.ts";

const server = useServer({ maxBodyBytes: 100_000 });
const keyed = useServer({ apiKeys: ["k1", "k2"], allowedOrigins: ["https://pages.example"] });

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(text) as never as Record<string, never>,
  };
}

/** With a Host of its own, which fetch does not let one set. */
async function statusWithHost(url: string, headers: Record<string, string>): Promise<number> {
  const sent = request(`${url}/documents`, { headers });
  sent.end();
  const [response] = (await once(sent, "response")) as [{ statusCode: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

describe("text-embeddings-inference", () => {
  test("embeds, with its headers", async () => {
    const { status, body, headers } = await post("/embed", { inputs: ["a key", "bread"] });
    expect(status).toBe(200);
    const expected = await server.library.embed(["a key", "bread"]);
    for (const [i, vector] of (body as unknown as number[][]).entries()) {
      expect(difference(vector, expected.at(i))).toBeLessThan(1e-6);
    }
    expect(headers.get("x-compute-type")).toBe("metal-candle");
    expect(Number(headers.get("x-compute-tokens"))).toBe(expected.tokenCounts[0]! + expected.tokenCounts[1]!);
  });

  test("reranks, in its own shape and in Cohere's", async () => {
    const texts = ["a key", "bread"];
    const tei = (await post("/rerank", { query: "key", texts, return_text: true })).body as unknown as object[];
    expect(tei).toHaveLength(2);
    expect(tei[0]).toMatchObject({ index: expect.any(Number), score: expect.any(Number), text: expect.any(String) });
    const cohere = (await post("/rerank", { query: "key", documents: texts, top_n: 1 })).body;
    expect(cohere).toMatchObject({ results: [{ index: expect.any(Number), relevance_score: expect.any(Number) }] });
  });

  test("similarity, info, health, metrics", async () => {
    const { body } = await post("/similarity", { inputs: { source_sentence: "a key", sentences: ["a key", "bread"] } });
    const [same, other] = body as unknown as number[];
    expect(same).toBeCloseTo(1, 5);
    expect(other).toBeLessThan(same!);
    const info = (await (await fetch(`${server.url}/info`)).json()) as object;
    expect(info).toMatchObject({ model_id: model, max_input_length: 256, auto_truncate: true });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^te_request_count\{method="POST \/embed"\} [1-9]/m);
    expect(metrics).toMatch(/^te_embed_count [1-9]/m);
    expect(metrics).toMatch(/^te_queue_size \d/m);
  });

  test("a text that was cut is said in a header", async () => {
    const { headers } = await post("/embed", { inputs: "word ".repeat(3000) });
    expect(headers.get("x-ferris-truncated")).toBe("1");
  });
});

test("a query does not wait for the job before it: they share batches", async () => {
  const inputs = Array.from({ length: 300 }, (_, i) => `a text of a job, the ${i}th of them`);
  const ended: string[] = [];
  const job = post("/embed", { inputs }).then(({ status }) => ended.push(`job ${status}`));
  // It is under way, and long from done.
  for (let waiting = 0; waiting === 0;) {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    waiting = Number(/^ferris_waiting_texts (\d+)/m.exec(metrics)![1]);
  }
  const query = post("/embed", { inputs: "a question" }).then(({ status }) => ended.push(`query ${status}`));
  await Promise.all([job, query]);
  expect(ended).toEqual(["query 200", "job 200"]);
});

describe("ours", () => {
  test("searches, lists, reads on", async () => {
    const { body } = await post("/search", { query: "how do I rotate a key", limit: 1 });
    const [result] = body.results as unknown as { path: string; chunkId: number; startLine: number }[];
    expect(result).toMatchObject({ path: `${server.docs}/keys.md`, startLine: 1 });
    const passage = (await (await fetch(`${server.url}/passages/${result!.chunkId}?from=3&count=1`)).json()) as object;
    expect(passage).toMatchObject({ lines: [{ number: 3, text: "To rotate a key, create the second one first." }] });
    const documents = (await (await fetch(`${server.url}/documents?type=text`)).json()) as object;
    expect(documents).toMatchObject({ documents: [{ path: `${server.docs}/bread.txt` }], total: 1 });
    expect(await (await fetch(`${server.url}/status`)).json()).toMatchObject({ documents: 2 });
    expect((await fetch(`${server.url}/passages/999999`)).status).toBe(404);
  });

  test("describes itself", async () => {
    const described = (await (await fetch(`${server.url}/openapi.json`)).json()) as { openapi: string; paths: object };
    expect(described.openapi).toBe("3.1.0");
    expect(Object.keys(described.paths)).toEqual(
      expect.arrayContaining(["/v1/embeddings", "/v2/embed", "/embed", "/rerank", "/api/embed", "/search"]),
    );
  });
});

describe("refusals", () => {
  test.each<[path: string, body: unknown, status: number, shape: object]>([
    ["/v1/embeddings", "{", 400, { error: { type: "invalid_request_error" } }],
    ["/v1/embeddings", { model, input: 7 }, 400, { error: { param: "input" } }],
    ["/v1/embeddings", { model, input: "" }, 400, { error: { param: "input" } }],
    ["/v1/embeddings", { model, input: "x", dimensions: 5000 }, 400, { error: { param: "dimensions" } }],
    ["/v1/embeddings", { model, input: "x", dimensions: 0 }, 400, { error: { param: "dimensions" } }],
    ["/v1/embeddings", { model: "gpt-9", input: "x" }, 404, { error: { code: "model_not_found", param: "model" } }],
    ["/v1/embeddings", { model, input: "x", prompt_name: "poem" }, 400, { error: { type: "invalid_request_error" } }],
    [
      "/v1/embeddings",
      { model, input: "x".repeat(200_000) },
      413,
      { error: { message: expect.stringMatching("100000") } },
    ],
    ["/v1/nothing", {}, 404, { error: { message: expect.stringMatching("/v1/nothing") } }],
    ["/embed", { inputs: [] }, 400, { error_type: "Empty" }],
    ["/embed", { inputs: 7 }, 422, { error_type: "Validation" }],
    ["/rerank", { query: "x" }, 422, { error_type: "Validation" }],
    ["/v2/embed", { model, texts: ["x"] }, 400, { message: expect.stringMatching("input_type") }],
    ["/api/embed", { model, input: { a: 1 } }, 400, { error: "invalid input type" }],
    ["/api/embed", { model: "x", input: "y" }, 404, { error: expect.stringMatching("model 'x' not found") }],
    ["/search", { query: "" }, 400, { error: { code: "invalid" } }],
    ["/search", { query: "x", types: ["markdwon"] }, 400, { error: { message: expect.stringMatching("markdwon") } }],
    ["/search", { query: "x", nonsense: 1 }, 400, { error: { message: expect.stringMatching("nonsense") } }],
  ])("%s %j is %i", async (path, body, status, shape) => {
    const answer = await post(path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.body).toMatchObject(shape);
    expect(answer.headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
    expect(answer.headers.get("x-should-retry")).toBe("false");
  });

  test("keys", async () => {
    const get = (headers: Record<string, string>) => fetch(`${keyed.url}/documents`, { headers });
    expect((await get({})).status).toBe(401);
    expect((await get({ authorization: "Bearer k3" })).status).toBe(401);
    const right: Record<string, string>[] = [
      { authorization: "Bearer k1" },
      { authorization: "bearer k2" },
      { "x-api-key": "k2" },
    ];
    for (const headers of right) expect((await get(headers)).status).toBe(200);
    expect((await fetch(`${keyed.url}/health`)).status).toBe(200);
  });

  test("pages of elsewhere, and names that are not this server's, are not let in", async () => {
    const { host } = new URL(server.url);
    expect(await statusWithHost(server.url, {})).toBe(200);
    expect(await statusWithHost(server.url, { host: `localhost:${host.split(":")[1]}` })).toBe(200);
    expect(await statusWithHost(server.url, { host: "evil.example" })).toBe(403);
    expect(await statusWithHost(server.url, { origin: "https://evil.example" })).toBe(403);
    expect(await statusWithHost(server.url, { origin: "null" })).toBe(403);
    expect(await statusWithHost(server.url, { origin: server.url })).toBe(200);
    const allowed = await fetch(`${keyed.url}/documents`, {
      headers: { origin: "https://pages.example", authorization: "Bearer k1" },
    });
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://pages.example");
  });

  test("a client that leaves in the middle, or sends nonsense, leaves the server up", async () => {
    const { hostname, port } = new URL(server.url);
    for (const bytes of [
      'POST /embed HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"inputs":',
      "\u0000\u0001 nonsense\r\n\r\n",
      "GET /../../etc/passwd HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
    ]) {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      socket.write(bytes);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
    }
    expect((await post("/embed", { inputs: "still here" })).status).toBe(200);
  });
});

describe("the rest of text-embeddings-inference", () => {
  test("tokens of texts, and texts of tokens", async () => {
    const { body } = await post("/tokenize", { inputs: ["Rotate the keys"] });
    const [tokens] = body as unknown as {
      id: number;
      text: string;
      special: boolean;
      start: number | null;
      stop: number;
    }[][];
    expect(tokens!.map(({ text }) => text)).toEqual(["[CLS]", "Rotate", "the", "keys", "[SEP]"]);
    expect(tokens!.slice(1, 4).map(({ start, stop }) => [start, stop])).toEqual([
      [0, 6],
      [7, 10],
      [11, 15],
    ]);
    expect(tokens!.map(({ special }) => special)).toEqual([true, false, false, false, true]);
    expect(tokens![0]).toEqual({ id: 101, text: "[CLS]", special: true, start: null, stop: null });
    const bare = (await post("/tokenize", { inputs: "Rotate", add_special_tokens: false }))
      .body as unknown as object[][];
    expect(bare[0]).toMatchObject([{ text: "Rotate", start: 0, stop: 6 }]);
    // Bytes, as that server counts them; a token of the text's own is never special.
    const accents = (await post("/tokenize", { inputs: "é [MASK]", add_special_tokens: false }))
      .body as unknown as object[][];
    expect(accents[0]).toMatchObject([
      { text: "é", special: false, start: 0, stop: 2 },
      { text: "[MASK]", special: false, start: 3, stop: 9 },
    ]);
    const ids = tokens!.map(({ id }) => id);
    expect((await post("/decode", { ids })).body).toEqual(["rotate the keys"]);
    expect((await post("/decode", { ids: [ids, ids], skip_special_tokens: false })).body).toHaveLength(2);
    expect((await post("/decode", { ids: [10_000_000] })).status).toBe(422);
  });

  test("what no model here can do is its 424", async () => {
    const { status, body } = await post("/embed_sparse", { inputs: "x" });
    expect([status, body]).toMatchObject([424, { error_type: "Backend" }]);
  });
});

test("a connection is kept longer than the loop may be held up", async () => {
  const { headers } = await fetch(`${server.url}/health`);
  expect(headers.get("keep-alive")).toBe("timeout=75");
});
