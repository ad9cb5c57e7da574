/** What is timed: an engine with a model on a device. Ours is here; transformers.js is in transformers-js.ts. */
import type { EmbeddingModel, ModelInfo } from "../engine.ts";
import { benchmarkTexts } from "../choosing/benchmark-texts.ts";

export interface Contender {
  readonly engine: string;
  readonly model: string;
  readonly device: "gpu" | "cpu";
  /** What ran, for a person: dtype and kernels, or a peer's version and batch size. */
  readonly detail: string;
  /** Embeds all of them, text to vectors. */
  embed(texts: readonly string[]): Promise<void>;
  /** Bytes that it holds on the GPU; null where nobody counts. */
  gpuBytes(): number | null;
  /** What the process grew by when this was loaded and had embedded its first texts: its weights, libraries and buffers. */
  readonly processBytes: number;
  close(): Promise<void>;
}

/** What is loaded; `weighed` makes a contender of it. */
export type Loaded = Omit<Contender, "processBytes">;

/**
 * Loads a contender and notes what the process grows by meanwhile. They are loaded one after the other, so what two of them share
 * (the code that both run, not a device's library) is counted with the first.
 */
export async function weighed(load: () => Promise<Loaded>): Promise<Contender> {
  const before = process.memoryUsage.rss();
  const loaded = await load();
  try {
    await loaded.embed(benchmarkTexts("mixed").slice(0, 32));
  } catch (error) {
    await loaded.close();
    throw error;
  }
  return { ...loaded, processBytes: Math.max(0, process.memoryUsage.rss() - before) };
}

/** A model of ours. @param numerics what was asked of the GPU: plain code has a row of its own beside what usually runs */
export function ours(name: string, model: EmbeddingModel, numerics: "auto" | "scalar" = "auto"): Loaded {
  const info = model.info();
  return {
    engine: numerics === "auto" ? "ferris" : `ferris, ${numerics}`,
    model: name,
    device: info.device,
    detail: detailOf(info),
    embed: async (texts) => void (await model.embed(texts)),
    gpuBytes: () => model.stats().gpu?.gpuBytes ?? null,
    close: () => model.close(),
  };
}

function detailOf({ dtype, numerics, adapter, kernels }: ModelInfo): string {
  const gemm = kernels.find(({ operation }) => operation === "gemm")?.variant;
  return [adapter?.name, dtype, numerics, gemm].filter((part) => part !== undefined).join(", ");
}
