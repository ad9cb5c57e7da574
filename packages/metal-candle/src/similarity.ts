/** How alike vectors are: the cosine of the angle between them, of two or of all pairs. */
import { InvalidArgumentError } from "./errors.ts";

/**
 * The cosine of two vectors, from −1 to 1; 0 where one of them is all zeros.
 *
 * @throws InvalidArgumentError for vectors of different widths
 * @example
 * import { cosineSimilarity, EmbeddingModel } from "metal-candle";
 * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
 * const query = await model.embed("how to bake bread");
 * console.log(cosineSimilarity(query, await model.embed("kneading dough")).toFixed(2));
 * await model.close();
 */
export function cosineSimilarity(first: ArrayLike<number>, second: ArrayLike<number>): number {
  if (first.length !== second.length) {
    throw new InvalidArgumentError(
      `The vectors have ${first.length} and ${second.length} dimensions; they must come from one model and have one width.`,
    );
  }
  let dot = 0;
  let firstSquares = 0;
  let secondSquares = 0;
  for (let i = 0; i < first.length; i++) {
    dot += first[i] * second[i];
    firstSquares += first[i] * first[i];
    secondSquares += second[i] * second[i];
  }
  const norms = Math.sqrt(firstSquares) * Math.sqrt(secondSquares);
  return norms === 0 ? 0 : dot / norms;
}

/**
 * The cosines of all pairs: row i has those of the i-th first vector with each second one.
 *
 * @param first vectors, such as the Embeddings that embed gives
 * @throws InvalidArgumentError for vectors of different widths
 * @example
 * import { EmbeddingModel, similarity } from "metal-candle";
 * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
 * const queries = await model.embed(["baking bread"], { promptName: "query" });
 * const passages = await model.embed(["kneading dough", "rotating a key"], { promptName: "passage" });
 * console.log(similarity(queries, passages)[0]);
 * await model.close();
 */
export function similarity(
  first: Iterable<ArrayLike<number>>,
  second: Iterable<ArrayLike<number>>,
): Float32Array<ArrayBuffer>[] {
  const columns = [...second];
  return Array.from(first, (row) => Float32Array.from(columns, (column) => cosineSimilarity(row, column)));
}
