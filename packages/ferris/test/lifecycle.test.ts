/** How a Ferris ends: close waits for what runs, and an abort ends the caller's own call alone. On the CPU device, over real files. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Ferris, UsageError } from "../src/index.ts";
import type { EmbeddingModel } from "../src/engine.ts";
import { ModelPool } from "../src/models/model-pool.ts";
import { SharedLoad } from "../src/models/shared-load.ts";

const folder = mkdtempSync(join(tmpdir(), "ferris-lifecycle-"));
const db = join(folder, "index");
const docs = join(folder, "docs");
const quiet = { device: "cpu", onNotice: () => {} } as const;
const open = (): Promise<Ferris> => Ferris.open({ db, ...quiet });

beforeAll(async () => {
  mkdirSync(docs);
  for (let i = 0; i < 12; i++) {
    writeFileSync(join(docs, `${i}.md`), `# Note ${i}\n\nTo rotate key ${i}, create the second one first.\n`);
  }
  const ferris = await open();
  await ferris.index([docs]);
  await ferris.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("close", () => {
  test("waits for searches under way, also while the model loads", async () => {
    const ferris = await open();
    const searches = [ferris.search("rotate a key"), ferris.search("rotate", { mode: "text" })];
    const closing = ferris.close();
    for (const { results } of await Promise.all(searches)) expect(results.length).toBeGreaterThan(0);
    await closing;
    await expect(ferris.search("rotate")).rejects.toThrow(UsageError);
  });

  test("waits for an index run", async () => {
    const place = join(folder, "waits");
    const ferris = await Ferris.open({ db: place, ...quiet });
    const running = ferris.index([docs]);
    await ferris.close();
    expect(await running).toMatchObject({ added: 12, interrupted: false });
  });

  test("does not fail because a load did", async () => {
    const ferris = await Ferris.open({ db, ...quiet, model: join(folder, "no-model") });
    const failing = ferris.search("rotate a key");
    const closing = ferris.close();
    await expect(failing).rejects.toThrow("no-model");
    await closing;
  });

  test("twice is once", async () => {
    const ferris = await open();
    await ferris.search("rotate a key");
    expect(ferris.close()).toBe(ferris.close());
    await ferris.close();
  });

  test.each([0, 1, 5, 20, 60, 150, 400])("%d ms after a search began, which is then aborted", async (delay) => {
    const ferris = await open();
    const abort = new AbortController();
    const searching = ferris.search("rotate a key", { signal: abort.signal }).catch((error: Error) => error.message);
    await new Promise((resolve) => setTimeout(resolve, delay));
    const closing = ferris.close();
    abort.abort(new Error("enough"));
    const outcome = await searching;
    if (typeof outcome === "string") expect(outcome).toBe("enough");
    else expect(outcome.results.length).toBeGreaterThan(0);
    await closing;
  });
});

describe("an abort", () => {
  test("while the model loads ends its own search alone", async () => {
    const ferris = await open();
    const abort = new AbortController();
    const first = ferris.search("rotate a key", { signal: abort.signal });
    const second = ferris.search("rotate a key");
    abort.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect((await second).results.length).toBeGreaterThan(0);
    await ferris.close();
  });

  test("of the only search gives up the load, and the next search loads anew", async () => {
    const ferris = await open();
    const abort = new AbortController();
    const first = ferris.search("rotate a key", { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 5);
    await expect(first).rejects.toThrow("enough");
    expect((await ferris.search("rotate a key")).results.length).toBeGreaterThan(0);
    await ferris.close();
  });

  test("of an index run before it began says so, and leaves what is there", async () => {
    const ferris = await open();
    const aborted = ferris.index([docs], { signal: AbortSignal.abort(new Error("enough")) });
    await expect(aborted).rejects.toThrow("enough");
    expect((await ferris.documents()).length).toBe(12);
    await ferris.close();
  });
});

describe("SharedLoad", () => {
  test("frees what arrives after everybody has left, and aborts its load", async () => {
    const freed: number[] = [];
    const shared = new SharedLoad<number>(async (value) => void freed.push(value));
    const abort = new AbortController();
    let arrive!: (value: number) => void;
    let given: AbortSignal | undefined;
    const load = (signal: AbortSignal): Promise<number> => {
      given = signal;
      return new Promise((resolve) => (arrive = resolve));
    };
    const waiting = shared.get(load, abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(given?.aborted).toBe(true);
    expect(shared.value).toBeNull();
    const next = shared.get(async () => 2);
    arrive(1);
    expect(await next).toBe(2);
    expect(freed).toEqual([1]);
    await shared.close();
    expect(freed).toEqual([1, 2]);
    await shared.close();
    expect(freed).toEqual([1, 2]);
  });
});

describe("the process ends", () => {
  const entry = fileURLToPath(new URL("../dist/index.js", import.meta.url));
  const run = async (body: string): Promise<string> => {
    const script = `
const { Ferris } = await import(${JSON.stringify(new URL(`file://${entry}`).href)});
const ferris = await Ferris.open({ db: ${JSON.stringify(db)}, device: "cpu", onNotice: () => {} });
${body}`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      timeout: 150_000,
    });
    return stdout;
  };

  test("after a search, without close", async () => {
    expect(await run(`console.log((await ferris.search("rotate a key")).results.length > 0);`)).toBe("true\n");
  });

  test("after an index run that was aborted while files were being parsed", async () => {
    const body = `
const abort = new AbortController();
const running = ferris.index([${JSON.stringify(docs)}], { signal: abort.signal, onProgress: () => abort.abort(new Error("enough")) });
console.log(await running.then((report) => report.interrupted, (error) => error.message));
await ferris.close();`;
    expect(await run(body)).toMatch(/^(true|false|enough)\n$/);
  });
});

describe("a pool of models", () => {
  const id = "all-minilm-l6-v2-q8";

  test("has one model, whether the device is left open or named", async () => {
    const pool = new ModelPool({ load: quiet });
    expect(pool.embedding(id, { device: "auto", dtype: "auto" })).toBe(pool.embedding(id));
    expect(pool.embedding(id, { device: "gpu" })).not.toBe(pool.embedding(id));
    await pool.close();
  });

  test("has one model, where its own choice was left open and led to the device that is named", async () => {
    const fake = { info: () => ({ device: "cpu" }), close: async () => {} };
    const pool = new ModelPool({ load: { device: "auto" } });
    const usual = pool.embedding(id);
    vi.spyOn(usual, "loaded", "get").mockReturnValue(fake as unknown as EmbeddingModel);
    expect(pool.embedding(id, { device: "cpu" })).toBe(usual);
    expect(pool.embedding(id, { device: "gpu" })).not.toBe(usual);
    await pool.close();
  });
});
