/**
 * A classifier's logits as probabilities: sigmoid for one label, softmax for several, whatever the model's own activation. So
 * text-embeddings-inference has it, and clients of all rerank APIs take scores for numbers between 0 and 1.
 */
export function probabilities(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  if (values.length === 1) return [1 / (1 + Math.exp(-values[0]!))];
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}
