/** The proof of embedding and norm: ids at both ends of a shard, every position and type. */
import { headerWords, tokensAt } from "../../wgsl/batch-layout.ts";
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { wholeRows } from "../../wgsl/whole-rows.ts";
import { checkedNorm } from "../norm/check.ts";
import { embeddingGrid, embeddingProgram, type EmbeddingShape } from "./embedding.ts";
import { embeddingReference } from "./reference.ts";

/** Checks the kernel at the model's own width, on a small table of the second of two shards. */
export function embeddingCheck(model: Omit<EmbeddingShape, "firstWord" | "words">): KernelCheck {
  const { width, stride, storage, target, scale, norm, typeVocabSize } = model;
  const shape: EmbeddingShape = { ...model, positions: Math.min(model.positions, 7), firstWord: 5, words: 6 };
  const ids = [5, 10, 7, 5, 3, 9, 11];
  const positionIds = ids.map((_, i) => (shape.positions > 0 ? i % shape.positions : i));
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
  const words = storedInput(checkValues(shape.words * width, 10), storage).rounded;
  const positions = checkValues(shape.positions * width, 11);
  const types = checkValues(typeVocabSize * width, 12);
  const weights = norm && { norm, ...checkedNorm(norm, width, 13) };
  const hidden = storedInput(new Float32Array(ids.length * stride).fill(7), target);
  const mine = (id: number): boolean => id >= shape.firstWord && id < shape.firstWord + shape.words;
  const reference = embeddingReference(
    {
      wordEmbeddings: words,
      scale,
      positionEmbeddings: shape.positions > 0 ? positions : null,
      tokenTypeEmbeddings: typeVocabSize > 0 ? types : null,
      norm: weights,
    },
    width,
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
  const tables = new Float32Array([...wholeRows(positions, width), ...wholeRows(types, width)]);
  return {
    program: embeddingProgram(shape),
    inputs: [
      batch,
      storedInput(wholeRows(words, width), storage).upload,
      hidden.upload,
      ...(tables.length > 0 ? [tables] : []),
      ...(weights ? [weights.both] : []),
      ...(target === "f16" && norm === null ? [new Uint32Array(ids.length)] : []),
    ],
    output: 2,
    outputStorage: target,
    grid: embeddingGrid(ids.length),
    expected,
    tolerance: toleranceOf(target),
  };
}
