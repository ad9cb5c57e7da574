/**
 * The onnxruntime door, Node's side: loads onnxruntime-node the first time that somebody asks for the CPU device.
 *
 * An optional dependency: absent (or without a binary for this platform) is a CpuUnavailableError that says what to install.
 * onnxruntime reports to its maker unless ORT_DISABLE_TELEMETRY is in the process's environment before its library loads, so
 * that is set here, and nothing is loaded where it cannot be.
 */
import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import { CpuUnavailableError } from "../errors.ts";
import type { OnnxSession, OnnxSessionOptions } from "./onnx-types.ts";

const TELEMETRY = "ORT_DISABLE_TELEMETRY";

/** The part of onnxruntime-node's interface that is used here. */
interface Runtime {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<NativeSession>;
  };
}

interface NativeSession {
  run(feeds: object, fetches: readonly string[]): Promise<Record<string, { data: Float32Array }>>;
  release(): Promise<void>;
}

let loaded: Promise<Runtime> | null = null;

/**
 * Makes a session.
 * @throws CpuUnavailableError when onnxruntime-node cannot be loaded
 */
export async function createOnnxSession(options: OnnxSessionOptions): Promise<OnnxSession> {
  loaded ??= load();
  const runtime = await loaded.catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  const session = await runtime.InferenceSession.create(options.model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "basic",
    logSeverityLevel: 3,
    externalData: options.weights.map(({ name, data }) => ({
      path: name,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
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

/** What is installed, for `doctor`: the version, or null. */
export function onnxRuntimeVersion(): string | null {
  try {
    const manifest = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
    return `onnxruntime-node ${manifest.version}`;
  } catch {
    return null;
  }
}

async function load(): Promise<Runtime> {
  if (isMainThread) {
    process.env[TELEMETRY] = "1";
  } else if (process.env[TELEMETRY] !== "1") {
    // A worker's process.env is a copy: writing to it does not reach the library.
    throw new CpuUnavailableError(
      `The CPU device was first asked for in a worker thread, where onnxruntime's telemetry cannot be turned off. ` +
        `Start the process with ${TELEMETRY}=1, or open a model on the CPU device in the main thread first.`,
    );
  }
  try {
    const module = (await import("onnxruntime-node")) as unknown as { default?: Runtime } & Runtime;
    return module.default ?? module;
  } catch (error) {
    const missing = onnxRuntimeVersion() === null;
    throw new CpuUnavailableError(
      missing
        ? `The CPU device needs onnxruntime-node, which is not installed: npm install onnxruntime-node@1.30.0`
        : `The CPU device needs onnxruntime-node, which is installed and does not load on ${process.platform}-${process.arch}: ` +
            `${(error as Error).message}. It has binaries for 64-bit Linux, Windows, and macOS on Apple silicon.`,
      { cause: error },
    );
  }
}
