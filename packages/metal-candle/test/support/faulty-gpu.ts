/** A model on the GPU path that something is done to while it works, and what a call may then end with: the right vectors, or an error with a code. */
import type { FaultRun } from "@ferris/testing";
import { EmbeddingModel, MetalCandleError, type LoadOptions } from "../../src/index.ts";
import { openGpu } from "../../src/gpu/device/context.ts";
import { tinyModelFolder } from "./goldens.ts";

/** Of several batches, with the budget below. */
export const texts = Array.from({ length: 36 }, (_, i) => `text ${i} ${"word ".repeat(i % 5)}`);

/** Seconds that a call may take on a busy machine, a reopened device included. */
export const bearable = 60;

export interface Victim {
  readonly model: EmbeddingModel;
  readonly expected: Float32Array;
  /** Milliseconds that a call takes where nothing is wrong. */
  readonly usual: number;
}

export function load(folder = tinyModelFolder("bert"), options: LoadOptions = {}): Promise<EmbeddingModel> {
  return EmbeddingModel.load(folder, {
    device: "gpu",
    dtype: "f32",
    allowSoftwareAdapter: true,
    tokenBudget: 128,
    onNotice: () => undefined,
    ...options,
  });
}

export async function openVictim(options: LoadOptions = {}): Promise<Victim> {
  const model = await load(tinyModelFolder("bert"), options);
  const expected = (await model.embed(texts)).data.slice();
  const started = performance.now();
  await model.embed(texts);
  return { model, expected, usual: performance.now() - started };
}

/** Waits for a call and says how it ended; "right" is the only way that is no error. */
export async function judge(
  run: FaultRun,
  { expected }: Victim,
  call: Promise<{ data: Float32Array }>,
): Promise<string> {
  try {
    const { data } = await run.within(bearable, "A call", call);
    if (data.length === expected.length && data.every((value, i) => value === expected[i])) return "right";
    run.lost("other vectors, without a word");
    return "wrong";
  } catch (error) {
    if (error instanceof MetalCandleError) return error.code;
    run.lost(`an error without a code: ${String(error)}`);
    return "untyped";
  }
}

/** After a fault the next call is fine, and nothing is left behind once the model is closed. */
export async function expectRecovered(run: FaultRun, victim: Victim): Promise<void> {
  const next = await judge(run, victim, victim.model.embed(texts));
  if (next !== "right") run.lost(`the call after the fault ended with ${next}`);
}

/** Closes the model; every buffer must be gone with it. */
export async function closeVictim(run: FaultRun, { model }: Victim): Promise<void> {
  await run.within(bearable, "Closing", model.close());
  const { allocations } = await openGpu(true);
  if (allocations.buffers !== 0) run.lost(`${allocations.buffers} GPU buffers, ${allocations.bytes} bytes`);
}

type Method = (...values: unknown[]) => unknown;

/** Objects of a device have their methods from prototypes, which all devices of the process share. */
export async function prototypes(): Promise<{ device: GPUDevice; queue: GPUQueue; buffer: GPUBuffer }> {
  const { device } = await openGpu(true);
  const buffer = device.createBuffer({ size: 16, usage: 9 });
  buffer.destroy();
  return {
    device: Object.getPrototypeOf(device) as GPUDevice,
    queue: Object.getPrototypeOf(device.queue) as GPUQueue,
    buffer: Object.getPrototypeOf(buffer) as GPUBuffer,
  };
}

/** While `work` runs, objects with this prototype have another method; it is made of the real one, and called on the object. */
export async function withMethod<T>(
  prototype: object,
  name: string,
  make: (real: Method) => Method,
  work: () => Promise<T>,
): Promise<T> {
  const methods = prototype as Record<string, Method>;
  const real = methods[name]!;
  methods[name] = make(real);
  try {
    return await work();
  } finally {
    methods[name] = real;
  }
}

/** While `work` runs, the n-th call of a method is answered by `instead`; those before and after it work. */
export function withFault(
  prototype: object,
  name: string,
  n: number,
  instead: Method,
  work: () => Promise<void>,
): Promise<void> {
  let calls = 0;
  const failing = (real: Method): Method =>
    function (this: unknown, ...values) {
      return calls++ === n ? instead(...values) : real.apply(this, values);
    };
  return withMethod(prototype, name, failing, work);
}
