/**
 * The arena: every buffer that a batch passes through, sized once from the token budget and never again.
 *
 * Activations live in four role buffers, or five, used by every layer in turn; the batch's input is one buffer; what comes back has one
 * output buffer and a readback buffer for each batch in flight. Rows are padded to the GEMM tile, so kernels need no bounds.
 */
import { GpuOutOfMemoryError } from "../../errors.ts";
import type { Head } from "../../models/description.ts";
import { hasStream, stridesOf } from "./layout.ts";
import { batchWords } from "../wgsl/batch-layout.ts";
import { allocates, bufferUsage, makeBuffer, releaseBuffers } from "../device/buffers.ts";
import { roundUp } from "../device/kernel-program.ts";
import { queryRowsOf } from "../kernels/attention/attention.ts";
import { alignment, tileRows } from "../kernels/gemm/gemm.ts";
import { outputStride } from "../kernels/pooling/finished-row.ts";
import { storageBytes } from "../wgsl/storage.ts";
import type { EncoderSetup } from "./setup.ts";

export interface Arena {
  readonly tokenBudget: number;
  readonly maxSequences: number;
  readonly maxWorkItems: number;
  /** Header, tokens, positions, cumulative lengths, pooling skips, work list: see batch-layout.ts. */
  readonly batch: GPUBuffer;
  /** What a block reads [rows, hidden]: the residual stream itself, where there is no other. */
  readonly hidden: GPUBuffer;
  /** The residual stream f32 [rows, hidden], where it is a buffer of its own (layout.ts). */
  readonly stream: GPUBuffer | null;
  /** A GEMM's output before its residual is added [rows, hidden]; f32 where there is a stream. */
  readonly projected: GPUBuffer;
  /** Attention's output [rows, context]. */
  readonly context: GPUBuffer;
  /** Q|K|V, then the feed-forward layer's inside, and before all layers embeddings that are projected [rows, the widest of them]. */
  readonly wide: GPUBuffer;
  /** Pooled rows and the dense layers' outputs, f32, used in turn; empty where nothing happens to pooled rows. */
  readonly dense: readonly GPUBuffer[];
  /** u32 [rows]: raised by a kernel that had to clamp a value of the row to f16's range; cleared before each batch. */
  readonly overflow: GPUBuffer;
  /** Finished rows with their trailers. */
  readonly output: GPUBuffer;
  readonly readbacks: readonly GPUBuffer[];
  readonly buffers: readonly GPUBuffer[];
}

/** Whether anything happens to rows between pooling and the end. */
export function rowsAreMade({ dense, rowSteps }: Head): boolean {
  return dense.length > 0 || rowSteps.some((steps) => steps.length > 0);
}

/** Submits of a batch, before the last, that can leave a mark behind its rows in a readback buffer (batch-runner.ts), a word each. */
export const submitMarks = 256;

/** Batches in flight, hence readback buffers. */
export const batchesInFlight = 2;

/** A text is at least two tokens ([CLS] and [SEP]), so a batch holds at most half as many sequences as tokens. */
function sequencesFor(tokenBudget: number): number {
  return Math.max(1, Math.min(16_384, tokenBudget >> 1));
}

/**
 * Makes the arena, halving the budget until the GPU's memory holds it, down to the longest text.
 * @param wanted tokens of a batch
 * @throws GpuOutOfMemoryError when even that does not fit
 */
export async function makeArena(setup: EncoderSetup, wanted: number): Promise<Arena> {
  const { context, encoder, storage, longest: smallest } = setup;
  const strides = stridesOf(encoder);
  const widest = Math.max(
    Math.max(strides.qkv, strides.inside, strides.context) * storageBytes(storage),
    hasStream(encoder) ? strides.hidden * storageBytes("f32") : 0,
  );
  const binding = context.report.limits.maxStorageBufferBindingSize;
  let budget = Math.min(wanted, Math.floor(binding / widest / tileRows) * tileRows);
  for (; budget >= smallest; budget = budget > smallest ? Math.max(smallest, budget >> 1) : 0) {
    const tokenBudget = budget;
    const { value, exhausted } = await allocates(context, () => allocateArena(setup, tokenBudget));
    if (!exhausted) return value;
    releaseBuffers(context, value.buffers);
  }
  throw new GpuOutOfMemoryError(
    `${context.report.name} has no room for one batch of ${smallest} tokens, the model's maximum length. Close other programs ` +
      `that use the GPU, lower maxLength, or use device "cpu".`,
  );
}

function allocateArena({ context, encoder, head, storage, choice }: EncoderSetup, tokenBudget: number): Arena {
  const strides = stridesOf(encoder);
  const streams = hasStream(encoder);
  const rows = roundUp(tokenBudget, tileRows);
  const bytes = storageBytes(storage);
  const maxSequences = sequencesFor(tokenBudget);
  const maxWorkItems = Math.ceil(tokenBudget / queryRowsOf(choice.attention)) + maxSequences;
  const storageUse = bufferUsage.storage | bufferUsage.copySource;
  const make = (label: string, size: number, usage: number): GPUBuffer => makeBuffer(context, label, size, usage);
  const activations = (label: string, stride: number, element = bytes): GPUBuffer =>
    make(label, rows * stride * element, storageUse);
  const pooledWidth = head.poolings.length * encoder.hiddenSize;
  const denseWidth = roundUp(Math.max(pooledWidth, ...head.dense.map((layer) => layer.weight.shape[0])), alignment);
  const denseRows = roundUp(maxSequences, tileRows);
  const outputBytes = maxSequences * outputStride(head.dimensions) * 4;
  const named = {
    batch: make("batch", batchWords(tokenBudget, maxSequences, maxWorkItems) * 4, storageUse | bufferUsage.copyTarget),
    hidden: activations("hidden", strides.hidden),
    projected: activations("projected", strides.hidden, streams ? storageBytes("f32") : bytes),
    context: activations("context", strides.context),
    wide: activations("wide", Math.max(strides.qkv, strides.inside, strides.embedding)),
    overflow: make("overflow", rows * 4, bufferUsage.storage | bufferUsage.copyTarget),
    output: make("output", outputBytes, storageUse),
  };
  const stream = streams ? activations("stream", strides.hidden, storageBytes("f32")) : null;
  const dense = rowsAreMade(head)
    ? [0, 1].map((i) => make(`dense ${i}`, denseRows * denseWidth * 4, bufferUsage.storage))
    : [];
  const readbacks = Array.from({ length: batchesInFlight }, (_, i) =>
    make(`readback ${i}`, outputBytes + submitMarks * 4, bufferUsage.mapRead | bufferUsage.copyTarget),
  );
  return {
    tokenBudget,
    maxSequences,
    maxWorkItems,
    ...named,
    stream,
    dense,
    readbacks,
    buffers: [...Object.values(named), ...(stream ? [stream] : []), ...dense, ...readbacks],
  };
}
