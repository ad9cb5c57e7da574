/**
 * A packed batch as the padded arrays that the graph takes: [B, L], short sequences filled up behind.
 *
 * The CPU device pads because a rectangular batch is what onnxruntime multiplies well; batches come sorted by length, so little
 * is wasted. Padding tokens take part in nothing: the mask keeps them out of attention, the pooling weights out of the result.
 */
import type { PackedBatch } from "../batching/packed-batch.ts";
import { writePositionIds } from "../batching/position-ids.ts";
import { InvalidArgumentError } from "../errors.ts";
import type { EncoderShape, Head, PoolingMode } from "../models/description.ts";
import type { OnnxInput } from "../platform/onnx-types.ts";
import { relativePositionBuckets } from "./relative-positions.ts";

/** Added to a score or a value to take it out: far below any real one, and finite. */
const OUT = -1e30;

/**
 * All inputs of the graph for one batch.
 * @throws InvalidArgumentError for an id, position or token type outside its table
 */
export function paddedInputs(batch: PackedBatch, shape: EncoderShape, head: Head): Record<string, OnnxInput> {
  const { sequences, longest, cuSeqlens } = batch;
  checkIds(batch, shape);
  const tokens = sequences * longest;
  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const types = new Int32Array(tokens);
  const mask = new Float32Array(tokens);
  for (let sequence = 0; sequence < sequences; sequence++) {
    const start = cuSeqlens[sequence];
    const length = cuSeqlens[sequence + 1] - start;
    const row = sequence * longest;
    ids.set(batch.inputIds.subarray(start, start + length), row);
    if (batch.tokenTypeIds !== null) types.set(batch.tokenTypeIds.subarray(start, start + length), row);
    writePositionIds(batch.inputIds, start, length, shape.positionOffset, positions, row);
    mask.fill(OUT, row + length, row + longest);
  }
  const inputs: Record<string, OnnxInput> = {
    ids: { data: ids, shape: [tokens] },
    positions: { data: positions, shape: [tokens] },
    split: wholeNumbers(sequences, longest, shape.heads, shape.headSize),
    sequences: wholeNumbers(sequences, longest, shape.hiddenSize),
    mask: { data: mask, shape: [sequences, 1, 1, longest] },
    ...poolingInputs(batch, head.poolings),
  };
  if (shape.tokenTypes > 0) inputs["types"] = { data: types, shape: [tokens] };
  if (shape.relativePositionBuckets !== null) {
    const buckets = relativePositionBuckets(longest, shape.relativePositionBuckets);
    inputs["buckets"] = { data: buckets, shape: [longest, longest] };
  }
  return inputs;
}

/** onnxruntime would refuse what is outside of a table too, but could not say what it means. */
function checkIds(batch: PackedBatch, shape: EncoderShape): void {
  const usable = shape.positions - shape.positionOffset;
  if (batch.longest > usable) {
    throw new InvalidArgumentError(
      `A text of ${batch.longest} tokens is longer than the model's position table (${usable}).`,
    );
  }
  const ids = batch.inputIds.subarray(0, batch.tokens);
  const id = ids.find((value) => value < 0 || value >= shape.vocabularySize);
  if (id !== undefined) {
    throw new InvalidArgumentError(
      `Token id ${id} is outside the model's vocabulary of ${shape.vocabularySize}: the tokenizer is not this model's.`,
    );
  }
  const types = shape.tokenTypes === 0 ? undefined : batch.tokenTypeIds?.subarray(0, batch.tokens);
  const type = types?.find((value) => value < 0 || value >= shape.tokenTypes);
  if (type !== undefined) {
    throw new InvalidArgumentError(`Token type ${type} is outside the model's table of ${shape.tokenTypes}.`);
  }
}

/** One row of weights over the tokens per sequence and mode that is a sum; what max leaves out, where it is a mode. */
function poolingInputs(batch: PackedBatch, modes: readonly PoolingMode[]): Record<string, OnnxInput> {
  const { sequences, longest, cuSeqlens } = batch;
  const sums = modes.filter((mode) => mode !== "max");
  const weights = new Float32Array(sequences * sums.length * longest);
  const leftOut = new Float32Array(sequences * longest).fill(OUT);
  for (let sequence = 0; sequence < sequences; sequence++) {
    const length = cuSeqlens[sequence + 1] - cuSeqlens[sequence];
    const skip = Math.min(batch.poolingSkips?.[sequence] ?? 0, length);
    sums.forEach((mode, index) => {
      const row = (sequence * sums.length + index) * longest;
      writePoolingWeights(weights.subarray(row, row + length), mode, skip);
    });
    leftOut.fill(0, sequence * longest + skip, sequence * longest + length);
  }
  const inputs: Record<string, OnnxInput> = {
    pooling: { data: weights, shape: [sequences, sums.length, longest] },
  };
  if (sums.length < modes.length) inputs["left_out"] = { data: leftOut, shape: [sequences, longest, 1] };
  return inputs;
}

/** The weight of each of a sequence's tokens; the first `skip` are the prompt's and count for nothing. */
function writePoolingWeights(weights: Float32Array, mode: Exclude<PoolingMode, "max">, skip: number): void {
  const length = weights.length;
  const count = length - skip;
  switch (mode) {
    case "cls":
      weights[count === 0 ? 0 : skip] = 1;
      break;
    case "lasttoken":
      if (count > 0) weights[length - 1] = 1;
      break;
    case "mean":
      weights.fill(1 / count, skip);
      break;
    case "mean_sqrt_len":
      weights.fill(1 / Math.sqrt(count), skip);
      break;
    case "weightedmean": {
      // A token keeps its own place in the sequence as its weight, whether or not a prompt before it is left out.
      const total = (length * (length + 1) - skip * (skip + 1)) / 2;
      for (let token = skip; token < length; token++) weights[token] = (token + 1) / total;
      break;
    }
  }
}

function wholeNumbers(...values: number[]): OnnxInput {
  return { data: BigInt64Array.from(values, BigInt), shape: [values.length] };
}
