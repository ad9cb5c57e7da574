/**
 * The onnxruntime door, the page's side: onnxruntime-web, where the page has it.
 *
 * It is no dependency of ours: a page that wants the CPU device installs it and lets its bundler or import map resolve the name.
 * Runs as WebAssembly; more than one thread needs a cross-origin isolated page.
 */
import { CpuUnavailableError } from "../errors.ts";
import type { OnnxSession, OnnxSessionOptions } from "./onnx-types.ts";

/** The part of onnxruntime-web's interface that is used here. */
interface Runtime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<WebSession>;
  };
}

interface WebSession {
  run(feeds: object, fetches: readonly string[]): Promise<Record<string, { data: Float32Array }>>;
  release(): Promise<void>;
}

/**
 * Makes a session.
 * @throws CpuUnavailableError when the page has no onnxruntime-web
 */
export async function createOnnxSession(options: OnnxSessionOptions): Promise<OnnxSession> {
  const runtime = await load();
  runtime.env.wasm.numThreads = globalThis.crossOriginIsolated ? options.threads : 1;
  const session = await runtime.InferenceSession.create(options.model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "basic",
    logSeverityLevel: 3,
    externalData: options.weights.map(({ name, data }) => ({ path: name, data })),
  });
  return {
    async run(inputs, output) {
      const feeds: Record<string, unknown> = {};
      for (const [name, { data, shape }] of Object.entries(inputs)) {
        const type = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "int64";
        feeds[name] = new runtime.Tensor(type, data, shape);
      }
      return (await session.run(feeds, [output]))[output].data;
    },
    release: () => session.release(),
  };
}

/** What is installed: a page cannot tell before it tries. */
export function onnxRuntimeVersion(): string | null {
  return null;
}

async function load(): Promise<Runtime> {
  // A name that only the page's own bundler or import map can resolve; not ours to declare.
  const name: string = "onnxruntime-web";
  try {
    return (await import(/* @vite-ignore */ name)) as Runtime;
  } catch (error) {
    throw new CpuUnavailableError(
      `The CPU device in a page needs onnxruntime-web, which cannot be imported here: ${(error as Error).message}. ` +
        `Install it and map the name "onnxruntime-web" in the bundler or an import map.`,
      { cause: error },
    );
  }
}
