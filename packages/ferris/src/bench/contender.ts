/** What is timed: an engine with a model on a device. Ours is here; transformers.js is in transformers-js.ts. */
import type { EmbeddingModel, ModelInfo } from "../engine.ts";

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
  close(): Promise<void>;
}

/** A loaded model of ours as a contender. */
export function ours(name: string, model: EmbeddingModel): Contender {
  const info = model.info();
  return {
    engine: "ferris",
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
