/** The proof of embedding + LayerNorm: ids at both ends of a shard, every position and type. */
import { headerWords, tokensAt } from "../../wgsl/batch-layout.ts";
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { embeddingGrid, embeddingProgram, type EmbeddingShape } from "./embedding.ts";
import { embeddingReference } from "./reference.ts";

/** Checks the kernel at the model's own width, on a small table of the second of two shards. */
export function embeddingCheck(model: Omit<EmbeddingShape, "positions" | "firstWord" | "words">): KernelCheck {
  const { width, stride, storage, tokenTypes } = model;
  const shape: EmbeddingShape = { ...model, positions: 7, firstWord: 5, words: 6 };
  const ids = [5, 10, 7, 5, 3, 9, 11];
  const places = ids.map((_, i) => i);
  const kinds = ids.map((_, i) => (tokenTypes > 0 ? i % tokenTypes : 0));
  const positionsAt = tokensAt + ids.length;
  const batch = new Uint32Array(positionsAt + ids.length);
  batch[headerWords.tokens] = ids.length;
  batch[headerWords.positionsAt] = positionsAt;
  batch.set(ids, tokensAt);
  batch.set(
    places.map((place, i) => place | (kinds[i] << 16)),
    positionsAt,
  );
  const words = storedInput(checkValues(shape.words * width, 10), storage);
  const positions = checkValues(shape.positions * width, 11);
  const types = checkValues(tokenTypes * width, 12);
  const norm = checkValues(2 * width, 13);
  const hidden = storedInput(new Float32Array(ids.length * stride).fill(7), storage);
  const mine = (id: number): boolean => id >= shape.firstWord && id < shape.firstWord + shape.words;
  const reference = embeddingReference(
    {
      words: words.rounded,
      positions,
      types: tokenTypes > 0 ? types : null,
      weight: norm.subarray(0, width),
      bias: norm.subarray(width),
      epsilon: shape.epsilon,
    },
    { ids: ids.map((id) => (mine(id) ? id - shape.firstWord : 0)), places, kinds },
  );
  const expected = new Map<number, number>();
  ids.forEach((id, token) => {
    for (let i = 0; i < stride; i++) {
      const value = i < width ? reference[token * width + i] : 0;
      // Another shard's token is left as it was.
      expected.set(token * stride + i, mine(id) ? value : 7);
    }
  });
  const both = new Float32Array(positions.length + types.length);
  both.set(positions);
  both.set(types, positions.length);
  return {
    program: embeddingProgram(shape),
    inputs: [batch, words.upload, both, norm, hidden.upload],
    output: 4,
    outputStorage: storage,
    grid: embeddingGrid(ids.length),
    expected,
    tolerance: toleranceOf(storage),
  };
}
