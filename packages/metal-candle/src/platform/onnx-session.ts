/**
 * What the two builds of onnxruntime have in common: their JavaScript interface, and how a session of theirs becomes ours.
 *
 * Part of the door: imported by onnx.node.ts and onnx.browser.ts alone.
 */
import type { OnnxInput, OnnxSession, OnnxSessionOptions } from "./onnx-types.ts";

/** The part of onnxruntime's interface that is used here. */
export interface OnnxRuntime {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<RuntimeSession>;
  };
}

/** The typed arrays of one realm. A test runner's realm (Jest's, Vitest's vmThreads) has others than the runtime's own. */
export type Realm = Pick<typeof globalThis, "Float32Array" | "Int32Array" | "BigInt64Array" | "Uint8Array">;

interface RuntimeSession {
  run(feeds: object, fetches: readonly string[]): Promise<Record<string, { data: Float32Array }>>;
  release(): Promise<void>;
}

/**
 * Opens a session. onnxruntime copies the weights while it does, so the caller's arrays are free afterwards.
 * @param realm whose typed arrays the runtime takes and gives
 */
export async function openSession(
  runtime: OnnxRuntime,
  executionProvider: "cpu" | "wasm",
  { model, weights, threads }: OnnxSessionOptions,
  realm: Realm = globalThis,
): Promise<OnnxSession> {
  const session = await runtime.InferenceSession.create(viewIn(realm, "Uint8Array", model), {
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
      data: new realm.Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
  });
  return {
    notice: null,
    async run(inputs, output) {
      const feeds: Record<string, unknown> = {};
      for (const [name, { data, shape }] of Object.entries(inputs)) {
        const [type, array] =
          data instanceof Float32Array
            ? (["float32", "Float32Array"] as const)
            : data instanceof Int32Array
              ? (["int32", "Int32Array"] as const)
              : (["int64", "BigInt64Array"] as const);
        feeds[name] = new runtime.Tensor(type, viewIn(realm, array, data), shape);
      }
      return viewIn(globalThis, "Float32Array", (await session.run(feeds, [output]))[output].data);
    },
    release: () => session.release(),
  };
}

/** The memory of the weights, each array's once. */
export function buffersOf(weights: OnnxSessionOptions["weights"]): ArrayBuffer[] {
  return [...new Set(weights.map(({ data }) => data.buffer as ArrayBuffer))];
}

/** The same memory as an array of that realm: the array itself where it is one. */
function viewIn<A extends Uint8Array | OnnxInput["data"]>(realm: Realm, name: keyof Realm, array: A): A {
  const Kind = realm[name] as unknown as new (buffer: ArrayBufferLike, offset: number, length: number) => A;
  return array instanceof Kind ? array : new Kind(array.buffer, array.byteOffset, array.length);
}
