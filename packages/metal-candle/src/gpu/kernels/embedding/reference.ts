/** Embedding lookup and LayerNorm in plain double precision, for checks. */
import { layerNormReference } from "../layer-norm/reference.ts";

/**
 * words [vocabulary, width], positions [n, width], types [m, width] or null; ids, places and kinds one entry a token.
 * Returns LayerNorm(words[id] + positions[place] + types[kind]) as [tokens, width].
 */
export function embeddingReference(
  tables: {
    words: ArrayLike<number>;
    positions: ArrayLike<number>;
    types: ArrayLike<number> | null;
    weight: ArrayLike<number>;
    bias: ArrayLike<number>;
    epsilon: number;
  },
  tokens: { ids: ArrayLike<number>; places: ArrayLike<number>; kinds: ArrayLike<number> },
): Float64Array {
  const width = tables.weight.length;
  const sum = new Float64Array(tokens.ids.length * width);
  for (let t = 0; t < tokens.ids.length; t++) {
    for (let i = 0; i < width; i++) {
      sum[t * width + i] =
        tables.words[tokens.ids[t] * width + i] +
        tables.positions[tokens.places[t] * width + i] +
        (tables.types ? tables.types[tokens.kinds[t] * width + i] : 0);
    }
  }
  return layerNormReference(sum, tables.weight, tables.bias, tables.epsilon);
}
