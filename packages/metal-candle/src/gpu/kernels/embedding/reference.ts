/** Embedding lookup and LayerNorm in plain double precision, for checks. */
import { layerNormReference } from "../layer-norm/reference.ts";

/**
 * Embeddings of words [vocabSize, width], positions [n, width] and token types [m, width], or null; the ids have one entry per token.
 * Returns LayerNorm of their sum as [tokens, width].
 */
export function embeddingReference(
  tables: {
    wordEmbeddings: ArrayLike<number>;
    positionEmbeddings: ArrayLike<number>;
    tokenTypeEmbeddings: ArrayLike<number> | null;
    weight: ArrayLike<number>;
    bias: ArrayLike<number>;
    epsilon: number;
  },
  tokens: { inputIds: ArrayLike<number>; positionIds: ArrayLike<number>; tokenTypeIds: ArrayLike<number> },
): Float64Array {
  const width = tables.weight.length;
  const sum = new Float64Array(tokens.inputIds.length * width);
  for (let t = 0; t < tokens.inputIds.length; t++) {
    for (let i = 0; i < width; i++) {
      sum[t * width + i] =
        tables.wordEmbeddings[tokens.inputIds[t] * width + i] +
        tables.positionEmbeddings[tokens.positionIds[t] * width + i] +
        (tables.tokenTypeEmbeddings ? tables.tokenTypeEmbeddings[tokens.tokenTypeIds[t] * width + i] : 0);
    }
  }
  return layerNormReference(sum, tables.weight, tables.bias, tables.epsilon);
}
