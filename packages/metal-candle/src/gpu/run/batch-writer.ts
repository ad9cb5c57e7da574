/**
 * Writes a packed batch into the words that go up to the GPU (batch-layout.ts). The batch has been checked (encoder/check-batch.ts): an id
 * outside its table would read other memory of the process.
 */
import type { PackedBatch } from "../../encoder/packed-batch.ts";
import { writePositionIds } from "../../encoder/position-ids.ts";
import type { EncoderDescription } from "../../models/encoder-description.ts";
import { headerWords, tokensAt } from "../wgsl/batch-layout.ts";

export interface WrittenBatch {
  /** Words used, from the start. */
  readonly words: number;
  readonly workItems: number;
}

/** @param words at least batchWords(…) long; the caller keeps it until the batch has come back */
export function writeBatch(
  words: Uint32Array,
  batch: PackedBatch,
  { positionOffset, tokenTypeTable }: Pick<EncoderDescription, "positionOffset" | "tokenTypeTable">,
  queryRows: number,
  nonce: number,
): WrittenBatch {
  const { sequences, tokens, inputIds, tokenTypeIds, cuSeqlens, poolingSkips } = batch;
  const positionsAt = tokensAt + tokens;
  const cuSeqlensAt = positionsAt + tokens;
  const poolingSkipsAt = cuSeqlensAt + sequences + 1;
  const workAt = poolingSkipsAt + (poolingSkips ? sequences : 0);
  words.set(inputIds.subarray(0, tokens), tokensAt);
  let work = workAt;
  for (let sequence = 0; sequence < sequences; sequence++) {
    const start = cuSeqlens[sequence];
    const length = cuSeqlens[sequence + 1] - start;
    words[cuSeqlensAt + sequence] = start;
    writePositionIds(inputIds, start, length, positionOffset, words, positionsAt + start);
    for (let query = 0; query < length; query += queryRows) {
      words[work++] = start;
      words[work++] = length | (query << 16);
    }
  }
  words[cuSeqlensAt + sequences] = tokens;
  if (tokenTypeIds && tokenTypeTable !== null && tokenTypeTable.shape[0] > 1) {
    for (let token = 0; token < tokens; token++) words[positionsAt + token] |= tokenTypeIds[token] << 16;
  }
  if (poolingSkips) words.set(poolingSkips.subarray(0, sequences), poolingSkipsAt);
  const workItems = (work - workAt) / 2;
  words[headerWords.tokens] = tokens;
  words[headerWords.sequences] = sequences;
  words[headerWords.nonce] = nonce;
  words[headerWords.dimensions] = batch.dimensions;
  words[headerWords.normalize] = batch.normalize ? 1 : 0;
  words[headerWords.positionsAt] = positionsAt;
  words[headerWords.cuSeqlensAt] = cuSeqlensAt;
  words[headerWords.poolingSkipsAt] = poolingSkips ? poolingSkipsAt : 0;
  words[headerWords.workAt] = workAt;
  words[headerWords.workItems] = workItems;
  return { words: work, workItems };
}
