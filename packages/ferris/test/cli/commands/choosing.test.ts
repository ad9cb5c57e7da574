/** `ferris models` as a process: the catalogue, what is on this machine and its speed, and short names wherever a model is named. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { beforeAll, describe, expect, test } from "vitest";
import { ferris, keepModels, succeeds, temporaryFolder } from "../support/ferris-here.ts";
import { ferrisCommand } from "../support/ferris-process.ts";

const tiny = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const caches = temporaryFolder("choosing");
/** A hub cache that has one of the catalogue: small and of another kind, but under its id. */
const hub = join(caches, "hub");
const repository = join(hub, "models--ibm-granite--granite-embedding-small-english-r2");
mkdirSync(join(repository, "refs"), { recursive: true });
cpSync(tiny, join(repository, "snapshots", "main"), { recursive: true });
const environment = { HF_HUB_CACHE: hub, XDG_CACHE_HOME: caches, HF_HUB_OFFLINE: "1", FERRIS_DEVICE: "cpu" };
const run = (...args: string[]) => ferris(args, { environment });

interface Listed {
  models: {
    name: string;
    installed: { folder: string; bytes: number } | null;
    speed: { perSecond: number; queryMilliseconds: number; device: string; measuredTime: number } | null;
  }[];
}

describe("models", () => {
  test("says what to choose, what is here, and whose licence is not open", async () => {
    const { code, stdout } = await run("models");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ {2}granite-small +\d\S* [kM]B +384 +51\.1 +Apache-2\.0 +parts +here; the best of its size$/m,
    );
    expect(stdout).toMatch(/^ {2}embeddinggemma .* Gemma, not open /m);
    expect(stdout).toMatch(/^ {2}bge-m3 +≤ 2\.3 GB /m);
    expect(stdout).toContain("commit f4cc6c8");
  });

  test("measures what is here once, and keeps it", async () => {
    const measured = await run("models", "--measure", "--json", "-q");
    expect(measured.code, measured.stderr).toBe(0);
    const find = (text: string) => (JSON.parse(text) as Listed).models.filter(({ installed }) => installed !== null);
    const here = find(measured.stdout);
    expect(here.map(({ name }) => name).toSorted()).toEqual(["granite-small", "minilm-q8"]);
    for (const { speed } of here) expect(speed).toMatchObject({ device: "cpu", perSecond: expect.any(Number) });
    expect(find((await run("models", "--measure", "--json")).stdout)).toEqual(here);
    expect(JSON.parse(readFileSync(join(caches, "ferris", "speeds.json"), "utf8"))).toBeTypeOf("object");
  }, 120_000);
});

test("a short name is the model's id in a flag, in the environment and in config.json", async () => {
  const other = { ...environment, HF_HUB_CACHE: join(caches, "nothing") };
  const flagged = await ferris(["embed", "--model", "granite-small"], { input: "a", environment: other });
  expect(flagged.stderr).toContain("ibm-granite/granite-embedding-small-english-r2");
  const set = await ferris(["embed"], { input: "a", environment: { ...other, FERRIS_MODEL: "e5-small" } });
  expect(set.stderr).toContain("intfloat/e5-small-v2");
  const found = await ferris(["embed", "--model", "granite-small"], { input: "a", environment });
  expect(found.code, found.stderr).toBe(0);
  // A folder of that name is meant where there is one.
  const folder = temporaryFolder("named");
  cpSync(tiny, join(folder, "e5-small"), { recursive: true });
  const own = await ferris(["embed", "--model", "e5-small"], { input: "a", environment: other, cwd: folder });
  expect(own.code, own.stderr).toBe(0);
});

describe("rerank in the settings", () => {
  const reranker = fileURLToPath(
    new URL("../../../../metal-candle/test/goldens/tiny/bert-reranker-1", import.meta.url),
  );
  const folder = temporaryFolder("rerank");
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "docs", "keys.md"), "# Keys\n\nHow to rotate the signing key.\n");
  const offline = { HF_HUB_CACHE: join(caches, "nothing"), HF_HUB_OFFLINE: "1" };
  beforeAll(keepModels);
  const isReranked = async (settings: Record<string, string>, ...args: string[]) => {
    const { code, stdout, stderr } = await ferris(["search", "rotate the key", "--device", "cpu", "--json", ...args], {
      cwd: folder,
      environment: { ...offline, ...settings },
    });
    expect(code, stderr).toBe(0);
    const [best] = (JSON.parse(stdout) as { results: { rerankScore: number | null }[] }).results;
    return best!.rerankScore !== null;
  };

  test("auto with one that is here, on, off, or a model; a flag has the last word", async () => {
    await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
    const auto = { FERRIS_RERANK: "auto", FERRIS_RERANKER: reranker };
    expect(await isReranked({})).toBe(false);
    expect(await isReranked({ FERRIS_RERANKER: reranker })).toBe(false);
    expect(await isReranked(auto)).toBe(true);
    expect(await isReranked(auto, "--no-rerank")).toBe(false);
    expect(await isReranked({ FERRIS_RERANK: "off", FERRIS_RERANKER: reranker }, "--rerank")).toBe(true);
    expect(await isReranked({ FERRIS_RERANK: reranker })).toBe(true);
  }, 60_000);

  test("auto stays out where none is here, where no model was wanted, and where a least score was given", async () => {
    const auto = { FERRIS_RERANK: "auto", FERRIS_RERANKER: reranker };
    expect(await isReranked({ FERRIS_RERANK: "auto" })).toBe(false);
    expect(await isReranked(auto, "--mode", "text")).toBe(false);
    expect(await isReranked(auto, "--min-score", "0.1")).toBe(false);
  }, 60_000);

  test("ask and the search of MCP follow it; what they are told has the last word", async () => {
    await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
    const on = { FERRIS_RERANK: "on", FERRIS_RERANKER: reranker };
    const auto = { ...on, FERRIS_RERANK: "auto" };
    const model = createServer((_request, response) => {
      response.end('data: {"choices":[{"delta":{"content":"So [1]."}}]}\n\ndata: [DONE]\n\n');
    });
    await new Promise<void>((resolve) => model.listen(0, "127.0.0.1", resolve));
    const { port } = model.address() as AddressInfo;
    const asks = async (settings: Record<string, string>, ...args: string[]) => {
      const { code, stdout, stderr } = await ferris(["ask", "rotate the key", "--device", "cpu", "--json", ...args], {
        cwd: folder,
        environment: {
          ...offline,
          FERRIS_LLM_BASE_URL: `http://127.0.0.1:${port}/v1`,
          FERRIS_LLM_MODEL: "none",
          ...settings,
        },
      });
      expect(code, stderr).toBe(0);
      return (JSON.parse(stdout) as { passages: { rerankScore: number | null }[] }).passages[0]!.rerankScore !== null;
    };
    expect(await asks({})).toBe(false);
    expect(await asks(on)).toBe(true);
    expect(await asks({ ...auto, FERRIS_MODE: "text" })).toBe(false);
    expect(await asks(auto, "--no-rerank")).toBe(false);
    model.close();

    const { file, args, env } = ferrisCommand(["mcp", "--device", "cpu", "-q"], { ...offline, ...auto });
    const client = new Client({ name: "test", version: "0" });
    await client.connect(new StdioClientTransport({ command: file, args, env, cwd: folder }));
    const scoreWith = async (more: object) => {
      const result = await client.callTool({ name: "search", arguments: { query: "rotate the key", ...more } });
      return (result.structuredContent as { results: { score: number }[] }).results[0]!.score;
    };
    const reranked = await scoreWith({ rerank: true });
    expect(await scoreWith({})).toBe(reranked);
    for (const more of [{ rerank: false }, { mode: "text" }, { minScore: -1 }]) {
      expect(await scoreWith(more)).not.toBe(reranked);
    }
    await client.close();
  }, 60_000);

  test("a folder's file may say auto or off, and name no model", async () => {
    writeFileSync(join(folder, "ferris.json"), '{"rerank": "auto"}');
    expect(await isReranked({ FERRIS_RERANKER: reranker })).toBe(true);
    writeFileSync(join(folder, "ferris.json"), '{"rerank": "someone/else"}');
    const { code, stderr } = await ferris(["search", "key"], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain("it must be auto or off in a folder's file");
  }, 60_000);
});
