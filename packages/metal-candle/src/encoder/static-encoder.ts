/**
 * Static tables as an Encoder: the mean of the tokens' vectors, in the calling thread. One implementation for every device: a lookup is
 * over before its ids have reached a GPU. report() says so.
 */
import { ModelClosedError } from "../errors.ts";
import type { ModelDescription } from "../models/description.ts";
import { readWeights } from "./checked-weights.ts";
import { checkBatch } from "./check-batch.ts";
import type { Encoder, EncoderLimits, Receive } from "./encoder.ts";
import { notFinite } from "./not-finite.ts";
import type { PackedBatch } from "./packed-batch.ts";
import type { EncoderReport } from "./report.ts";

/** A batch is full soon after this many tokens; a longer text is a batch alone. */
const usualTokens = 1 << 15;
const mostSequences = 1024;

export function isStaticTable({ encoder }: Pick<ModelDescription, "encoder">): boolean {
  return encoder.layers.length === 0;
}

/** @throws ModelFileError for a weight that is not finite, or a row that the table does not have */
export async function openStaticEncoder(description: ModelDescription): Promise<Encoder> {
  return new StaticEncoder(description, await readWeights(description.encoder.wordEmbeddings, "f32"));
}

class StaticEncoder implements Encoder {
  readonly limits: EncoderLimits;
  readonly #description: ModelDescription;
  #table: Float32Array | null;

  constructor(description: ModelDescription, table: Float32Array) {
    this.#description = description;
    this.#table = table;
    this.limits = {
      tokenBudget: description.maxLength + usualTokens,
      perTokenBudget: description.maxLength + usualTokens,
      maxSequences: mostSequences,
      batchesInFlight: 1,
      padding: null,
    };
  }

  report(): EncoderReport {
    return { dtype: "f32", adapter: null, numerics: "static-f32", kernels: [], tuning: null, beyondHalf: null };
  }

  stats(): null {
    return null;
  }

  async encode(batch: PackedBatch, receive: Receive): Promise<void> {
    if (this.#table === null) throw new ModelClosedError("This encoder has been closed.");
    const { encoder, head } = this.#description;
    checkBatch(batch, encoder, head);
    const stride = batch.dimensions;
    if (batch.perToken) {
      receive(tokenRows(batch, this.#table, encoder.hiddenSize), stride);
      return;
    }
    const rows = new Float32Array(batch.sequences * stride);
    const sums = new Float64Array(stride);
    for (let row = 0; row < batch.sequences; row++) {
      const first = batch.cuSeqlens[row];
      const last = batch.cuSeqlens[row + 1];
      sums.fill(0);
      for (let token = first; token < last; token++) {
        const place = batch.inputIds[token] * encoder.hiddenSize;
        for (let d = 0; d < stride; d++) sums[d] += this.#table[place + d];
      }
      // A text without tokens is zeros, as torch.nn.EmbeddingBag has it.
      let factor = 1 / Math.max(last - first, 1);
      if (batch.normalize) factor /= Math.max(euclideanNorm(sums) * factor, 1e-12);
      for (let d = 0; d < stride; d++) rows[row * stride + d] = sums[d] * factor;
      if (!Number.isFinite(factor)) throw notFinite();
    }
    receive(rows, stride);
  }

  async close(): Promise<void> {
    this.#table = null;
  }
}

/** Each token's own vector. */
function tokenRows({ tokens, inputIds }: PackedBatch, table: Float32Array, width: number): Float32Array {
  const rows = new Float32Array(tokens * width);
  for (let token = 0; token < tokens; token++) {
    const place = inputIds[token] * width;
    rows.set(table.subarray(place, place + width), token * width);
  }
  return rows;
}

function euclideanNorm(values: Float64Array): number {
  let squares = 0;
  for (let d = 0; d < values.length; d++) squares += values[d] * values[d];
  return Math.sqrt(squares);
}
