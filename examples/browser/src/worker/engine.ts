/** The model that ships with the site, on the GPU where the browser has one, else on the CPU. */
import { EmbeddingModel } from "metal-candle";
import type { EngineInfo } from "../protocol.ts";

export const modelName = "all-minilm-l6-v2-q8";

/** Put in by the build: the paths in its folder. */
declare const modelFiles: readonly string[];

/**
 * Loads it.
 *
 * @param site the address of the site's folder
 * @param device what the address of the page asks for; a GPU may then be one that is computed on the CPU, for tests
 */
export async function loadEngine(
  site: string,
  device: "gpu" | "cpu" | null,
): Promise<{ model: EmbeddingModel; info: EngineInfo }> {
  const started = performance.now();
  const model = await EmbeddingModel.load(new URL(`model/${modelName}/`, site).href, {
    files: modelFiles,
    device: device ?? "auto",
    allowSoftwareAdapter: device === "gpu",
    onnxruntime: new URL("cpu/ort.wasm.min.mjs", site).href,
    // This is a worker already.
    worker: false,
    onNotice: () => {},
  });
  const info = model.info();
  return {
    model,
    info: {
      model: modelName,
      device: info.device,
      reason: info.reason,
      adapter: info.adapter?.name ?? null,
      numerics: info.numerics,
      kernels: info.kernels.map(({ operation, variant }) => ({ operation, variant })),
      loadMilliseconds: Math.round(performance.now() - started),
      isIsolated: globalThis.crossOriginIsolated,
    },
  };
}
