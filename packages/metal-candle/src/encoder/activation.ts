/**
 * What each activation function is, in double precision: what rerankers apply to their logits on the host, and what kernels are checked
 * against.
 */
import type { Activation } from "../models/encoder-description.ts";

/** erf to about 1e-15 by its Maclaurin series (|x| ≤ 3) and continued fraction (beyond). */
function erf(x: number): number {
  const z = Math.abs(x);
  if (z > 6) return Math.sign(x);
  if (z <= 3) {
    let term = z;
    let sum = z;
    for (let n = 1; n < 100 && Math.abs(term) > 1e-18; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)));
}

/** The activation of one number. */
export function activationOf(activation: Activation, x: number): number {
  switch (activation) {
    case "identity":
      return x;
    case "relu":
      return Math.max(x, 0);
    case "silu":
      return x / (1 + Math.exp(-x));
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "tanh":
      return Math.tanh(x);
    case "gelu":
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
    case "gelu_10":
      return Math.min(10, Math.max(-10, activationOf("gelu", x)));
    case "quick_gelu":
      return x / (1 + Math.exp(-1.702 * x));
    case "relu2":
      return Math.max(x, 0) ** 2;
    case "relu6":
      return Math.min(Math.max(x, 0), 6);
    case "leaky_relu":
      return x < 0 ? 0.01 * x : x;
    case "mish":
      return x * Math.tanh(Math.log1p(Math.exp(Math.min(x, 40))));
    case "gelu_tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  }
}
