/** `ferris mcp` as a process over real files, with the official clients of both eras of the protocol: 2025 and 2026-07-28. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientOf2025 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportOf2025 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ferris, succeeds, temporaryFolder } from "../support/ferris-here.ts";
import { ferris as ferrisProcess, ferrisCommand } from "../support/ferris-process.ts";

const folder = temporaryFolder("mcp");
const keys = join(folder, "docs", "keys.md");
const bread = join(folder, "docs", "bread.txt");
const page = join(folder, "docs", "page.html");

beforeAll(async () => {
  mkdirSync(join(folder, "docs"));
  writeFileSync(
    keys,
    "# Keys\n\nIntroduction.\n\n## Rotation\n\nCreate the second key first.\nThen revoke the old one.\n",
  );
  writeFileSync(bread, "Knead the dough for ten minutes and let it rise.\n");
  writeFileSync(
    page,
    "<html>\n<title>Harbour</title>\n<body>\n\n<h1>Harbour\nfees</h1>\n\n<p>A berth costs\nnine crowns.</p>\n",
  );
  writeFileSync(join(folder, "secret.md"), "This file was never indexed.\n");
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
});

/** What both clients can do, as far as these tests need it. */
interface AnyClient {
  callTool(call: { name: string; arguments: Record<string, unknown> }, ...rest: never[]): Promise<unknown>;
  close(): Promise<void>;
}

interface ToolResult {
  readonly content: readonly { readonly type: string; readonly text?: string; readonly uri?: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

interface Place {
  readonly id: number;
  readonly path: string;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

const server = (...args: string[]) => {
  const { file, args: all, env } = ferrisCommand(["mcp", "--device", "cpu", "-q", ...args]);
  return { command: file, args: all, env, cwd: temporaryFolder("elsewhere") };
};

async function modernClient(...args: string[]): Promise<Client> {
  const client = new Client({ name: "test", version: "0" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(new StdioClientTransport(server(...args)));
  return client;
}

async function call(client: AnyClient, name: string, args: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: args })) as ToolResult;
  const text = result.content.map((part) => (part.type === "text" ? part.text! : "")).join("");
  return {
    text,
    isError: result.isError === true,
    structured: result.structuredContent ?? {},
    content: result.content,
  };
}

const eras = ["2025", "2026"] as const;

describe.each(eras)("a client of %s", (era) => {
  let client: AnyClient & Pick<Client, "getInstructions" | "listTools" | "readResource">;
  beforeAll(async () => {
    const db = join(folder, ".ferris");
    if (era === "2026") client = (await modernClient("--db", db)) as typeof client;
    else {
      const old = new ClientOf2025({ name: "test", version: "0" });
      await old.connect(new TransportOf2025(server("--db", db)));
      client = old as unknown as typeof client;
    }
  });
  afterAll(() => client.close());

  test("is offered tools that only read, with schemas, and is told what the index holds", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["search", "related", "read", "multi_get", "list", "status"]);
    for (const { annotations, outputSchema } of tools) {
      expect(annotations?.readOnlyHint).toBe(true);
      expect(outputSchema).toBeDefined();
    }
    const instructions = client.getInstructions()!;
    expect(instructions).toContain("must not be followed");
    expect(instructions).toContain("holds 3 documents");
    expect(instructions).toContain(JSON.stringify(join(folder, "docs")));
    expect(instructions.length).toBeLessThan(1500);
  });

  test("search gives passages with the numbers of the file's own lines, as text and structured", async () => {
    const { text, structured, content } = await call(client, "search", { query: "how to rotate a key", limit: 1 });
    expect(text).toMatch(new RegExp(`^#\\d+ ${keys}:\\d+-\\d+ {2}Keys`));
    const fileLines = readFileSync(keys, "utf8").split("\n");
    const [result] = structured.results as Place[];
    expect(result!.lines.length).toBeGreaterThan(0);
    for (const { number, text: line } of result!.lines) {
      expect(line).toBe(fileLines[number - 1]);
      expect(text).toContain(`${number}\t${line}`);
    }
    const link = content.find(({ type }) => type === "resource_link")!;
    const { contents } = await client.readResource({ uri: link.uri! });
    expect((contents[0] as { text: string }).text).toContain("Create the second key first.");
  });

  test("lines of a page are those of its file", async () => {
    const { structured } = await call(client, "search", { query: "what does a berth cost", paths: ["*.html"] });
    const lines = (structured.results as Place[])[0]!.lines;
    expect(lines.find(({ text }) => text.includes("A berth costs"))!.number).toBe(8);
  });

  test("detail and maxBytes make answers short, and say how to get more", async () => {
    const titles = await call(client, "search", { query: "rotate a key", limit: 1, detail: "titles" });
    expect(titles.text.split("\n")).toEqual([expect.stringContaining(keys), "", "There are more results: offset 1."]);
    const long = join(folder, "docs");
    const { structured } = await call(client, "search", {
      query: "rotate a key",
      limit: 8,
      maxBytes: 512,
      paths: [`${long}/**`],
    });
    const bytes = (structured.results as Place[])
      .flatMap(({ lines }) => lines)
      .reduce((sum, { text }) => sum + text.length, 0);
    expect(bytes).toBeLessThanOrEqual(512);
  });

  test("read goes on from a result, by path, or by the end of a path", async () => {
    const { structured } = await call(client, "search", { query: "rotate a key", limit: 1 });
    const { id } = (structured.results as Place[])[0]!;
    expect((await call(client, "read", { id, from: 7, count: 1 })).text).toContain("7\tCreate the second key first.");
    expect((await call(client, "read", { path: keys, from: 8 })).text).toContain("8\tThen revoke the old one.");
    expect((await call(client, "read", { path: "docs/keys.md", from: 8 })).text).toContain("8\tThen revoke");
    const short = await call(client, "read", { path: "keys.md", from: 7, count: 1 });
    expect(short.structured).toMatchObject({ path: keys, nextFrom: 8, lastLine: 8, linesOf: "file" });
  });

  test("related gives what is near a document, never the document itself", async () => {
    const { text, structured, isError } = await call(client, "related", { path: "keys.md", line: 8, limit: 2 });
    expect(isError, text).toBe(false);
    const { source, results } = structured as { source: Place; results: Place[] };
    expect(source).toMatchObject({ path: keys, startLine: 5, endLine: 8 });
    expect(results.map(({ path }) => path).toSorted()).toEqual([bread, page]);
    expect(text).toContain(`#${results[0]!.id} ${results[0]!.path}:`);
    expect((await call(client, "related", { id: results[0]!.id })).structured).toMatchObject({
      source: { path: results[0]!.path },
    });
    expect((await call(client, "related", { id: 1, path: "keys.md" })).isError).toBe(true);
  });

  test("several documents come in one call", async () => {
    const { text, structured } = await call(client, "multi_get", { paths: ["docs/*.md", "bread.txt", "nowhere.md"] });
    expect((structured.documents as Place[]).map(({ path }) => path)).toEqual([keys, bread]);
    expect(structured.missing).toEqual(["nowhere.md is not in the index"]);
    expect(text).toContain("7\tCreate the second key first.");
    expect(text).toContain("Knead the dough");
  });

  test("nothing outside the index can be read", async () => {
    for (const path of [join(folder, "secret.md"), "/etc/passwd", join(folder, "docs", "..", "secret.md")]) {
      expect(await call(client, "read", { path })).toMatchObject({
        text: `${path} is not in the index`,
        isError: true,
      });
    }
    for (const uri of ["ferris://mcp/etc/passwd", "ferris://other/x", "file:///etc/passwd"]) {
      await expect(client.readResource({ uri }), uri).rejects.toThrow(/not found|Invalid/i);
    }
  });

  test("list pages through the documents", async () => {
    const first = await call(client, "list", { limit: 1 });
    expect(first.text).toContain("bread.txt  (text, 1 chunk,");
    expect(first.structured).toMatchObject({ total: 3, next: bread });
    expect((await call(client, "list", { after: bread })).text).toContain("keys.md");
    expect((await call(client, "list", { types: ["markdown"] })).text).not.toContain("bread.txt");
  });

  test("a filter that no document passes is named as the reason", async () => {
    for (const filter of [{ paths: ["elsewhere/**"] }, { types: ["pdf"] }, { since: "2999-01-01" }]) {
      const { text, isError } = await call(client, "search", { query: "how to rotate a key", ...filter });
      expect({ text, isError }).toEqual({
        text: "Nothing found: no document in the index passes the filter.",
        isError: false,
      });
    }
    expect((await call(client, "search", { query: "zzzz", mode: "text", paths: ["docs/**"] })).text).toBe(
      "Nothing found.",
    );
  });

  test("documents are excluded by glob", async () => {
    const { structured } = await call(client, "search", {
      query: "how to rotate a key",
      exclude: ["*.md"],
      minScore: -1,
    });
    expect((structured.results as Place[]).map(({ path }) => path)).not.toContain(keys);
  });

  test("what is left out comes with the next offset", async () => {
    const query = { query: "the", mode: "text", limit: 1, detail: "titles" };
    const seen = new Set<string>();
    let offset: number | null = 0;
    while (offset !== null) {
      const { structured } = await call(client, "search", { ...query, offset });
      for (const { path } of structured.results as Place[]) seen.add(path);
      offset = structured.nextOffset as number | null;
    }
    const all = await call(client, "search", { ...query, limit: 10 });
    expect([...seen].sort()).toEqual((all.structured.results as Place[]).map(({ path }) => path).sort());
  });

  test("status says what there is", async () => {
    const { structured } = await call(client, "status");
    expect(structured.indexes).toMatchObject([
      { documents: 3, roots: [join(folder, "docs")], model: "all-minilm-l6-v2-q8" },
    ]);
  });

  test.each([
    ["search", { query: "x", typ: ["markdown"] }, "typ"],
    ["search", { query: "x", types: ["markdwon"] }, "markdwon"],
    ["search", { query: "x", since: "soon" }, "soon"],
    ["search", { query: "x", index: "other" }, "index"],
    ["search", { query: "x", paths: ["(".repeat(50_000)] }, "has 50000 characters"],
    ["search", { query: "x".repeat(200_000) }, "query"],
    ["list", { paths: ["(".repeat(50_000)] }, "has 50000 characters"],
    ["search", { query: "" }, "query"],
    ["search", { query: "x", limit: 1000 }, "limit"],
    ["read", {}, "give either id or path"],
    ["read", { id: 999_999 }, "there is no #999999"],
    ["multi_get", { paths: [] }, "paths"],
  ])("%s %j is an error", async (name, args, message) => {
    // The protocol's or the tool's: which of them is the era's own business.
    const said = await call(client, name, args).catch((error: Error) => ({ isError: true, text: error.message }));
    expect(said.isError).toBe(true);
    expect(said.text).toContain(message);
  });
});

test("a call that is cancelled is not answered, and the server goes on", async () => {
  const client = await modernClient("--db", join(folder, ".ferris"));
  try {
    const controller = new AbortController();
    const cancelled = client.callTool(
      { name: "search", arguments: { query: "rotate a key" } },
      { signal: controller.signal },
    );
    controller.abort();
    await expect(cancelled).rejects.toThrow(/abort/i);
    expect((await call(client as AnyClient, "search", { query: "rotate a key", limit: 1 })).text).toContain("keys.md");
  } finally {
    await client.close();
  }
});

describe("a client that closes the input at once", () => {
  const db = join(folder, ".ferris");
  const ask = async (messages: readonly object[]) => {
    const input = messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");
    const { code, stdout, stderr } = await ferrisProcess(["mcp", "--device", "cpu", "-q", "--db", db], { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const answers = stdout.split("\n").filter((line) => line !== "");
    return answers.map((line) => JSON.parse(line) as { id?: number; result?: { content?: unknown } });
  };
  const search = (id: number, meta = {}) => ({
    id,
    method: "tools/call",
    params: { name: "search", arguments: { query: "how to rotate a key" }, ...meta },
  });
  const hello = {
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "0" } },
  };
  const envelope = {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "test", version: "0" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  };

  test("gets an answer to each of its requests", async () => {
    const answers = await ask([hello, { method: "notifications/initialized" }, search(2), search(3)]);
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([1, 2, 3]));
    expect(JSON.stringify(answers.find(({ id }) => id === 3)!.result!.content)).toContain("keys.md");
  });

  test("of 2026 does, too; a subscription does not hold the server up", async () => {
    const listen = { id: 2, method: "subscriptions/listen", params: { notifications: {}, ...envelope } };
    const answers = await ask([listen, search(3, envelope)]);
    expect(JSON.stringify(answers.find(({ id }) => id === 3)!.result!.content)).toContain("keys.md");
  });

  test("and a request that it cancelled does not hold the server up", async () => {
    const cancel = { method: "notifications/cancelled", params: { requestId: 2 } };
    const answers = await ask([hello, { method: "notifications/initialized" }, search(2), cancel]);
    expect(answers.map(({ id }) => id)).toContain(1);
  });
});

test("a server without an index says so when it is asked, and answers once there is one", async () => {
  const later = temporaryFolder("later");
  writeFileSync(join(later, "tea.md"), "# Tea\n\nSteep for four minutes.\n");
  const client = await modernClient("--db", join(later, ".ferris"));
  try {
    expect(client.getInstructions()).toContain("cannot be searched yet");
    const before = await call(client as AnyClient, "search", { query: "how long to steep" });
    expect(before.isError).toBe(true);
    expect(before.text).toContain("ferris index");
    await succeeds(["index", later, "--device", "cpu"], { cwd: later });
    const after = await call(client as AnyClient, "search", { query: "how long to steep" });
    expect(after.text).toContain("Steep for four minutes.");
  } finally {
    await client.close();
  }
});

test("several indexes are served together, each by its name", async () => {
  const other = temporaryFolder("harbour");
  writeFileSync(join(other, "fees.md"), "# Fees\n\nA second key to the harbour gate costs nine crowns.\n");
  await succeeds(["index", other, "--device", "cpu"], { cwd: other });
  const client = await modernClient(folder, other);
  try {
    const { structured: status } = await call(client as AnyClient, "status");
    const names = (status.indexes as { name: string }[]).map(({ name }) => name);
    expect(names).toHaveLength(2);
    const both = await call(client as AnyClient, "search", { query: "second key" });
    expect((both.structured.results as { index: string }[]).map(({ index }) => index).sort()).toEqual(
      expect.arrayContaining(names),
    );
    const one = await call(client as AnyClient, "search", { query: "second key", index: names[1] });
    expect((one.structured.results as Place[]).map(({ path }) => path)).toEqual([join(other, "fees.md")]);
    const { id } = (one.structured.results as Place[])[0]!;
    expect((await call(client as AnyClient, "read", { id })).text).toContain("say which index");
    expect((await call(client as AnyClient, "read", { id, index: names[1] })).text).toContain("nine crowns");
  } finally {
    await client.close();
  }
});

test("a folder without an index is said on standard error too", async () => {
  const { code, stderr } = await ferris(["mcp", "--db", join(folder, "nowhere")]);
  expect(code).toBe(0);
  expect(stderr).toContain("nowhere");
});
