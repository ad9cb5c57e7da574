/**
 * Activation functions in WGSL, on vec4f, and in plain TypeScript as their reference.
 *
 * erf is Abramowitz & Stegun 7.1.26 (|error| ≤ 1.5e-7). tanh is built from exp on a clamped argument: WGSL's own gives NaN above
 * about 44 on some drivers. `gelu_fast` is a rational-exponent fit of the erf form, within 3.1e-6 everywhere: for f16 storage
 * only, where the rounding of a store is far larger.
 */
import type { Activation } from "../../models/description.ts";

/** What a kernel may apply: the model's activations, and the cheap GELU of the f16 classes. */
export type KernelActivation = Activation | "gelu_fast";

const bodies: Record<KernelActivation, string> = {
  identity: /* wgsl */ `return x;`,
  relu: /* wgsl */ `return max(x, vec4f(0f));`,
  silu: /* wgsl */ `return x / (1f + exp(-clamp(x, vec4f(-87f), vec4f(87f))));`,
  sigmoid: /* wgsl */ `return 1f / (1f + exp(-clamp(x, vec4f(-87f), vec4f(87f))));`,
  tanh: /* wgsl */ `
  let limited = clamp(x, vec4f(-15f), vec4f(15f));
  return 1f - 2f / (exp(2f * limited) + 1f);`,
  gelu: /* wgsl */ `
  let z = abs(x) * 0.70710678118f;
  let t = 1f / (1f + 0.3275911f * z);
  let tail = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t * exp(-min(z * z, vec4f(87f)));
  return 0.5f * x * (1f + sign(x) * (1f - tail));`,
  gelu_tanh: /* wgsl */ `
  let limited = clamp(0.7978845608f * (x + 0.044715f * x * x * x), vec4f(-15f), vec4f(15f));
  return 0.5f * x * (1f + (1f - 2f / (exp(2f * limited) + 1f)));`,
  gelu_fast: /* wgsl */ `
  let limited = clamp(x, vec4f(-5.5f), vec4f(5.5f));
  let square = limited * limited;
  let exponent = x * (2.302043f + square * (0.1052284f + square * (-3.603426e-4f + square * (-8.832071e-5f + square * 3.2374e-6f))));
  return x / (1f + exp2(min(-exponent, vec4f(120f))));`,
};

/** `fn activate(x: vec4f) -> vec4f` for one activation. */
export function activationFunction(activation: KernelActivation): string {
  return `fn activate(x: vec4f) -> vec4f {${bodies[activation]}\n}`;
}

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

/** The reference, in double precision. */
export function referenceActivation(activation: KernelActivation, x: number): number {
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
    case "gelu_fast":
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
    case "gelu_tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  }
}
