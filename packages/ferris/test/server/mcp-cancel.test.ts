/** A client that cancels over HTTP, of either era: what it asked for is ended, and nothing of it arrives afterwards. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientOf2025 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportOf2025 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ferris, type FerrisSearchOptions } from "../../src/index.ts";
import { ModelPool } from "../../src/models/model-pool.ts";
import { type RunningServer, startServer } from "../../src/server/start.ts";

const folder = mkdtempSync(join(tmpdir(), "ferris-mcp-cancel-"));
const load = { device: "cpu", onNotice: () => {} } as const;
let pool: ModelPool;
let ferris: Ferris;
let running: RunningServer;
/** Searches that wait for their end, by their queries. */
const ended = new Map<string, Promise<unknown>>();
let begun: (query: string) => void = () => {};

beforeAll(async () => {
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "docs", "keys.md"), "# Keys\n\nTo rotate a key, create the second one first.\n");
  pool = new ModelPool({ load });
  ferris = await Ferris.open({ db: join(folder, "index"), ...load, models: pool });
  await ferris.index([join(folder, "docs")]);
  // The real index; but a question that begins with "wait" is answered when its signal aborts, and not before.
  const waiting = new Proxy(ferris, {
    get(target, name) {
      if (name === "search") return search;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  async function search(query: string, options: FerrisSearchOptions = {}) {
    if (query.startsWith("wait")) {
      const end = new Promise((resolve) => options.signal!.addEventListener("abort", () => resolve("aborted")));
      ended.set(query, end);
      begun(query);
      await end;
    }
    return ferris.search(query, options.signal?.aborted ? { ...options, signal: undefined } : options);
  }
  running = await startServer({
    address: { host: "127.0.0.1", port: 0 },
    models: ["all-minilm-l6-v2-q8"],
    pool,
    indexes: [{ name: "docs", ferris: waiting }],
    version: "test",
  });
});
afterAll(async () => {
  await running.close({ graceMs: 1000 });
  await ferris.close();
  await pool.close();
  rmSync(folder, { recursive: true });
});

interface AnyClient {
  onerror?: ((error: Error) => void) | undefined;
  close(): Promise<void>;
  search(query: string, signal?: AbortSignal): Promise<unknown>;
}

async function connected(era: "2025" | "2026"): Promise<AnyClient & { errors: string[] }> {
  const url = new URL(`${running.url}/mcp`);
  const errors: string[] = [];
  const onerror = (error: Error) => void errors.push(error.message);
  const call = (query: string) => ({ name: "search", arguments: { query, mode: "text" } });
  if (era === "2026") {
    const client = new Client({ name: "test", version: "0" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    Object.assign(client, { onerror });
    await client.connect(new StreamableHTTPClientTransport(url));
    return { errors, close: () => client.close(), search: (query, signal) => client.callTool(call(query), { signal }) };
  }
  const client = new ClientOf2025({ name: "test", version: "0" });
  Object.assign(client, { onerror });
  await client.connect(new TransportOf2025(url) as never);
  return {
    errors,
    close: () => client.close(),
    search: (query, signal) => client.callTool(call(query), undefined, signal === undefined ? {} : { signal }),
  };
}

describe.each(["2025", "2026"] as const)("a client of %s", (era) => {
  test("cancels what it has asked for, and that alone", async () => {
    const [first, second] = await Promise.all([connected(era), connected(era)]);
    const [one, two] = [`wait one ${era}`, `wait two ${era}`];
    const controllers = [new AbortController(), new AbortController()] as const;
    const bothBegun = new Promise<void>((resolve) => {
      begun = () => {
        if (ended.has(one) && ended.has(two)) resolve();
      };
    });
    const asked = first.search(one, controllers[0].signal);
    // The same number of a request, of another client.
    const other = second.search(two, controllers[1].signal);
    await bothBegun;
    controllers[0].abort("enough");
    await expect(asked).rejects.toThrow(/enough/);
    expect(await ended.get(one)).toBe("aborted");
    const state = await Promise.race([ended.get(two), new Promise((resolve) => setTimeout(resolve, 200, "runs on"))]);
    expect(state).toBe("runs on");
    controllers[1].abort("enough");
    await expect(other).rejects.toThrow(/enough/);
    expect(await ended.get(two)).toBe("aborted");
    expect(JSON.stringify(await first.search("rotate a key"))).toContain("keys.md");
    expect([...first.errors, ...second.errors]).toEqual([]);
    await Promise.all([first.close(), second.close()]);
  });
});
