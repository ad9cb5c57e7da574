/**
 * The diagnosis behind `ferris doctor`: adapter, driver, limits, what "auto" chooses and why, each operation's kernel and its
 * self-check, caches, versions, and a real embedding at the end. Nothing in it throws: what fails is an answer, too.
 */
import { cacheFolder, cacheUsage } from "#platform/cache";
import { onnxRuntimeVersion } from "#platform/onnx";
import { packageVersion, platformName } from "#platform/versions";
import { chooseDevice, softwareAdapterAllowed } from "../device-policy.ts";
import type { DeviceChoice } from "../options.ts";
import type { AdapterReport } from "../encoder/report.ts";
import { EmbeddingModel } from "../embedding-model.ts";
import { openGpu } from "../gpu/device/context.ts";
import { defaultModel } from "../hub/cache.ts";
import { numericsClass, type Dtype } from "../gpu/choose/numerics-class.ts";
import type { GemmTuning } from "../encoder/report.ts";
import type { KernelReport } from "../encoder/report.ts";

export interface DiagnoseOptions {
  /** Which device the embedding is tried on. Default "auto". */
  readonly device?: DeviceChoice | undefined;
  readonly dtype?: Dtype | undefined;
  readonly allowSoftwareAdapter?: boolean | undefined;
  /** Which model. Default: the bundled one. */
  readonly model?: string | undefined;
}

export interface Diagnosis {
  /** Whether a text was embedded, with a vector of unit length. */
  readonly works: boolean;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string | null>>;
  /** The adapter that WebGPU gives, whether or not policy admits it; null where there is none. */
  readonly adapter: AdapterReport | null;
  /** Why there is no adapter, or why it would not be used. */
  readonly gpuProblem: string | null;
  readonly softwareAdapterAllowed: boolean;
  /** Numerics class by dtype on this adapter. */
  readonly numerics: Readonly<Record<string, string>>;
  readonly auto:
    | { readonly device: "gpu" | "cpu"; readonly reason: string }
    | { readonly device: null; readonly reason: string };
  readonly cpu: { readonly available: boolean; readonly onnxruntime: string | null };
  readonly embedding: {
    readonly model: string;
    readonly device: string;
    readonly dtype: string | null;
    readonly numerics: string | null;
    /** The kernel of each operation, and those that failed their self-check here. Empty on the CPU. */
    readonly kernels: readonly KernelReport[];
    readonly tuning: GemmTuning | null;
    readonly loadMilliseconds: number | null;
    readonly textMilliseconds: number | null;
    readonly error: { readonly code: string; readonly message: string } | null;
  };
  readonly caches: {
    readonly folder: string | null;
    readonly entries: readonly { kind: string; files: number; bytes: number }[];
  };
}

/**
 * Looks at everything once.
 * @example
 * import { diagnose } from "metal-candle/diagnostics";
 * const { works, auto } = await diagnose({ device: "cpu" });
 * console.log(works, auto.device);
 */
export async function diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const { device = "auto", dtype = "auto", allowSoftwareAdapter, model = defaultModel } = options;
  const allowed = softwareAdapterAllowed(allowSoftwareAdapter);
  const [looked, chosen] = await Promise.all([
    attempt(() => openGpu(true)),
    attempt(() => chooseDevice({ device: "auto", dtype: "auto", allowSoftwareAdapter })),
  ]);
  const adapter = looked.value?.report ?? null;
  const onnxruntime = onnxRuntimeVersion();
  const embedding = await tryEmbedding(model, device, dtype, allowSoftwareAdapter);
  return {
    works: embedding.error === null,
    platform: platformName(),
    versions: {
      "metal-candle": packageVersion("metal-candle"),
      webgpu: packageVersion("webgpu"),
      onnxruntime,
    },
    adapter,
    gpuProblem: gpuProblem(looked.error, adapter, allowed),
    softwareAdapterAllowed: allowed,
    numerics: adapter ? numericsByDtype(adapter) : {},
    auto: chosen.value
      ? { device: chosen.value.device, reason: chosen.value.reason }
      : { device: null, reason: chosen.error?.message ?? "unknown" },
    cpu: { available: onnxruntime !== null, onnxruntime },
    embedding,
    caches: { folder: cacheFolder(), entries: await cacheUsage() },
  };
}

async function tryEmbedding(
  model: string,
  device: DeviceChoice,
  dtype: Dtype,
  allowSoftwareAdapter: boolean | undefined,
) {
  const began = performance.now();
  const loaded = await attempt(() =>
    EmbeddingModel.load(model, { device, dtype, allowSoftwareAdapter, offline: true, onNotice: () => undefined }),
  );
  if (!loaded.value) {
    const nothing = {
      dtype: null,
      numerics: null,
      kernels: [],
      tuning: null,
      loadMilliseconds: null,
      textMilliseconds: null,
    };
    return { model, device, ...nothing, error: described(loaded.error) };
  }
  const ready = performance.now();
  const embedded = await attempt(async () => {
    const [vector] = await loaded.value.embed(["a text"]);
    const norm = Math.hypot(...vector);
    if (loaded.value.info().normalize && !(Math.abs(norm - 1) < 1e-3)) {
      throw new Error(`the vector's length is ${norm} instead of 1`);
    }
  });
  const done = performance.now();
  const info = loaded.value.info();
  await loaded.value.close();
  return {
    model: info.id,
    device: info.device,
    dtype: info.dtype,
    numerics: info.numerics,
    kernels: info.kernels,
    tuning: info.tuning,
    loadMilliseconds: Math.round(ready - began),
    textMilliseconds: Math.round((done - ready) * 10) / 10,
    error: embedded.error ? described(embedded.error) : null,
  };
}

function gpuProblem(error: Error | null, adapter: AdapterReport | null, allowed: boolean): string | null {
  if (error) return error.message;
  if (adapter?.software && !allowed) {
    return `${adapter.name} runs on the CPU: it counts as a GPU only with METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER=1.`;
  }
  return null;
}

function numericsByDtype(adapter: AdapterReport): Record<string, string> {
  const classes: Record<string, string> = {};
  for (const dtype of ["auto", "f32", "f16"] as const) {
    try {
      classes[dtype] = numericsClass(adapter, dtype).name;
    } catch (error) {
      classes[dtype] = error instanceof Error ? error.message : String(error);
    }
  }
  return classes;
}

function described(error: Error): { code: string; message: string } {
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return { code, message: error.message };
}

async function attempt<T>(work: () => Promise<T>): Promise<{ value: T; error: null } | { value: null; error: Error }> {
  try {
    return { value: await work(), error: null };
  } catch (error) {
    return { value: null, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
