/** What strangers send: the right status in each door's own shape, nothing of the machine told, and the server still up. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { model, reranker, useServer } from "./support/server.ts";

const server = useServer({ maxBodyBytes: 200_000, apiKeys: ["right-key"] });
/** One that gives up at once, and one that takes bodies of the usual size. */
const hasty = useServer({ timeouts: { headersMs: 400, requestMs: 900, answerMs: 30 } });
const usual = useServer({ limits: { requests: 1, texts: 100_000 } });

interface DoorCase {
  readonly path: string;
  readonly body: Record<string, unknown>;
  /** The argument with the texts. */
  readonly list: string;
  readonly takesModel: boolean;
  /** How this door says a message. */
  readonly shape: (message: unknown) => object;
  /** Its status for an argument that is wrong. */
  readonly wrong: number;
}

const tei = (error: unknown) => ({ error, error_type: expect.stringMatching(/^[A-Z]/) as string });
const ours = (message: unknown) => ({ error: { code: expect.any(String) as string, message } });
const documents = ["a key", "bread"];

const doors: readonly DoorCase[] = [
  {
    path: "/v1/embeddings",
    body: { model, input: documents },
    list: "input",
    takesModel: true,
    shape: (message) => ({ error: { message, type: expect.any(String) as string } }),
    wrong: 400,
  },
  { path: "/embed", body: { inputs: documents }, list: "inputs", takesModel: false, shape: tei, wrong: 422 },
  { path: "/embed_all", body: { inputs: documents }, list: "inputs", takesModel: false, shape: tei, wrong: 422 },
  { path: "/predict", body: { inputs: [documents] }, list: "inputs", takesModel: false, shape: tei, wrong: 422 },
  { path: "/decode", body: { ids: [[101, 102]] }, list: "ids", takesModel: false, shape: tei, wrong: 422 },
  { path: "/tokenize", body: { inputs: documents }, list: "inputs", takesModel: false, shape: tei, wrong: 422 },
  {
    path: "/rerank",
    body: { query: "key", texts: documents },
    list: "texts",
    takesModel: false,
    shape: tei,
    wrong: 422,
  },
  {
    path: "/similarity",
    body: { inputs: { source_sentence: "a key", sentences: documents } },
    list: "inputs",
    takesModel: false,
    shape: tei,
    wrong: 422,
  },
  {
    path: "/v1/rerank",
    body: { model: reranker, query: "key", documents },
    list: "documents",
    takesModel: true,
    shape: (message) => ({ message }),
    wrong: 400,
  },
  {
    path: "/v2/rerank",
    body: { model: reranker, query: "key", documents },
    list: "documents",
    takesModel: true,
    shape: (message) => ({ message }),
    wrong: 400,
  },
  {
    path: "/v2/embed",
    body: { model, texts: documents, input_type: "search_document" },
    list: "texts",
    takesModel: true,
    shape: (message) => ({ message }),
    wrong: 400,
  },
  {
    path: "/api/embed",
    body: { model, input: documents },
    list: "input",
    takesModel: true,
    shape: (error) => ({ error }),
    wrong: 400,
  },
  {
    path: "/api/embeddings",
    body: { model, prompt: "a key" },
    list: "prompt",
    takesModel: true,
    shape: (error) => ({ error }),
    wrong: 400,
  },
  { path: "/ask", body: { question: "key" }, list: "types", takesModel: false, shape: ours, wrong: 400 },
  { path: "/facets", body: { query: "key" }, list: "types", takesModel: false, shape: ours, wrong: 400 },
  { path: "/search", body: { query: "key" }, list: "types", takesModel: false, shape: ours, wrong: 400 },
  { path: "/index", body: {}, list: "paths", takesModel: false, shape: ours, wrong: 400 },
];

async function send(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  to = server.url,
) {
  const response = await fetch(to + path, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer right-key", ...headers },
    body,
  });
  const text = await response.text();
  // Nothing of how or where the server runs.
  expect(text).not.toMatch(/node_modules|\.ts:\d|\.js:\d|\n\s+at /);
  return { status: response.status, body: JSON.parse(text) as unknown, headers: response.headers };
}

describe.each(doors)("$path", ({ path, body, list, takesModel, shape, wrong }) => {
  const anyMessage = expect.any(String) as string;

  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["a list", "[1]"],
    ["a number", "7"],
    ["null", "null"],
    ["nested without end", "[".repeat(50_000)],
  ])("%s in place of an object", async (_, sent) => {
    const answer = await send(path, sent);
    expect([400, 422]).toContain(answer.status);
    expect(answer.body).toMatchObject(shape(anyMessage));
  });

  test.each<[string, unknown]>([
    ["an object", { a: 1 }],
    ["mixed", ["a", 1, null]],
    ["numbers", [1.5]],
    ["a boolean", true],
  ])("%s in place of texts", async (_, value) => {
    const answer = await send(path, JSON.stringify({ ...body, [list]: value }));
    expect(answer.status).toBe(wrong);
    expect(answer.body).toMatchObject(shape(anyMessage));
  });

  test("more than the limit", async () => {
    const answer = await send(path, JSON.stringify({ ...body, [list]: Array<string>(60_000).fill("x") }));
    expect([wrong, 413]).toContain(answer.status);
    expect(answer.body).toMatchObject(shape(anyMessage));
  });

  test("a body that is too large, announced and not", async () => {
    const large = Buffer.alloc(300_000, "x");
    const announced = await send(path, large);
    expect(announced.status).toBe(413);
    expect(announced.body).toMatchObject(shape(expect.stringContaining("200000")));
    const { status, rest } = await sendInChunks(path, large);
    expect(status).toBe(413);
    expect(JSON.parse(rest)).toMatchObject(shape(expect.stringContaining("200000")));
  });

  test("a body that is not called JSON", async () => {
    const answer = await send(path, JSON.stringify(body), { "content-type": "application/x-www-form-urlencoded" });
    // Ollama's documentation sends it so.
    if (path.startsWith("/api/")) return expect(answer.status).toBe(200);
    expect(answer.status).toBe(415);
    expect(answer.body).toMatchObject(shape(expect.stringContaining("application/json")));
  });

  test("a wrong key", async () => {
    const answer = await send(path, JSON.stringify(body), { authorization: "Bearer wrong" });
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject(shape(expect.stringContaining("key")));
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  if (!takesModel) return;
  test("an unknown model", async () => {
    const answer = await send(path, JSON.stringify({ ...body, model: "../../etc/passwd" }));
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject(shape(expect.stringContaining("not found")));
  });
});

test("fifty megabytes are refused before they are read", async () => {
  const answer = await send("/v1/embeddings", Buffer.alloc(50_000_000, "x"), {}, usual.url).catch(
    (error: Error) => error,
  );
  // A client that goes on sending may find the connection closed before it has read why.
  if (answer instanceof Error) expect(String(answer.cause)).toMatch(/EPIPE|ECONNRESET|socket|closed/i);
  else expect(answer.status).toBe(413);
  await expectUp(usual.url);
});

test.each([
  "/passages/../../etc/passwd",
  "/passages/%2e%2e%2fetc%2fpasswd",
  "/passages/0",
  "/passages/1e9",
  "/related/-1",
  "/index/%00",
  "/docs/../package.json",
  "/v1/models/..%2f..%2fetc",
  `/${"x".repeat(10_000)}`,
])("%s is no way to anything", async (path) => {
  const { status, text } = await rawGet(path);
  expect([400, 404, 431]).toContain(status);
  expect(text).not.toMatch(/root:|"workspaces"|node_modules/);
});

describe("a client that is slow", () => {
  test("with its headers is sent away", async () => {
    const socket = await open(hasty.url);
    socket.write("POST /embed HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    const drip = setInterval(() => socket.write("x: y\r\n"), 100);
    const text = await untilClosed(socket);
    clearInterval(drip);
    expect(text).toMatch(/^HTTP\/1\.1 408 |^$/);
  });

  test("with its body is sent away", async () => {
    const socket = await open(hasty.url);
    const head = "POST /embed HTTP/1.1\r\nhost: 127.0.0.1\r\n";
    socket.write(`${head}content-type: application/json\r\ncontent-length: 1000\r\n\r\n`);
    const drip = setInterval(() => socket.write(" "), 100);
    const text = await untilClosed(socket);
    clearInterval(drip);
    expect(text).toMatch(/^HTTP\/1\.1 408 |^$/);
  });

  test("an answer that takes too long is said to", async () => {
    const texts = Array.from({ length: 400 }, (_, i) => `${"a long text ".repeat(100)} ${i}`);
    const answer = await send("/embed", JSON.stringify({ inputs: texts }), {}, hasty.url);
    expect([answer.status, answer.body]).toMatchObject([504, tei(expect.stringContaining("0.03 seconds"))]);
  });
});

test("one that has closed its side for writing is answered all the same", async () => {
  const socket = await open();
  const body = JSON.stringify({ inputs: "a key" });
  const head = "POST /embed HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer right-key\r\nconnection: close\r\n";
  socket.end(`${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200 /);
});

test("more than it takes at a time is told to come again; what a client that leaves has asked for is not worked off", async () => {
  const controller = new AbortController();
  const inputs = Array.from({ length: 2000 }, (_, i) => `${"a long text ".repeat(60)} ${i}`);
  const given = fetch(`${usual.url}/embed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs }),
    signal: controller.signal,
  });
  await waitFor(async () => (await metric("te_queue_size")) === 1);
  const refused = await Promise.all([1, 2, 3].map(() => send("/embed", '{"inputs":"x"}', {}, usual.url)));
  for (const { status, body, headers } of refused) {
    expect([status, body]).toMatchObject([429, { error_type: "Overloaded" }]);
    expect([headers.get("retry-after"), headers.get("x-should-retry")]).toEqual(["1", "true"]);
  }
  controller.abort();
  await expect(given).rejects.toThrow(/abort/i);
  await waitFor(async () => (await metric("te_queue_size")) === 0);
  // A query waits for the batch under way at most, and not for two thousand long texts.
  await expectUp(usual.url);
  expect(await metric("te_batch_next_size_sum")).toBeLessThan(inputs.length / 2);
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${usual.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
}

async function waitFor(holds: () => Promise<boolean>, milliseconds = 120_000): Promise<void> {
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("what was waited for did not come");
}

async function expectUp(url: string): Promise<void> {
  const { status } = await send("/embed", JSON.stringify({ inputs: "still here" }), {}, url);
  expect(status).toBe(200);
}

async function open(url = server.url): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

async function untilClosed(socket: Socket): Promise<string> {
  const blocks: Buffer[] = [];
  socket.on("data", (block: Buffer) => blocks.push(block));
  await once(socket, "close");
  return Buffer.concat(blocks).toString();
}

async function sendInChunks(path: string, body: Buffer): Promise<{ status: number; rest: string }> {
  const socket = await open();
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer right-key\r\nconnection: close\r\n`;
  socket.write(`${head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`);
  for (let at = 0; at < body.length; at += 50_000)
    socket.write(`c350\r\n${body.toString("latin1", at, at + 50_000)}\r\n`);
  const text = await untilClosed(socket);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), rest: text.slice(text.indexOf("\r\n\r\n") + 4) };
}

async function rawGet(path: string): Promise<{ status: number; text: string }> {
  const socket = await open();
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer right-key\r\nconnection: close\r\n\r\n`,
  );
  const text = await untilClosed(socket);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
}
