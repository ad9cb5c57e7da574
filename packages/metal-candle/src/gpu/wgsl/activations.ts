/**
 * Activation functions in WGSL, on vec4f; encoder/activation.ts says what each is.
 *
 * erf is Abramowitz & Stegun 7.1.26 (|error| ≤ 1.5e-7). tanh is built from exp on a clamped argument: WGSL's own gives NaN above
 * about 44 on some drivers. `gelu_fitted` is a rational-exponent fit of the erf form, within 3.1e-6 everywhere: for f16 storage
 * only, where the rounding of a store is far larger.
 */
import { activationOf } from "../../encoder/activation.ts";
import type { Activation } from "../../models/encoder-description.ts";

/** What a kernel may apply: the model's activations, and the cheap GELU of the f16 classes. */
export type KernelActivation = Activation | "gelu_fitted";

const bodies: Record<KernelActivation, string> = {
  identity: /* wgsl */ `return x;`,
  relu: /* wgsl */ `return max(x, vec4f(0f));`,
  relu2: /* wgsl */ `let kept = max(x, vec4f(0f)); return kept * kept;`,
  relu6: /* wgsl */ `return clamp(x, vec4f(0f), vec4f(6f));`,
  leaky_relu: /* wgsl */ `return max(x, 0.01f * x);`,
  quick_gelu: /* wgsl */ `return x / (1f + exp(-clamp(1.702f * x, vec4f(-87f), vec4f(87f))));`,
  // tanh(ln(1 + e)) = (e² + 2e) / (e² + 2e + 2); past 20 it is 1.
  mish: /* wgsl */ `
  let e = exp(min(x, vec4f(20f)));
  let n = e * (e + 2f);
  return x * (n / (n + 2f));`,
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
  gelu_10: /* wgsl */ `
  let z = abs(x) * 0.70710678118f;
  let t = 1f / (1f + 0.3275911f * z);
  let tail = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t * exp(-min(z * z, vec4f(87f)));
  return clamp(0.5f * x * (1f + sign(x) * (1f - tail)), vec4f(-10f), vec4f(10f));`,
  gelu_tanh: /* wgsl */ `
  let limited = clamp(0.7978845608f * (x + 0.044715f * x * x * x), vec4f(-15f), vec4f(15f));
  return 0.5f * x * (1f + (1f - 2f / (exp(2f * limited) + 1f)));`,
  gelu_fitted: /* wgsl */ `
  let limited = clamp(x, vec4f(-5.5f), vec4f(5.5f));
  let square = limited * limited;
  let exponent = x * (2.302043f + square * (0.1052284f + square * (-3.603426e-4f + square * (-8.832071e-5f + square * 3.2374e-6f))));
  return x / (1f + exp2(min(-exponent, vec4f(120f))));`,
};

/** `fn activate(x: vec4f) -> vec4f` for one activation. */
export function activationFunction(activation: KernelActivation): string {
  return `fn activate(x: vec4f) -> vec4f {${bodies[activation]}\n}`;
}

/** The reference, in double precision. */
export function referenceActivation(activation: KernelActivation, x: number): number {
  return activationOf(activation === "gelu_fitted" ? "gelu" : activation, x);
}
