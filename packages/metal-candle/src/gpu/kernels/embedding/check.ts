/** The proof of embedding + LayerNorm: ids at both ends of a shard, every position and type. */
import { headerWords, tokensAt } from "../../wgsl/batch-layout.ts";
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { embeddingGrid, embeddingProgram, type EmbeddingShape } from "./embedding.ts";
import { embeddingReference } from "./reference.ts";

/** Checks the kernel at the model's own width, on a small table of the second of two shards. */
export function embeddingCheck(
  model: Omit<EmbeddingShape, "maxPositionEmbeddings" | "firstWord" | "words">,
): KernelCheck {
  const { width, stride, storage, typeVocabSize } = model;
  const shape: EmbeddingShape = { ...model, maxPositionEmbeddings: 7, firstWord: 5, words: 6 };
  const ids = [5, 10, 7, 5, 3, 9, 11];
  const positionIds = ids.map((_, i) => i);
  const tokenTypeIds = ids.map((_, i) => (typeVocabSize > 0 ? i % typeVocabSize : 0));
  const positionsAt = tokensAt + ids.length;
  const batch = new Uint32Array(positionsAt + ids.length);
  batch[headerWords.tokens] = ids.length;
  batch[headerWords.positionsAt] = positionsAt;
  batch.set(ids, tokensAt);
  batch.set(
    positionIds.map((position, i) => position | (tokenTypeIds[i] << 16)),
    positionsAt,
  );
  const wordEmbeddings = storedInput(checkValues(shape.words * width, 10), storage);
  const positionEmbeddings = checkValues(shape.maxPositionEmbeddings * width, 11);
  const tokenTypeEmbeddings = checkValues(typeVocabSize * width, 12);
  const norm = checkValues(2 * width, 13);
  const hidden = storedInput(new Float32Array(ids.length * stride).fill(7), storage);
  const mine = (id: number): boolean => id >= shape.firstWord && id < shape.firstWord + shape.words;
  const reference = embeddingReference(
    {
      wordEmbeddings: wordEmbeddings.rounded,
      positionEmbeddings,
      tokenTypeEmbeddings: typeVocabSize > 0 ? tokenTypeEmbeddings : null,
      weight: norm.subarray(0, width),
      bias: norm.subarray(width),
      epsilon: shape.epsilon,
    },
    { inputIds: ids.map((id) => (mine(id) ? id - shape.firstWord : 0)), positionIds, tokenTypeIds },
  );
  const expected = new Map<number, number>();
  ids.forEach((id, token) => {
    for (let i = 0; i < stride; i++) {
      const value = i < width ? reference[token * width + i] : 0;
      // Another shard's token is left as it was.
      expected.set(token * stride + i, mine(id) ? value : 7);
    }
  });
  const both = new Float32Array(positionEmbeddings.length + tokenTypeEmbeddings.length);
  both.set(positionEmbeddings);
  both.set(tokenTypeEmbeddings, positionEmbeddings.length);
  return {
    program: embeddingProgram(shape),
    inputs: [batch, wordEmbeddings.upload, both, norm, hidden.upload],
    output: 4,
    outputStorage: storage,
    grid: embeddingGrid(ids.length),
    expected,
    tolerance: toleranceOf(storage),
  };
}
