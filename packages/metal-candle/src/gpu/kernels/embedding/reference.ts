/** Embedding lookup and norm in plain double precision, for checks. */
import { normReference } from "../norm/reference.ts";
import type { RowNorm } from "../norm/row-norm.ts";

/**
 * Embeddings of words [vocabSize, width], positions [n, width] and token types [m, width], or null; the ids have one entry per token.
 * Returns the norm of their sum, or the sum, as [tokens, width].
 */
export function embeddingReference(
  tables: {
    wordEmbeddings: ArrayLike<number>;
    scale: number;
    positionEmbeddings: ArrayLike<number> | null;
    tokenTypeEmbeddings: ArrayLike<number> | null;
    norm: { norm: RowNorm; weight: ArrayLike<number>; bias: ArrayLike<number> } | null;
  },
  width: number,
  tokens: { inputIds: ArrayLike<number>; positionIds: ArrayLike<number>; tokenTypeIds: ArrayLike<number> },
): Float64Array {
  const { wordEmbeddings, scale, positionEmbeddings, tokenTypeEmbeddings, norm } = tables;
  const result = new Float64Array(tokens.inputIds.length * width);
  for (let t = 0; t < tokens.inputIds.length; t++) {
    const sum = Float64Array.from(
      { length: width },
      (_, i) =>
        scale * wordEmbeddings[tokens.inputIds[t] * width + i] +
        (positionEmbeddings ? positionEmbeddings[tokens.positionIds[t] * width + i] : 0) +
        (tokenTypeEmbeddings ? tokenTypeEmbeddings[tokens.tokenTypeIds[t] * width + i] : 0),
    );
    result.set(norm ? normReference(sum, norm.norm, norm.weight, norm.bias) : sum, t * width);
  }
  return result;
}
