/**
 * The onnxruntime door, the page's side: onnxruntime-web, where the page has it.
 *
 * It is not a dependency of ours: a page that wants the CPU device installs it and lets its bundler or import map resolve the name.
 * Runs as WebAssembly; more than one thread needs a cross-origin isolated page.
 */
import { CpuUnavailableError } from "../errors.ts";
import { openSession, type OnnxRuntime } from "./onnx-session.ts";
import type { OnnxSession, OnnxSessionOptions } from "./onnx-types.ts";

/** onnxruntime-web takes its threads from its environment, not from a session's options. */
interface WebRuntime extends OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number } };
}

/**
 * Makes a session.
 * @throws CpuUnavailableError when the page has no onnxruntime-web
 */
export async function createOnnxSession(options: OnnxSessionOptions): Promise<OnnxSession> {
  const runtime = await load();
  runtime.env.wasm.numThreads = globalThis.crossOriginIsolated ? options.threads : 1;
  return openSession(runtime, "wasm", options);
}

/** What is installed: a page cannot tell before it tries. */
export function onnxRuntimeVersion(): string | null {
  return null;
}

async function load(): Promise<WebRuntime> {
  // A name that only the page's own bundler or import map can resolve; not ours to declare.
  const name: string = "onnxruntime-web";
  try {
    return (await import(/* @vite-ignore */ name)) as WebRuntime;
  } catch (error) {
    throw new CpuUnavailableError(
      `The CPU device in a page needs onnxruntime-web, which cannot be imported here: ${(error as Error).message}. ` +
        `Install it and map the name "onnxruntime-web" in the bundler or an import map.`,
      { cause: error },
    );
  }
}
