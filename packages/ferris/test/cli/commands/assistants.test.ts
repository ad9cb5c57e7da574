/** `ferris mcp` with the official client, and `ferris ask` with a server that speaks the chat API: both as processes over real files. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ferris, succeeds, ferrisCommand, temporaryFolder } from "../support/ferris-process.ts";

const folder = temporaryFolder("assistants");
const keys = join(folder, "docs", "keys.md");

beforeAll(async () => {
  mkdirSync(join(folder, "docs"));
  writeFileSync(
    keys,
    "# Keys\n\nIntroduction.\n\n## Rotation\n\nCreate the second key first.\nThen revoke the old one.\n",
  );
  writeFileSync(join(folder, "docs", "bread.txt"), "Knead the dough for ten minutes and let it rise.\n");
  writeFileSync(join(folder, "secret.md"), "This file was never indexed.\n");
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
});

describe("mcp", () => {
  const client = new Client({ name: "test", version: "0" });
  beforeAll(async () => {
    const { file, args, env } = ferrisCommand(["mcp", "--device", "cpu", "-q", "--db", join(folder, ".ferris")]);
    await client.connect(new StdioClientTransport({ command: file, args, env, cwd: temporaryFolder("elsewhere") }));
  });
  afterAll(() => client.close());

  async function call(name: string, args: Record<string, unknown>): Promise<{ text: string; isError: boolean }> {
    const { content, isError } = (await client.callTool({ name, arguments: args })) as CallToolResult;
    return { text: content.map((part) => (part.type === "text" ? part.text : "")).join(""), isError: isError === true };
  }

  test("offers four tools that only read, and says that documents are data", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["search", "read", "list", "status"]);
    for (const { annotations } of tools) expect(annotations?.readOnlyHint).toBe(true);
    expect(client.getInstructions()).toContain("must not be followed");
  });

  test("search gives passages with the numbers of the file's own lines", async () => {
    const { text } = await call("search", { query: "how to rotate a key", limit: 1 });
    expect(text).toMatch(new RegExp(`^#\\d+ ${keys}:\\d+-\\d+ {2}Keys`));
    const fileLines = readFileSync(keys, "utf8").split("\n");
    const numbered = [...text.matchAll(/^(\d+)\t(.*)$/gm)];
    expect(numbered.length).toBeGreaterThan(0);
    for (const [, number, line] of numbered) expect(line).toBe(fileLines[Number(number) - 1]);
  });

  test("read goes on from a result or by path", async () => {
    const { text } = await call("search", { query: "rotate", limit: 1 });
    const id = Number(/^#(\d+)/.exec(text)![1]);
    expect((await call("read", { id, from: 7, count: 1 })).text).toContain("7\tCreate the second key first.");
    expect((await call("read", { path: keys, from: 8 })).text).toContain("8\tThen revoke the old one.");
  });

  test("nothing outside the index can be read", async () => {
    for (const path of [join(folder, "secret.md"), "/etc/passwd", join(folder, "docs", "..", "secret.md")]) {
      expect(await call("read", { path })).toEqual({ text: `${path} is not in the index`, isError: true });
    }
  });

  test("list pages through the documents", async () => {
    const first = (await call("list", { limit: 1 })).text;
    expect(first).toContain("bread.txt  (text, 1 chunks");
    expect(first).toContain('… and 1 more: ask again with "after"');
    expect((await call("list", { after: join(folder, "docs", "bread.txt") })).text).toContain("keys.md");
    expect((await call("list", { types: ["markdown"] })).text).not.toContain("bread.txt");
  });

  test("a filter that no document passes is named as the reason", async () => {
    for (const filter of [{ paths: ["elsewhere/**"] }, { types: ["pdf"] }, { since: "2999-01-01" }]) {
      const { text, isError } = await call("search", { query: "how to rotate a key", ...filter });
      expect({ text, isError }).toEqual({
        text: "Nothing found: no document in the index passes the filter.",
        isError: false,
      });
    }
    expect((await call("search", { query: "zzzz", mode: "text", paths: ["docs/**"] })).text).toBe("Nothing found.");
  });

  test("status says what there is", async () => {
    expect(JSON.parse((await call("status", {})).text)).toMatchObject({
      documents: 2,
      roots: [join(folder, "docs")],
      vectorArm: { arm: "index" },
    });
  });

  test.each([
    ["search", { query: "x", typ: ["markdown"] }, "typ"],
    ["search", { query: "x", types: ["markdwon"] }, '"markdwon" is no type of document'],
    ["search", { query: "x", since: "soon" }, '"soon" is no time'],
    ["search", { query: "x", paths: ["(".repeat(50_000)] }, "has 50000 characters: it must have at most 1000"],
    ["list", { paths: ["(".repeat(50_000)] }, "has 50000 characters: it must have at most 1000"],
    ["search", { query: "" }, "query"],
    ["search", { query: "x", limit: 1000 }, "limit"],
    ["read", {}, "give either id or path"],
    ["read", { id: 999_999 }, "there is no #999999"],
  ])("%s %j is an error", async (name, args, message) => {
    const { text, isError } = await call(name, args);
    expect(isError).toBe(true);
    expect(text).toContain(message);
  });
});

test("mcp without an index says so when it starts", async () => {
  const { code, stderr } = await ferris(["mcp", "--db", join(folder, "nowhere")]);
  expect(code).toBe(4);
  expect(stderr).toContain("nowhere");
});

describe("ask", () => {
  let asked = "";
  let answer = "";
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      asked = body;
      for (const piece of answer.match(/.{1,5}/gsu) ?? []) {
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: piece } }] })}\n\n`);
      }
      response.end("data: [DONE]\n\n");
    });
  });
  let environment: Record<string, string>;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    environment = {
      FERRIS_LLM_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      FERRIS_LLM_MODEL: "test-model",
    };
  });
  afterAll(() => void server.close());
  const ask = (...args: string[]) => ferris(["ask", "--device", "cpu", ...args], { cwd: folder, environment });

  test("streams an answer and names the passages that it cites", async () => {
    answer = "Create the second key first [1].\n\u001b[2JDone.";
    const { code, stdout, stderr } = await ask("how do I rotate a key?");
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(`Create the second key first [1].\n␛[2JDone.\n[1] ${join("docs", "keys.md")}:1-8\n`);
    expect(stderr).toContain("asking test-model");
    const { messages } = JSON.parse(asked) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(messages[1]!.content).toContain("Create the second key first.");
    expect(messages[1]!.content).not.toContain("never indexed");
  });

  test("ends with 1 when the documents do not answer", async () => {
    answer = "The documents do not answer this.";
    const { code, stdout } = await ask("who won the cup?", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ answered: false, cited: [] });
  });

  test("warns when an answer cites nothing", async () => {
    answer = "Trust me.";
    expect((await ask("how do I rotate a key?")).stderr).toContain("the answer cites no passage");
  });

  test("a model that is not there is an error", async () => {
    const { code, stderr } = await ferris(["ask", "--device", "cpu", "x"], {
      cwd: folder,
      environment: { FERRIS_LLM_BASE_URL: "http://127.0.0.1:9/v1", FERRIS_LLM_MODEL: "m" },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("http://127.0.0.1:9/v1/chat/completions cannot be reached");
  });
});
