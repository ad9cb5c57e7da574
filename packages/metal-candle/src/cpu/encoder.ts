/**
 * The CPU device: an Encoder that runs a description's graph in onnxruntime.
 *
 * The explicit fallback, the baseline of benchmarks, and the second opinion in tests. It pads where the GPU packs, and in Node it computes
 * on the calling thread's time unless it has one of its own: one batch at a time, each short enough that an abort or a timer comes through.
 */
import { availableThreads } from "#platform/environment";
import { createOnnxSession } from "#platform/onnx";
import type { Encoder, EncoderLimits, Receive } from "../encoder/encoder.ts";
import type { PackedBatch } from "../encoder/packed-batch.ts";
import type { EncoderReport } from "../encoder/report.ts";
import { notFinite } from "../encoder/not-finite.ts";
import { ModelClosedError } from "../errors.ts";
import type { ModelDescription } from "../models/description.ts";
import type { EncoderDescription } from "../models/encoder-description.ts";
import type { OnnxSession } from "../platform/onnx-types.ts";
import { queryBlocks } from "./attention-blocks.ts";
import { encoderGraph, hiddenOutput, rowsOutput } from "./encoder-graph.ts";
import { lastingSession } from "./lasting-session.ts";
import { withMemory } from "./out-of-memory.ts";
import { paddedInputs } from "./padded-batch.ts";

/**
 * Sequences and tokens in a batch for each thread. Measured with MiniLM: from 200 tokens per thread on, larger batches are no
 * faster, and past 1,000 their activations fall out of the processor's cache.
 */
const sequencesPerThread = 16;
const tokensPerThread = 512;

/** What starting a batch costs beside its tokens: about 1.2 ms with MiniLM on two cores, where a token costs 0.11. */
const batchOverhead = 12;

/** Batches' worth of texts sorted by length before batches are cut: then a batch's lengths differ by a token or two. */
const sortedBatches = 32;

export interface CpuEncoderOptions {
  /** Threads that compute; as many as the machine offers by default. */
  readonly threads?: number;
  /** Tokens of a batch, padding counted; a longer text is a batch alone. By default what suits the threads. */
  readonly tokenBudget?: number | undefined;
  /** Receives what a user should hear once: that a slower build of onnxruntime runs. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** In Node: compute on a thread of its own. */
  readonly ownThread?: boolean | undefined;
  /** In a page: onnxruntime-web, as a module or by its URL. */
  readonly onnxruntime?: string | object | undefined;
  /** Gives up between two layers. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads the weights and opens a session.
 * @throws CpuUnavailableError when onnxruntime is not there; CpuOutOfMemoryError; ModelFileError for a weight that is not finite; the signal's reason
 */
export async function openCpuEncoder(description: ModelDescription, options: CpuEncoderOptions = {}): Promise<Encoder> {
  const { encoder, head } = description;
  const threads = options.threads ?? availableThreads();
  const { ownThread, onnxruntime: runtime } = options;
  const open = (signal?: AbortSignal) =>
    withMemory("the model was loaded", async () => {
      const graph = await encoderGraph(encoder, head, signal);
      return createOnnxSession({ ...graph, threads, ownThread, runtime });
    });
  let { signal } = options;
  const session = await lastingSession(() => open(signal));
  // A later opening is not the load that this would have given up.
  signal = undefined;
  if (session.notice !== null) options.onNotice?.(`metal-candle: ${session.notice}`);
  const maxSequences = sequencesPerThread * threads;
  const usualBudget = Math.max(tokensPerThread * threads, description.maxLength);
  // No batch is larger than this many of the longest texts, and a batch's arrays are as large as the budget.
  const tokenBudget = Math.min(options.tokenBudget ?? usualBudget, maxSequences * description.maxLength);
  const limits = {
    tokenBudget,
    perTokenBudget: tokenBudget,
    maxSequences,
    batchesInFlight: 1,
    padding: { sortWindow: sortedBatches * maxSequences, batchOverhead },
  };
  return new CpuEncoder(description, session, limits);
}

class CpuEncoder implements Encoder {
  readonly limits: EncoderLimits;
  readonly #description: ModelDescription;
  #session: OnnxSession | null;

  constructor(description: ModelDescription, session: OnnxSession, limits: EncoderLimits) {
    this.#description = description;
    this.#session = session;
    this.limits = limits;
  }

  report(): EncoderReport {
    return { dtype: "f32", adapter: null, numerics: "onnxruntime-f32", kernels: [], tuning: null, beyondHalf: null };
  }

  stats(): null {
    return null;
  }

  /** @throws CpuOutOfMemoryError; UnsupportedModelError for rows that are not finite */
  encode(batch: PackedBatch, receive: Receive): Promise<void> {
    return withMemory(`a batch of ${batch.tokens} tokens was computed`, () => this.#encode(batch, receive));
  }

  async #encode(batch: PackedBatch, receive: Receive): Promise<void> {
    if (this.#session === null) throw new ModelClosedError("This encoder has been closed.");
    const { encoder, head } = this.#description;
    if (batch.perToken) {
      const hidden = await this.#session.run(paddedInputs(batch, encoder, head), hiddenOutput);
      receive(withoutPadding(hidden, batch, encoder), encoder.hiddenSize);
      return;
    }
    const rows = await this.#session.run(paddedInputs(batch, encoder, head), rowsOutput);
    const stride = head.dimensions;
    for (let row = 0; row < batch.sequences; row++) {
      const values = rows.subarray(row * stride, row * stride + batch.dimensions);
      const norm = euclideanNorm(values);
      if (!Number.isFinite(norm)) throw notFinite();
      if (batch.normalize) scale(values, 1 / Math.max(norm, 1e-12));
    }
    receive(rows, stride);
  }

  async close(): Promise<void> {
    await this.#session?.release();
    this.#session = null;
  }
}

/** Hidden states of padded sequences, end to end. */
function withoutPadding(hidden: Float32Array, batch: PackedBatch, encoder: EncoderDescription): Float32Array {
  const { sequences, cuSeqlens, tokens, longest } = batch;
  const width = encoder.hiddenSize;
  const { blocks, rows: blockRows } = queryBlocks(encoder, sequences, longest);
  const rows = new Float32Array(tokens * width);
  for (let sequence = 0; sequence < sequences; sequence++) {
    const [start, end] = [cuSeqlens[sequence], cuSeqlens[sequence + 1]];
    const padded = sequence * blocks * blockRows * width;
    rows.set(hidden.subarray(padded, padded + (end - start) * width), start * width);
  }
  for (let token = 0; token < tokens; token++) {
    const norm = euclideanNorm(rows.subarray(token * width, (token + 1) * width));
    if (!Number.isFinite(norm)) throw notFinite();
  }
  return rows;
}

function euclideanNorm(row: Float32Array): number {
  let squares = 0;
  for (let index = 0; index < row.length; index++) squares += row[index] * row[index];
  return Math.sqrt(squares);
}

function scale(row: Float32Array, factor: number): void {
  for (let index = 0; index < row.length; index++) row[index] *= factor;
}
