/**
 * A model's weights in GPU memory, in the layout that the kernels want: matrices transposed to [in, out] and padded to the GEMM
 * tile, Q, K and V side by side, the word table in shards that fit a binding.
 *
 * Tensors are read, converted and uploaded one after another, so the host never holds more than one matrix and one slice of
 * the word table.
 */
import { readWeights } from "../../encoder/checked-weights.ts";
import { relativePositionBucket } from "../../encoder/relative-positions.ts";
import { GpuOutOfMemoryError } from "../../errors.ts";
import type { Linear } from "../../models/encoder-description.ts";
import type { BiasedNorm, EncoderShape, EncoderWeights, LayerWeights } from "./bert-blocks.ts";
import type { WeightTensor } from "../../weights/weight-tensor.ts";
import { withWholeHeads } from "./attention-heads.ts";
import { allocateScoped, bufferUsage, makeBuffer, releaseBuffers, uploadBuffer } from "../device/buffers.ts";
import type { GpuContext } from "../device/context.ts";
import { floatsToHalves } from "../../weights/half-float.ts";
import { alignment, weightLayout } from "../kernels/gemm/gemm.ts";
import type { EncoderSetup } from "./setup.ts";
import { roundUp } from "../device/kernel-program.ts";
import { storageBytes, type StorageType } from "../wgsl/storage.ts";

/** A matrix ready for a GEMM: W [k, n] in storage type, bias f32 [n]. */
export interface GpuLinear {
  readonly weight: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly k: number;
  readonly n: number;
}

export interface GpuLayer {
  readonly qkv: GpuLinear;
  readonly attentionOutput: GpuLinear;
  readonly attentionNorm: { readonly weight: GPUBuffer; readonly bias: GPUBuffer };
  readonly intermediate: GpuLinear;
  readonly output: GpuLinear;
  readonly outputNorm: { readonly weight: GPUBuffer; readonly bias: GPUBuffer };
}

export interface WordShard {
  readonly buffer: GPUBuffer;
  readonly first: number;
  readonly words: number;
}

export interface GpuWeights {
  readonly wordEmbeddings: readonly WordShard[];
  /** Position rows, then token-type rows, f32. */
  readonly positionEmbeddings: GPUBuffer;
  /** Embedding LayerNorm: weight, then bias, f32. */
  readonly norm: GPUBuffer;
  readonly layers: readonly GpuLayer[];
  /** The head's dense layers, always f32. */
  readonly dense: readonly GpuLinear[];
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
export async function uploadWeights(
  { context, shape, head, storage, choice, longest }: EncoderSetup,
  weights: EncoderWeights,
  signal?: AbortSignal,
): Promise<GpuWeights> {
  const layout = weightLayout(choice.gemm.large);
  const uploads = new Uploads(context);
  const keep = (name: string, data: Parameters<typeof uploadBuffer>[2]): GPUBuffer =>
    uploads.make(() => uploadBuffer(context, name, data));
  try {
    const linear = async (parts: readonly Linear[], type = storage, order = layout): Promise<GpuLinear> => {
      const packed = await packLinear(parts, type, order);
      return {
        weight: keep(parts[0].weight.name, packed.weight),
        bias: keep(parts[0].weight.name, packed.bias),
        k: packed.k,
        n: packed.n,
      };
    };
    const vector = async (tensor: WeightTensor): Promise<GPUBuffer> =>
      keep(tensor.name, await readWeights(tensor, "f32"));
    const norm = async ({ weight, bias }: BiasedNorm) => ({ weight: await vector(weight), bias: await vector(bias) });
    const layer = async (source: LayerWeights): Promise<GpuLayer> => ({
      qkv: await linear([source.query, source.key, source.value]),
      attentionOutput: await linear([source.attentionOutput]),
      attentionNorm: await norm(source.attentionNorm),
      intermediate: await linear([source.intermediate]),
      output: await linear([source.output]),
      outputNorm: await norm(source.outputNorm),
    });
    const wordEmbeddings = await uploadWordEmbeddings(context, weights.wordEmbeddings, shape, storage, uploads);
    const positionEmbeddings = keep(
      "position embeddings",
      await joined(weights.positionEmbeddings, weights.tokenTypeEmbeddings),
    );
    const embeddingNorm = keep(
      "embedding norm",
      await joined(weights.embeddingNorm.weight, weights.embeddingNorm.bias),
    );
    const layers: GpuLayer[] = [];
    for (const source of weights.layers) {
      signal?.throwIfAborted();
      layers.push(await layer(withWholeHeads(source, shape)));
    }
    const dense: GpuLinear[] = [];
    for (const source of head.dense)
      dense.push(await linear([{ weight: source.weight, bias: source.bias as WeightTensor }], "f32", "kn"));
    const relativePositionBias = weights.relativePositionBias
      ? keep(
          "relative bias",
          relativePositionBiasTable(await readWeights(weights.relativePositionBias, "f32"), shape, longest),
        )
      : null;
    if (await uploads.exhausted()) throw new Error("out of memory");
    return {
      wordEmbeddings,
      positionEmbeddings,
      norm: embeddingNorm,
      layers,
      dense,
      relativePositionBias,
      buffers: uploads.buffers,
    };
  } catch (error) {
    const exhausted = await uploads.exhausted();
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

/** The buffers made so far, and whether there was memory for them: asked at the end, so that no upload waits for an answer. */
class Uploads {
  readonly buffers: GPUBuffer[] = [];
  readonly #context: GpuContext;
  readonly #answers: Promise<boolean>[] = [];

  constructor(context: GpuContext) {
    this.#context = context;
  }

  make(allocate: () => GPUBuffer): GPUBuffer {
    const { value, exhausted } = allocateScoped(this.#context, allocate);
    this.buffers.push(value);
    this.#answers.push(exhausted);
    // Whoever asks hears it; it may be asked much later.
    exhausted.catch(() => undefined);
    return value;
  }

  /** @throws DeviceLostError for an error of another kind */
  async exhausted(): Promise<boolean> {
    return (await Promise.all(this.#answers)).includes(true);
  }
}

async function uploadWordEmbeddings(
  context: GpuContext,
  table: WeightTensor,
  shape: EncoderShape,
  storage: StorageType,
  uploads: Uploads,
): Promise<WordShard[]> {
  const rowBytes = shape.hiddenSize * storageBytes(storage);
  const limit = Math.min(context.report.limits.maxStorageBufferBindingSize, context.report.limits.maxBufferSize);
  const shardRows = Math.floor(limit / rowBytes);
  const sliceRows = Math.max(1, Math.floor(sliceBytes / rowBytes));
  const shards: WordShard[] = [];
  for (let first = 0; first < shape.vocabSize; first += shardRows) {
    const words = Math.min(shardRows, shape.vocabSize - first);
    const usage = bufferUsage.storage | bufferUsage.copyTarget;
    const buffer = uploads.make(() => makeBuffer(context, `word embeddings ${first}`, words * rowBytes, usage));
    // Slices are written one by one, outside any scope: never to a buffer that was not made.
    if (await uploads.exhausted()) throw new Error("out of memory");
    for (let row = 0; row < words; row += sliceRows) {
      const slice = await readWeights(table, storage, first + row, Math.min(sliceRows, words - row));
      context.device.queue.writeBuffer(buffer, row * rowBytes, storage === "f16" ? floatsToHalves(slice) : slice);
    }
    shards.push({ buffer, first, words });
  }
  return shards;
}

/** Matrices [out, in] side by side as one [k, n] or [n, k], zero-padded to the tile, and their biases. */
async function packLinear(parts: readonly Linear[], storage: StorageType, layout: "kn" | "nk") {
  const [, inputs] = parts[0].weight.shape;
  const outputs = parts.reduce((sum, part) => sum + part.weight.shape[0], 0);
  const k = roundUp(inputs, alignment);
  const n = roundUp(outputs, alignment);
  const weight = new Float32Array(k * n);
  const bias = new Float32Array(n);
  let column = 0;
  for (const part of parts) {
    const rows = part.weight.shape[0];
    const source = await readWeights(part.weight, storage);
    if (layout === "kn") transposeInto(weight, source, rows, inputs, n, column);
    else
      for (let row = 0; row < rows; row++)
        weight.set(source.subarray(row * inputs, (row + 1) * inputs), (column + row) * k);
    if (part.bias) bias.set(await readWeights(part.bias, "f32"), column);
    column += rows;
  }
  return { weight: storage === "f16" ? floatsToHalves(weight) : weight, bias, k, n };
}

/** target[i · stride + column + o] = source[o · inputs + i], in blocks that stay in the cache. */
function transposeInto(
  target: Float32Array,
  source: Float32Array,
  outputs: number,
  inputs: number,
  stride: number,
  column: number,
): void {
  const block = 32;
  for (let firstOutput = 0; firstOutput < outputs; firstOutput += block) {
    const lastOutput = Math.min(firstOutput + block, outputs);
    for (let firstInput = 0; firstInput < inputs; firstInput += block) {
      const lastInput = Math.min(firstInput + block, inputs);
      for (let i = firstInput; i < lastInput; i++) {
        const row = i * stride + column;
        for (let o = firstOutput; o < lastOutput; o++) target[row + o] = source[o * inputs + i];
      }
    }
  }
}

async function joined(first: WeightTensor, second: WeightTensor | null): Promise<Float32Array<ArrayBuffer>> {
  const head = await readWeights(first, "f32");
  const tail = second ? await readWeights(second, "f32") : new Float32Array(0);
  const whole = new Float32Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

/** MPNet's relative-position bias spread out by distance: entry (key − query + longest − 1, head). */
function relativePositionBiasTable(
  table: Float32Array,
  shape: EncoderShape,
  longest: number,
): Float32Array<ArrayBuffer> {
  const buckets = shape.relativePositionBuckets as number;
  const spread = new Float32Array((2 * longest - 1) * shape.numAttentionHeads);
  for (let distance = 1 - longest; distance < longest; distance++) {
    const bucket = relativePositionBucket(distance, buckets);
    for (let head = 0; head < shape.numAttentionHeads; head++) {
      spread[(distance + longest - 1) * shape.numAttentionHeads + head] =
        table[bucket * shape.numAttentionHeads + head];
    }
  }
  return spread;
}

/** Frees a model's weights. */
export function releaseWeights(context: GpuContext, weights: GpuWeights): void {
  releaseBuffers(context, weights.buffers);
}
