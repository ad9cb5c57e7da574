/**
 * A packed batch as the padded arrays that the graph takes: [B, L], short sequences filled up behind.
 *
 * The CPU device pads because a rectangular batch is what onnxruntime multiplies well; batches come sorted by length, so little
 * is wasted. Padding tokens take part in nothing: the mask keeps them out of attention, the pooling weights out of the result.
 */
import type { PackedBatch } from "../encoder/packed-batch.ts";
import { checkBatch } from "../encoder/check-batch.ts";
import { skippedTokens, writePoolingWeights } from "../encoder/pooling.ts";
import { writePositionIds } from "../encoder/position-ids.ts";
import type { Head, PoolingMode } from "../models/description.ts";
import type { EncoderDescription } from "../models/encoder-description.ts";
import type { OnnxInput } from "../platform/onnx-types.ts";
import { relativePositionBuckets } from "../encoder/relative-positions.ts";

/** Added to a score or a value to take it out: far below any real one, and finite. */
const maskedOut = -1e30;

/**
 * All inputs of the graph for one batch.
 * @throws InvalidArgumentError as checkBatch does
 */
export function paddedInputs(batch: PackedBatch, encoder: EncoderDescription, head: Head): Record<string, OnnxInput> {
  const { sequences, longest, cuSeqlens } = batch;
  checkBatch(batch, encoder, head);
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
    writePositionIds(batch.inputIds, start, length, encoder.positionOffset, positions, row);
    mask.fill(maskedOut, row + length, row + longest);
  }
  const { heads, headSize } = encoder.layers[0].attention;
  const inputs: Record<string, OnnxInput> = {
    ids: { data: ids, shape: [tokens] },
    split: wholeNumbers(sequences, longest, heads, headSize),
    sequences: wholeNumbers(sequences, longest, encoder.hiddenSize),
    mask: { data: mask, shape: [sequences, 1, 1, longest] },
    ...poolingInputs(batch, head.poolings),
  };
  if (encoder.positionTable !== null) inputs["positions"] = { data: positions, shape: [tokens] };
  if (encoder.tokenTypeTable !== null) inputs["types"] = { data: types, shape: [tokens] };
  if (encoder.relativePositionBias !== null) {
    const buckets = relativePositionBuckets(longest, encoder.relativePositionBias.shape[0]);
    inputs["buckets"] = { data: buckets, shape: [longest, longest] };
  }
  return inputs;
}

/** One row of weights over the tokens per sequence and mode that is a sum; what max leaves out, where it is a mode. */
function poolingInputs(batch: PackedBatch, modes: readonly PoolingMode[]): Record<string, OnnxInput> {
  const { sequences, longest, cuSeqlens } = batch;
  const sums = modes.filter((mode) => mode !== "max");
  const weights = new Float32Array(sequences * sums.length * longest);
  const leftOut = new Float32Array(sequences * longest).fill(maskedOut);
  for (let sequence = 0; sequence < sequences; sequence++) {
    const length = cuSeqlens[sequence + 1] - cuSeqlens[sequence];
    const skip = skippedTokens(batch.poolingSkips?.[sequence] ?? 0, length);
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

function wholeNumbers(...values: number[]): OnnxInput {
  return { data: BigInt64Array.from(values, BigInt), shape: [values.length] };
}
