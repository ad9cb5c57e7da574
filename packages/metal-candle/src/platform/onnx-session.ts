/**
 * What the two builds of onnxruntime have in common: their JavaScript interface, and how a session of theirs becomes ours.
 *
 * Part of the door: imported by onnx.node.ts and onnx.browser.ts alone.
 */
import type { OnnxSession, OnnxSessionOptions } from "./onnx-types.ts";

/** The part of onnxruntime's interface that is used here. */
export interface OnnxRuntime {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<RuntimeSession>;
  };
}

interface RuntimeSession {
  run(feeds: object, fetches: readonly string[]): Promise<Record<string, { data: Float32Array }>>;
  release(): Promise<void>;
}

/** Opens a session. onnxruntime copies the weights while it does, so the caller's arrays are free afterwards. */
export async function openSession(
  runtime: OnnxRuntime,
  executionProvider: "cpu" | "wasm",
  { model, weights, threads }: OnnxSessionOptions,
): Promise<OnnxSession> {
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: [executionProvider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Its arena keeps what the largest batch took, for ever: 20 to 40 MB with MiniLM, where allocating anew costs under a hundredth of a batch.
    enableCpuMemArena: false,
    // The graph is written with the fused operators in it; searching for more costs start-up time and found nothing faster.
    graphOptimizationLevel: "basic",
    logSeverityLevel: 3,
    // Threads spin between the operators of one run (1.3 times faster than sleeping), and stop when it ends, so that parsers,
    // tokenizers and other processes have the cores meanwhile.
    extra: { session: { force_spinning_stop: "1" } },
    externalData: weights.map(({ name, data }) => ({
      path: name,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
  });
  return {
    notice: null,
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

/** The memory of the weights, each array's once. */
export function buffersOf(weights: OnnxSessionOptions["weights"]): ArrayBuffer[] {
  return [...new Set(weights.map(({ data }) => data.buffer as ArrayBuffer))];
}
