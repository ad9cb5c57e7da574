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
import { rotationTables } from "../encoder/rotation-tables.ts";
import {
  blockKeys,
  isBlockwise,
  queryBlocks,
  reachesOf,
  reachName,
  rotariesOf,
  type QueryBlocks,
} from "./attention-blocks.ts";
import { maskedOut } from "./attention-graph.ts";

/**
 * All inputs of the graph for one batch.
 * @throws InvalidArgumentError as checkBatch does
 */
export function paddedInputs(batch: PackedBatch, encoder: EncoderDescription, head: Head): Record<string, OnnxInput> {
  const { sequences, cuSeqlens } = batch;
  checkBatch(batch, encoder, head);
  const cut = queryBlocks(encoder, sequences, batch.longest);
  const padded = cut.blocks * cut.rows;
  const tokens = sequences * padded;
  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const types = new Int32Array(tokens);
  const mask = new Float32Array(tokens);
  for (let sequence = 0; sequence < sequences; sequence++) {
    const start = cuSeqlens[sequence];
    const length = cuSeqlens[sequence + 1] - start;
    const row = sequence * padded;
    ids.set(batch.inputIds.subarray(start, start + length), row);
    if (batch.tokenTypeIds !== null) types.set(batch.tokenTypeIds.subarray(start, start + length), row);
    writePositionIds(batch.inputIds, start, length, encoder.positionOffset, positions, row);
    mask.fill(maskedOut, row + length, row + padded);
  }
  const inputs: Record<string, OnnxInput> = {
    ids: { data: ids, shape: [tokens] },
    batch_length: wholeNumbers([sequences, padded]),
    sequences: wholeNumbers([sequences, padded, encoder.hiddenSize]),
    mask: { data: mask, shape: [sequences, 1, 1, 1, padded] },
    ...rotationInputs(encoder, padded),
    ...(isBlockwise(encoder) && blockInputs(encoder, sequences, cut)),
    ...poolingInputs(batch, head.poolings, padded),
  };
  if (encoder.positionTable !== null) inputs["positions"] = { data: positions, shape: [tokens] };
  if (encoder.tokenTypeTable !== null) inputs["types"] = { data: types, shape: [tokens] };
  if (encoder.relativePositionBias !== null) {
    const buckets = relativePositionBuckets(padded, encoder.relativePositionBias.shape[0]);
    inputs["buckets"] = { data: buckets, shape: [padded, padded] };
  }
  return inputs;
}

/** Where the blocks of queries are, and which keys each of them reaches. */
function blockInputs(
  encoder: EncoderDescription,
  sequences: number,
  { blocks, rows }: QueryBlocks,
): Record<string, OnnxInput> {
  const inputs: Record<string, OnnxInput> = { batch_blocks: wholeNumbers([sequences, blocks, rows]) };
  const reaches = reachesOf(encoder);
  if (reaches.length === 0) return inputs;
  const positions = Float32Array.from({ length: blocks * rows }, (_, index) => index);
  inputs["query_positions"] = { data: positions, shape: [blocks, rows, 1] };
  inputs["key_positions"] = { data: positions, shape: [blocks * rows] };
  for (const reach of reaches) {
    const keys = Array.from({ length: blocks }, (_, block) => blockKeys(reach, block * rows, rows, blocks * rows));
    const column = (values: number[]): OnnxInput => ({ ...wholeNumbers(values), shape: [blocks, 1] });
    inputs[`starts_${reachName(reach)}`] = column(keys.map(({ start }) => start));
    inputs[`ends_${reachName(reach)}`] = column(keys.map(({ end }) => end));
  }
  return inputs;
}

/** cos and sin of every position's angles, for each rotation of the encoder. */
function rotationInputs(encoder: EncoderDescription, length: number): Record<string, OnnxInput> {
  const inputs: Record<string, OnnxInput> = {};
  rotariesOf(encoder).forEach((rotary, index) => {
    const { cos, sin } = rotationTables(rotary, length);
    const shape = [length, rotary.inverseFrequencies.length];
    inputs[`cos_${index}`] = { data: cos, shape };
    inputs[`sin_${index}`] = { data: sin, shape };
  });
  return inputs;
}

/** One row of weights over the tokens per sequence and mode that is a sum; what max leaves out, where it is a mode. */
function poolingInputs(batch: PackedBatch, modes: readonly PoolingMode[], longest: number): Record<string, OnnxInput> {
  const { sequences, cuSeqlens } = batch;
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

function wholeNumbers(values: readonly number[]): OnnxInput {
  return { data: BigInt64Array.from(values, BigInt), shape: [values.length] };
}
