/**
 * A model's weights in GPU memory, in the layout that the kernels want: matrices transposed to [in, out] and padded to the GEMM
 * tile, Q, K and V side by side, a gate among what it gates, the word table in shards that fit a binding.
 *
 * Tensors are read, converted and uploaded one after another, so the host never holds more than one matrix and one slice of
 * the word table.
 */
import { checkNormRange, readStoredWeights, readWeights } from "../../encoder/checked-weights.ts";
import { relativePositionBucket } from "../../encoder/relative-positions.ts";
import { GpuOutOfMemoryError } from "../../errors.ts";
import type { Attention, EncoderDescription, Layer, Linear, Norm, Rotary } from "../../models/encoder-description.ts";
import type { RowStep } from "../../models/description.ts";
import type { WeightTensor } from "../../weights/weight-tensor.ts";
import { bufferUsage, makeBuffer, releaseBuffers, uploadBuffer } from "../device/buffers.ts";
import type { GpuContext } from "../device/context.ts";
import { roundUp } from "../device/kernel-program.ts";
import { weightLayout } from "../kernels/gemm/gemm.ts";
import { rotaryTable } from "../kernels/rotary/rotary.ts";
import { storageBytes, type StorageType } from "../wgsl/storage.ts";
import { wholeRows } from "../wgsl/whole-rows.ts";
import { headLayout, wholeHead, withWholeHeads } from "./attention-heads.ts";
import { hasStream, seamsOf, type Seam } from "./layout.ts";
import { packLinear } from "./pack-linear.ts";
import type { EncoderSetup } from "./setup.ts";
import { Uploads } from "./uploads.ts";

/** A matrix ready for a GEMM: W [k, n] in storage type, bias f32 [n]. */
export interface GpuLinear {
  readonly weight: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly k: number;
  readonly n: number;
}

/** Norms' weights and biases, f32 [2, roundUp(width, 4)] each: those that there are, in the order output, residual, input. */
export type GpuNorms = readonly GPUBuffer[];

export interface GpuLayer {
  readonly qkv: GpuLinear;
  /** Of heads of queries and of keys, f32 [2, 2, headSize]; null without. */
  readonly headNorms: GPUBuffer | null;
  /** Cosines and sines by position; null without. */
  readonly rotary: GPUBuffer | null;
  readonly attentionOutput: GpuLinear;
  readonly attentionSeam: GpuNorms;
  /** Up, or gate and up. */
  readonly inside: GpuLinear;
  readonly down: GpuLinear;
  readonly feedForwardSeam: GpuNorms;
}

export interface WordShard {
  readonly buffer: GPUBuffer;
  readonly first: number;
  readonly words: number;
}

export interface GpuWeights {
  readonly wordEmbeddings: readonly WordShard[];
  /** What the embedding kernel reads beside words: tables of positions and types, a norm; those that there are. */
  readonly embedding: readonly GPUBuffer[];
  readonly embeddingProjection: GpuLinear | null;
  /** The first layer's input norm, where it has one. */
  readonly firstNorm: GpuNorms;
  readonly layers: readonly GpuLayer[];
  /** The head's dense layers, always f32. */
  readonly dense: readonly GpuLinear[];
  /** The LayerNorms among each of the head's steps, f32; null where a group of steps has none. */
  readonly rowSteps: readonly (GPUBuffer | null)[];
  /** f32 [2 · longest − 1, heads] by key − query, or null. */
  readonly relativePositionBias: GPUBuffer | null;
  readonly buffers: readonly GPUBuffer[];
}

/** Bytes of the word table that are read at a time. */
const sliceBytes = 8 << 20;

/**
 * Uploads everything.
 * @param signal gives up between two layers
 * @throws GpuOutOfMemoryError when the adapter's memory does not hold the model; ModelFileError, UnsupportedModelError as readWeights
 */
export async function uploadWeights(setup: EncoderSetup, signal?: AbortSignal): Promise<GpuWeights> {
  const { context, storage } = setup;
  const uploads = new Uploads(context);
  try {
    const weights = await upload(setup, uploads, signal);
    if (await uploads.exhausted()) throw new Error("out of memory");
    return { ...weights, buffers: uploads.buffers };
  } catch (error) {
    // A device that is lost answers with an error of its own: what failed first is the caller's, and the buffers go in any case.
    const exhausted = await uploads.exhausted().catch(() => false);
    const bytes = uploads.buffers.reduce((sum, buffer) => sum + buffer.size, 0);
    releaseBuffers(context, uploads.buffers);
    // Exhausted memory is the cause of whatever else failed here.
    if (!exhausted) throw error;
    throw new GpuOutOfMemoryError(
      `${context.report.name} has no room for the model's weights (${Math.round(bytes / 1e6)} MB in ${storage}). ` +
        `Close other programs that use the GPU, take a smaller model, or use device "cpu".`,
      { cause: error },
    );
  }
}

async function upload(
  { context, encoder, head, storage, choice, longest }: EncoderSetup,
  uploads: Uploads,
  signal?: AbortSignal,
): Promise<Omit<GpuWeights, "buffers">> {
  const layout = weightLayout(choice.gemm.large);
  const keep = (name: string, data: Parameters<typeof uploadBuffer>[2]): GPUBuffer =>
    uploads.make(() => uploadBuffer(context, name, data));
  const linear = async (
    parts: readonly Linear[],
    { type = storage, order = layout, gated = false } = {},
  ): Promise<GpuLinear> => {
    const { weight, bias, k, n } = await packLinear(parts, type, order, gated);
    const { name } = parts[0].weight;
    return { weight: keep(name, weight), bias: keep(name, bias), k, n };
  };
  // Beside a stream, the kernel itself says when it clamps.
  const normStorage = hasStream(encoder) ? "f32" : storage;
  const norms = async ({ output, residual, input }: Seam): Promise<GpuNorms> => {
    const buffers: GPUBuffer[] = [];
    for (const norm of [output, residual, input]) {
      if (norm !== null) buffers.push(keep(norm.weight.name, await normWeights(norm, normStorage)));
    }
    return buffers;
  };
  const tables = new Map<string, GPUBuffer>();
  const rotary = (attention: Attention, source: Rotary): GPUBuffer => {
    const { half } = headLayout(attention);
    const key = [half, source.factor, ...source.inverseFrequencies].join();
    const table = tables.get(key) ?? keep("rotary positions", rotaryTable(source, longest, half));
    tables.set(key, table);
    return table;
  };
  const seams = seamsOf(encoder);
  const layer = async ({ attention, feedForward }: Layer, index: number): Promise<GpuLayer> => {
    const { query, key, value, output } = withWholeHeads(attention);
    const { gate, up, down } = feedForward;
    const headNorms = await queryKeyNorms(attention);
    return {
      qkv: await linear([query, key, value]),
      headNorms: headNorms && keep("norms of heads", headNorms),
      rotary: attention.rotary && rotary(attention, attention.rotary),
      attentionOutput: await linear([output]),
      attentionSeam: await norms(seams[2 * index]),
      inside: gate === null ? await linear([up]) : await linear([gate, up], { gated: true }),
      down: await linear([down]),
      feedForwardSeam: await norms(seams[2 * index + 1]),
    };
  };
  const wordEmbeddings = await uploadWordEmbeddings(context, encoder, storage, uploads);
  const embedding: GPUBuffer[] = [];
  const positions = await joined(encoder.positionTable, encoder.tokenTypeTable);
  if (positions.length > 0) embedding.push(keep("position embeddings", positions));
  if (encoder.embeddingNorm)
    embedding.push(keep("embedding norm", await normWeights(encoder.embeddingNorm, normStorage)));
  const embeddingProjection = encoder.embeddingProjection && (await linear([encoder.embeddingProjection]));
  const firstNorm = await norms({ output: null, residual: null, input: encoder.layers[0].attentionInputNorm });
  const layers: GpuLayer[] = [];
  for (const [index, source] of encoder.layers.entries()) {
    signal?.throwIfAborted();
    layers.push(await layer(source, index));
  }
  const dense: GpuLinear[] = [];
  for (const source of head.dense) dense.push(await linear([source], { type: "f32", order: "kn" }));
  const rowSteps: (GPUBuffer | null)[] = [];
  for (const steps of head.rowSteps) {
    const values = await stepWeights(steps);
    rowSteps.push(values.length > 0 ? keep("norms of the head", values) : null);
  }
  const { relativePositionBias } = encoder;
  return {
    wordEmbeddings,
    embedding,
    embeddingProjection,
    firstNorm,
    layers,
    dense,
    rowSteps,
    relativePositionBias:
      relativePositionBias &&
      keep(
        "relative bias",
        relativePositionBiasTable(
          await readWeights(relativePositionBias, "f32"),
          relativePositionBias.shape as [number, number],
          longest,
        ),
      ),
  };
}

async function uploadWordEmbeddings(
  context: GpuContext,
  { wordEmbeddings: table, vocabSize }: EncoderDescription,
  storage: StorageType,
  uploads: Uploads,
): Promise<WordShard[]> {
  const width = table.shape[1];
  const rowBytes = roundUp(width, 4) * storageBytes(storage);
  const limit = Math.min(context.report.limits.maxStorageBufferBindingSize, context.report.limits.maxBufferSize);
  const shardRows = Math.floor(limit / rowBytes);
  const sliceRows = Math.max(1, Math.floor(sliceBytes / rowBytes));
  const shards: WordShard[] = [];
  for (let first = 0; first < vocabSize; first += shardRows) {
    const words = Math.min(shardRows, vocabSize - first);
    const usage = bufferUsage.storage | bufferUsage.copyTarget;
    const buffer = uploads.make(() => makeBuffer(context, `word embeddings ${first}`, words * rowBytes, usage));
    // Slices are written one by one, outside any scope: never to a buffer that was not made.
    if (await uploads.exhausted()) throw new Error("out of memory");
    for (let row = 0; row < words; row += sliceRows) {
      const slice = await readStoredWeights(table, storage, first + row, Math.min(sliceRows, words - row));
      context.device.queue.writeBuffer(buffer, row * rowBytes, wholeRows(slice, width));
    }
    shards.push({ buffer, first, words });
  }
  return shards;
}

/** A norm's weight and bias as kernels read them: f32 [2, roundUp(width, 4)]. `storage` is that of its result. */
async function normWeights({ weight, bias }: Norm, storage: StorageType): Promise<Float32Array<ArrayBuffer>> {
  const [width] = weight.shape;
  const both = new Float32Array(2 * width);
  both.set(await readWeights(weight, "f32"));
  if (bias) both.set(await readWeights(bias, "f32"), width);
  if (storage === "f16") checkNormRange(weight.name, both.subarray(0, width), both.subarray(width));
  return wholeRows(both, width);
}

/** Of queries, then of keys: weight and bias as heads lie in memory. Null where there are none. */
async function queryKeyNorms(attention: Attention): Promise<Float32Array<ArrayBuffer> | null> {
  const { queryNorm, keyNorm, headSize } = attention;
  if (queryNorm === null || keyNorm === null) return null;
  const layout = headLayout(attention);
  const all = new Float32Array(4 * layout.size);
  for (const [index, norm] of [queryNorm, keyNorm].entries()) {
    const weight = await readWeights(norm.weight, "f32");
    const bias = norm.bias ? await readWeights(norm.bias, "f32") : new Float32Array(headSize);
    all.set(wholeHead(weight, layout), 2 * index * layout.size);
    all.set(wholeHead(bias, layout), (2 * index + 1) * layout.size);
  }
  return all;
}

/** Weight and bias of each LayerNorm among a head's steps, in order. */
async function stepWeights(steps: readonly RowStep[]): Promise<Float32Array<ArrayBuffer>> {
  const values: number[] = [];
  for (const step of steps) {
    if (step.kind !== "layer-norm") continue;
    const { weight, bias } = step.norm;
    values.push(...(await readWeights(weight, "f32")));
    values.push(...(bias ? await readWeights(bias, "f32") : new Float32Array(weight.shape[0])));
  }
  return new Float32Array(values);
}

async function joined(first: WeightTensor | null, second: WeightTensor | null): Promise<Float32Array<ArrayBuffer>> {
  const parts = [first, second].filter((table): table is WeightTensor => table !== null);
  const values = [];
  for (const table of parts) values.push(wholeRows(await readWeights(table, "f32"), table.shape[1]));
  const whole = new Float32Array(values.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of values) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** MPNet's relative-position bias spread out by distance: entry (key − query + longest − 1, head). */
function relativePositionBiasTable(
  table: Float32Array,
  [buckets, heads]: readonly [number, number],
  longest: number,
): Float32Array<ArrayBuffer> {
  const spread = new Float32Array((2 * longest - 1) * heads);
  for (let distance = 1 - longest; distance < longest; distance++) {
    const bucket = relativePositionBucket(distance, buckets);
    for (let head = 0; head < heads; head++) {
      spread[(distance + longest - 1) * heads + head] = table[bucket * heads + head];
    }
  }
  return spread;
}

/** Frees a model's weights. */
export function releaseWeights(context: GpuContext, weights: GpuWeights): void {
  releaseBuffers(context, weights.buffers);
}
