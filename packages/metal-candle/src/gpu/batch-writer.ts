/**
 * Writes a packed batch into the words that go up to the GPU (batch-layout.ts), checking every id on the way: an id outside its
 * table would read other memory of the process.
 */
import type { PackedBatch } from "../batching/packed-batch.ts";
import { writePositionIds } from "../batching/position-ids.ts";
import { InvalidArgumentError } from "../errors.ts";
import type { EncoderShape } from "../models/description.ts";
import { headerWords, tokensAt } from "./batch-layout.ts";

export interface WrittenBatch {
  /** Words used, from the start. */
  readonly words: number;
  readonly workItems: number;
}

/**
 * @param words at least batchWords(…) long; the caller keeps it until the batch has come back
 * @throws InvalidArgumentError for an id, position or token type outside its table
 */
export function writeBatch(
  words: Uint32Array,
  batch: PackedBatch,
  shape: EncoderShape,
  queryRows: number,
  nonce: number,
): WrittenBatch {
  const { sequences, tokens, inputIds, tokenTypeIds, cuSeqlens, poolingSkips } = batch;
  const positionsAt = tokensAt + tokens;
  const cuSeqlensAt = positionsAt + tokens;
  const poolingSkipsAt = cuSeqlensAt + sequences + 1;
  const workAt = poolingSkipsAt + (poolingSkips ? sequences : 0);
  if (shape.positionOffset + batch.longest > shape.positions) {
    throw new InvalidArgumentError(
      `A text of ${batch.longest} tokens is longer than the model's position table (${shape.positions - shape.positionOffset}).`,
    );
  }
  let largest = 0;
  for (let token = 0; token < tokens; token++) {
    const id = inputIds[token];
    words[tokensAt + token] = id;
    // A negative id becomes a huge unsigned one.
    if (id >>> 0 > largest) largest = id >>> 0;
  }
  if (largest >= shape.vocabularySize) {
    throw new InvalidArgumentError(
      `Token id ${largest | 0} is outside the model's vocabulary of ${shape.vocabularySize}: the tokenizer is not this model's.`,
    );
  }
  let work = workAt;
  for (let sequence = 0; sequence < sequences; sequence++) {
    const start = cuSeqlens[sequence];
    const length = cuSeqlens[sequence + 1] - start;
    words[cuSeqlensAt + sequence] = start;
    writePositionIds(inputIds, start, length, shape.positionOffset, words, positionsAt + start);
    for (let query = 0; query < length; query += queryRows) {
      words[work++] = start;
      words[work++] = length | (query << 16);
    }
  }
  words[cuSeqlensAt + sequences] = tokens;
  if (tokenTypeIds && shape.tokenTypes > 1) {
    for (let token = 0; token < tokens; token++) {
      const type = tokenTypeIds[token];
      if (type >>> 0 >= shape.tokenTypes) {
        throw new InvalidArgumentError(`Token type ${type} is outside the model's table of ${shape.tokenTypes}.`);
      }
      words[positionsAt + token] |= type << 16;
    }
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
