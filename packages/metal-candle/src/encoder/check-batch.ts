/**
 * The checks of a packed batch against its model, once for every device: an id outside its table would read other memory of the process
 * on a GPU, and is a message that explains nothing in onnxruntime.
 */
import { InvalidArgumentError } from "../errors.ts";
import type { Head } from "../models/description.ts";
import type { EncoderDescription } from "../models/encoder-description.ts";
import type { PackedBatch } from "./packed-batch.ts";

/**
 * @throws InvalidArgumentError for an id, position or token type outside its table, and where max pooling has no token left because the
 *   prompt, which it leaves out, covers a whole text
 */
export function checkBatch(batch: PackedBatch, encoder: EncoderDescription, head: Head): void {
  checkLengths(batch, encoder);
  checkTokenIds(batch, encoder);
  checkTokenTypes(batch, encoder);
  if (batch.poolingSkips !== null && head.poolings.includes("max")) checkMaxPooling(batch, batch.poolingSkips);
}

function checkLengths({ longest }: PackedBatch, { maxPositions, layers }: EncoderDescription): void {
  if (longest > maxPositions) {
    throw new InvalidArgumentError(
      `A text of ${longest} tokens is longer than the ${maxPositions} positions that the model has.`,
    );
  }
  const turned = Math.min(...layers.map(({ attention }) => attention.rotary?.longest ?? Infinity));
  if (longest > turned) {
    throw new InvalidArgumentError(
      `A text of ${longest} tokens is longer than the ${turned} for which the model's rotary positions are supported: it has other ` +
        `frequencies for longer ones. Load it with maxLength ${turned}.`,
    );
  }
}

function checkTokenIds({ inputIds, tokens }: PackedBatch, { vocabSize }: EncoderDescription): void {
  let largest = 0;
  for (let token = 0; token < tokens; token++) {
    // A negative id becomes a huge unsigned one.
    const id = inputIds[token] >>> 0;
    if (id > largest) largest = id;
  }
  if (largest >= vocabSize) {
    throw new InvalidArgumentError(
      `Token id ${largest | 0} is outside the model's vocabulary of ${vocabSize}: the tokenizer is not this model's.`,
    );
  }
}

function checkTokenTypes({ tokenTypeIds, tokens }: PackedBatch, { tokenTypeTable }: EncoderDescription): void {
  // A model without a table of them (MPNet) reads none.
  if (tokenTypeIds === null || tokenTypeTable === null) return;
  const [types] = tokenTypeTable.shape;
  for (let token = 0; token < tokens; token++) {
    const type = tokenTypeIds[token];
    if (type >>> 0 >= types) {
      throw new InvalidArgumentError(`Token type ${type} is outside the model's table of ${types}.`);
    }
  }
}

/** sentence-transformers gives −∞ there, and NaN once it is normalised: no vector to search with. */
function checkMaxPooling({ sequences, cuSeqlens }: PackedBatch, skips: Int32Array): void {
  for (let sequence = 0; sequence < sequences; sequence++) {
    const length = cuSeqlens[sequence + 1] - cuSeqlens[sequence];
    if (skips[sequence] < length) continue;
    throw new InvalidArgumentError(
      `The prompt is all that the model reads of a text of ${length} tokens, and pooling leaves the prompt out ` +
        `(include_prompt: false): nothing is left for max pooling. Use a shorter prompt, or none.`,
    );
  }
}
