/** A server over the bundled model, a tiny reranker and a small index, on the CPU device, for a test file. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EmbeddingModel } from "metal-candle";
import { afterAll, beforeAll } from "vitest";
import { Ferris } from "../../../src/index.ts";
import { ModelPool } from "../../../src/models/model-pool.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../../src/server/start.ts";

export const model = "all-minilm-l6-v2-q8";
export const reranker = fileURLToPath(
  new URL("../../../../metal-candle/test/goldens/tiny/bert-reranker-1", import.meta.url),
);
const load = { device: "cpu", onNotice: () => {} } as const;

export interface TestServer {
  /** Such as http://127.0.0.1:12345. */
  readonly url: string;
  /** The library's own vectors, to compare with. */
  readonly library: EmbeddingModel;
  readonly docs: string;
}

/** Starts before the file's tests and stops after them. The getters are there from the first test on. */
export function useServer(options: Partial<ServeOptions> = {}): TestServer {
  let running: RunningServer;
  let library: EmbeddingModel;
  let ferris: Ferris;
  let pool: ModelPool;
  const folder = mkdtempSync(join(tmpdir(), "ferris-server-"));
  const docs = join(folder, "docs");
  beforeAll(async () => {
    mkdirSync(docs);
    writeFileSync(join(docs, "keys.md"), "# Keys\n\nTo rotate a key, create the second one first.\n");
    writeFileSync(join(docs, "bread.txt"), "Knead the dough for ten minutes and let it rise in a warm place.\n");
    library = await EmbeddingModel.load(model, load);
    pool = new ModelPool({ load });
    ferris = await Ferris.open({ db: join(folder, "index"), ...load, models: pool });
    await ferris.index([docs]);
    running = await startServer({
      address: { host: "127.0.0.1", port: 0 },
      models: [model],
      rerankers: [reranker],
      pool,
      indexes: [{ name: "docs", ferris }],
      version: "test",
      ...options,
    });
  });
  afterAll(async () => {
    await running?.close({ graceMs: 5000 });
    await ferris?.close();
    await pool?.close();
    await library?.close();
    rmSync(folder, { recursive: true });
  });
  return {
    get url() {
      return running.url!;
    },
    get library() {
      return library;
    },
    docs,
  };
}

/** The largest difference between two vectors. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
