/**
 * Running out of GPU memory is the error of who ran out: not of another model that loads on the same device at that moment, and not
 * the device's loss. The device here is a pretended one that keeps the stack of error scopes as WebGPU does.
 */
import { expect, test } from "vitest";
import { allocates } from "../../../src/gpu/device/buffers.ts";
import type { GpuContext } from "../../../src/gpu/device/context.ts";
import { VectorSearch } from "../../../src/gpu/nearest/vector-search.ts";
import { VectorShards } from "../../../src/gpu/nearest/vector-shards.ts";
import { uploadWeights } from "../../../src/gpu/run/weights.ts";
import { GpuOutOfMemoryError } from "../../../src/index.ts";
import type { KernelChoice } from "../../../src/gpu/choose/variants.ts";
import { GemmTimer } from "../../../src/gpu/choose/gemm-timer.ts";
import type { Head } from "../../../src/models/description.ts";
import type { EncoderDescription, Linear, Norm } from "../../../src/models/encoder-description.ts";

/** Buffers whose label includes "big", or that are larger, do not fit: nothing may be written to them. Uncaught errors are listed. */
function pretendedDevice(most = Infinity) {
  let largest = most;
  const scopes: { filter: string; error: { message: string } | null }[] = [];
  const uncaught: string[] = [];
  let deepest = 0;
  const raise = (filter: string, message: string): void => {
    const scope = scopes.findLast((candidate) => candidate.filter === filter);
    if (scope) scope.error ??= { message };
    else uncaught.push(message);
  };
  const device = {
    features: new Set(),
    pushErrorScope: (filter: string) => (deepest = Math.max(deepest, scopes.push({ filter, error: null }))),
    popErrorScope: async () => scopes.pop()!.error,
    createBuffer({ label, size }: { label: string; size: number }) {
      if (label.includes("big") || size > largest) raise("out-of-memory", `no room for ${label}`);
      return { label, size, destroy: () => undefined };
    },
    queue: {
      writeBuffer({ label, size }: { label: string; size: number }) {
        if (label.includes("big") || size > largest) raise("validation", `${label} is invalid`);
      },
    },
    destroy: () => uncaught.push("destroyed"),
  };
  const context = {
    device,
    report: { name: "pretended", limits: { maxStorageBufferBindingSize: 1e9, maxBufferSize: 1e9 } },
    allocations: { buffers: 0, bytes: 0 },
    loss: { reason: null },
    adopted: false,
  } as unknown as GpuContext;
  return { context, scopes, uncaught, deepest: () => deepest, hold: (bytes: number) => void (largest = bytes) };
}

const head = { dense: [], rowSteps: [[]] } as unknown as Head;
const choice = { gemm: { large: { family: "direct" } } } as unknown as KernelChoice;

/** A model whose tensors take a while to read. */
function encoderOf(milliseconds: number, bigTensor: string): EncoderDescription {
  const tensor = (name: string, ...dimensions: number[]) => ({
    name: name === bigTensor ? `big ${name}` : name,
    shape: dimensions,
    storage: "f32",
    read: async (_ = 0, rows = dimensions[0]) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return new Float32Array(rows * (dimensions[1] ?? 1));
    },
  });
  const norm = (name: string) =>
    ({ kind: "layer", weight: tensor(`${name} w`, 4), bias: tensor(`${name} b`, 4), epsilon: 1e-12 }) as Norm;
  const linear = (name: string) => ({ weight: tensor(name, 4, 4), bias: tensor(`${name} b`, 4) }) as Linear;
  return {
    hiddenSize: 4,
    vocabSize: 8,
    maxPositions: 4,
    wordEmbeddings: tensor("words", 8, 4),
    embeddingScale: 1,
    positionTable: tensor("positions", 4, 4),
    positionOffset: 0,
    tokenTypeTable: null,
    embeddingNorm: norm("embedding"),
    embeddingProjection: null,
    relativePositionBias: null,
    finalNorm: null,
    layers: [
      {
        attention: {
          query: linear("q"),
          key: linear("k"),
          value: linear("v"),
          output: linear("o"),
          heads: 1,
          keyValueHeads: 1,
          headSize: 4,
          scale: 0.5,
          causal: false,
          window: null,
          queryNorm: null,
          keyNorm: null,
          rotary: null,
        },
        attentionInputNorm: null,
        attentionOutputNorm: null,
        attentionResidualNorm: norm("attention"),
        feedForward: { gate: null, up: linear("i"), down: linear("d"), activation: "gelu" },
        feedForwardInputNorm: null,
        feedForwardOutputNorm: null,
        feedForwardResidualNorm: norm("output"),
      },
    ],
  } as EncoderDescription;
}

test("two models load at once: only the one whose weights do not fit fails", async () => {
  const { context, scopes, uncaught, deepest } = pretendedDevice();
  const load = (milliseconds: number, big: string) =>
    uploadWeights({ context, encoder: encoderOf(milliseconds, big), head, choice, storage: "f32", longest: 4 });
  const [large, small] = await Promise.allSettled([load(5, "q"), load(3, "")]);
  expect((large as PromiseRejectedResult).reason).toBeInstanceOf(GpuOutOfMemoryError);
  expect(small.status).toBe("fulfilled");
  expect([scopes, uncaught]).toEqual([[], []]);
  expect(deepest()).toBe(2);
  const kept = (small as PromiseFulfilledResult<Awaited<ReturnType<typeof load>>>).value.buffers;
  expect(context.allocations.buffers).toBe(kept.length);
});

test("an allocation that throws leaves no scope behind; an error of another kind is the device's loss", async () => {
  const { context, scopes } = pretendedDevice();
  const throws = (): never => {
    throw new RangeError("no such size");
  };
  await expect(allocates(context, throws)).rejects.toThrow("no such size");
  expect(scopes).toEqual([]);
  const writes = (): void => context.device.queue.writeBuffer({ label: "big" } as GPUBuffer, 0, new Uint8Array(4));
  await expect(allocates(context, writes)).rejects.toThrow("was lost while buffers were made: big is invalid");
  expect(context.loss.reason).toContain("big is invalid");
});

test("a search whose answer does not fit fails alone, keeps the device, and a smaller one succeeds", async () => {
  const { context, uncaught, scopes, hold } = pretendedDevice();
  const kernels = { pipelines: { get: async () => ({}), bind: () => ({}) } };
  const vectors = new VectorShards({ ...context, ...kernels } as unknown as GpuContext, 4);
  await vectors.reserve(16_384);
  await vectors.write(0, new Float32Array(4 * 16_384).fill(1));
  const held = { ...context.allocations };
  hold(100_000);
  const search = await VectorSearch.open({ ...context, ...kernels } as unknown as GpuContext, vectors);
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(search.nearest([1, 0, 0, 0], 16_384, 0, vectors.taken)).rejects.toThrow(GpuOutOfMemoryError);
  }
  expect([uncaught, scopes, context.loss.reason]).toEqual([[], [], null]);
  search.release();
  expect(context.allocations).toEqual(held);
});

test("timing takes fewer rows when memory is short, or fails; neither leaves anything allocated", async () => {
  const product = { storage: "f32", n: 1024, k: 256, activation: "identity" } as const;
  const { context, uncaught, scopes } = pretendedDevice(4096 * 1024 * 4);
  const timer = await GemmTimer.open(context, product, 16_384);
  expect(timer.mostRows).toBe(4096);
  timer.close();
  expect(context.allocations).toEqual({ buffers: 0, bytes: 0 });
  const none = pretendedDevice(1000);
  await expect(GemmTimer.open(none.context, product, 16_384)).rejects.toThrow(GpuOutOfMemoryError);
  expect(none.context.allocations).toEqual({ buffers: 0, bytes: 0 });
  expect([uncaught, none.uncaught, scopes, none.scopes]).toEqual([[], [], [], []]);
});
