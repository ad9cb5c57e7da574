/**
 * The onnxruntime door, the page's side: onnxruntime-web, where the page brings it. Runs as WebAssembly; more than one thread needs a
 * cross-origin isolated page.
 *
 * It is 14 MB and no dependency of ours. No bundler sees an import of it here: one that is not installed would fail builds, and one that
 * is would split a worker's code, which some bundlers refuse. It comes as a module that the page imported, or by URL.
 */
import { CpuUnavailableError } from "../errors.ts";
import { openSession, type OnnxRuntime } from "./onnx-session.ts";
import type { OnnxSession, OnnxSessionOptions } from "./onnx-types.ts";

/** onnxruntime-web takes its threads from its environment, not from a session's options. */
interface WebRuntime extends OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number } };
}

/** As many threads as onnxruntime-web takes by itself: they wait in a loop, so more of them slow a busy machine down. */
const mostThreads = 4;

/** What to do for a CPU device. */
const howTo =
  'npm install onnxruntime-web, and give `onnxruntime`: the URL of its ort.wasm.min.mjs, or (where a bundler resolves it) a worker that calls serveEngine({ onnxruntime }) of "metal-candle/worker"';

/**
 * Makes a session.
 * @throws CpuUnavailableError when the page has no onnxruntime-web
 */
export async function createOnnxSession(options: OnnxSessionOptions): Promise<OnnxSession> {
  const runtime = await load(options.runtime);
  runtime.env.wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(options.threads, mostThreads) : 1;
  return openSession(runtime, "wasm", options);
}

/** What is installed: a page cannot tell before it tries. */
export function onnxRuntimeVersion(): string | null {
  return null;
}

async function load(given: string | object | undefined): Promise<WebRuntime> {
  if (typeof given === "object") return checked(given, "onnxruntime");
  // Without one, the name: an import map may have it.
  const name = given ?? "onnxruntime-web";
  let module: object;
  try {
    module = (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name)) as object;
  } catch (error) {
    const what = given === undefined ? "which this page does not bring" : `and ${given} cannot be imported`;
    throw new CpuUnavailableError(
      `The CPU device in a page is onnxruntime-web, ${what} (${(error as Error).message}). To have it: ${howTo}.`,
      { cause: error },
    );
  }
  return checked(module, name);
}

function checked(module: object, name: string): WebRuntime {
  const { default: inner } = module as { default?: object };
  for (const candidate of [module, inner] as (Partial<WebRuntime> | undefined)[]) {
    if (candidate?.InferenceSession !== undefined && candidate.env?.wasm !== undefined) return candidate as WebRuntime;
  }
  throw new CpuUnavailableError(`${name} is not onnxruntime-web: it has no InferenceSession. To have it: ${howTo}.`);
}
