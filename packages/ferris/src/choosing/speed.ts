/**
 * How fast a model is on this machine: measured once, and kept until the device, the model's revision or ferris is another one.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { benchmarkQueries, benchmarkTexts } from "./benchmark-texts.ts";
import { loadModel, loadReranker, type ModelOptions } from "../engine.ts";
import type { CatalogueModel } from "./catalogue.ts";
import { measuredMilliseconds, queryMilliseconds } from "./timing.ts";

export interface Speed {
  readonly device: "gpu" | "cpu";
  /** Texts of about 210 words a second; for a reranker, pairs of a question and a text of about 18 words. */
  readonly perSecond: number;
  /** Milliseconds for one question; null for a reranker. */
  readonly queryMilliseconds: number | null;
  /** When that was, in milliseconds since 1970. */
  readonly measuredTime: number;
}

const textsAtOnce = 16;

/** What was measured, by model and circumstances. */
export class SpeedCache {
  readonly #path: string;
  readonly #version: string;
  #speeds: Record<string, Speed> | null = null;

  /** @param version of ferris: another one may be faster */
  constructor(path: string, version: string) {
    this.#path = path;
    this.#version = version;
  }

  async get(id: string, device: string): Promise<Speed | null> {
    return (await this.#read())[this.#key(id, device)] ?? null;
  }

  async put(id: string, device: string, speed: Speed): Promise<void> {
    const speeds = await this.#read();
    speeds[this.#key(id, device)] = speed;
    await mkdir(dirname(this.#path), { recursive: true });
    // Whole or not at all: another ferris may be reading.
    const temporary = `${this.#path}.${process.pid}`;
    await writeFile(temporary, `${JSON.stringify(speeds, null, 2)}\n`);
    await rename(temporary, this.#path);
  }

  /** A file that cannot be read, or is none of ours, is an empty one: everything in it can be measured again. */
  async #read(): Promise<Record<string, Speed>> {
    if (this.#speeds !== null) return this.#speeds;
    const text = await readFile(this.#path, "utf8").catch(() => "{}");
    let found: unknown = null;
    try {
      found = JSON.parse(text);
    } catch {
      // Said above.
    }
    const entries = Object.entries((found ?? {}) as Record<string, Partial<Speed>>).filter(
      ([, speed]) => typeof speed?.perSecond === "number" && typeof speed.measuredTime === "number",
    );
    return (this.#speeds = Object.fromEntries(entries) as Record<string, Speed>);
  }

  #key(id: string, device: string): string {
    return [id, device, cpus()[0]?.model ?? "", cpus().length, this.#version].join(" | ");
  }
}

/**
 * Loads a model and times it.
 *
 * @throws what loading throws: a model that is not here, one that is not supported
 */
export async function measureSpeed(
  { id, kind }: Pick<CatalogueModel, "id" | "kind">,
  options: ModelOptions,
): Promise<Speed> {
  return kind === "embedder" ? measureEmbedder(id, options) : measureReranker(id, options);
}

async function measureEmbedder(id: string, options: ModelOptions): Promise<Speed> {
  const model = await loadModel(id, { ...options, offline: true });
  try {
    const texts = benchmarkTexts("long").slice(0, textsAtOnce);
    const perSecond = await rate(texts.length, () => model.embed(texts));
    const { device } = model.info();
    return { device, perSecond, queryMilliseconds: await queryMilliseconds(model), measuredTime: Date.now() };
  } finally {
    await model.close();
  }
}

async function measureReranker(id: string, options: ModelOptions): Promise<Speed> {
  const model = await loadReranker(id, { ...options, offline: true });
  try {
    const texts = benchmarkTexts("short").slice(0, textsAtOnce);
    const perSecond = await rate(texts.length, () => model.rank(benchmarkQueries()[0]!, texts));
    return { device: model.info().device, perSecond, queryMilliseconds: null, measuredTime: Date.now() };
  } finally {
    await model.close();
  }
}

/** Items a second. The first call compiles and warms up, and does not count. */
async function rate(items: number, work: () => Promise<unknown>): Promise<number> {
  await work();
  const started = performance.now();
  let done = 0;
  while (performance.now() - started < measuredMilliseconds) {
    await work();
    done += items;
  }
  return (done * 1000) / (performance.now() - started);
}
