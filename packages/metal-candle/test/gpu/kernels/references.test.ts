/**
 * The plain references that kernels are checked against give PyTorch's numbers: goldens/kernels.safetensors. Kernel and reference are ours,
 * and what both misread no check of one against the other would show. Pooling's are in pooling-prompts.test.ts.
 */
import { describe, expect, test } from "vitest";
import { attentionReference } from "../../../src/gpu/kernels/attention/reference.ts";
import { embeddingReference } from "../../../src/gpu/kernels/embedding/reference.ts";
import { gatedReference, gemmReference } from "../../../src/gpu/kernels/gemm/reference.ts";
import { layerNormReference } from "../../../src/gpu/kernels/layer-norm/reference.ts";
import { storedLength } from "../../../src/gpu/kernels/nearest/layout.ts";
import { scoresReference } from "../../../src/gpu/kernels/nearest/reference.ts";
import { normReference } from "../../../src/gpu/kernels/norm/reference.ts";
import { rmsNormReference } from "../../../src/gpu/kernels/rms-norm/reference.ts";
import { rotaryReference } from "../../../src/gpu/kernels/rotary/reference.ts";
import { softmaxReference } from "../../../src/gpu/kernels/softmax/reference.ts";
import { referenceActivation } from "../../../src/gpu/wgsl/activations.ts";
import { activations } from "../../support/activations.ts";
import { floats, integers, readGolden } from "../../support/goldens.ts";

const golden = readGolden("kernels.safetensors");
const f = (name: string): Float32Array => floats(golden, name);
const i = (name: string): Int32Array => integers(golden, name);

/** Both were computed in double precision; the golden was rounded to f32 at the end. */
function expectClose(got: ArrayLike<number>, name: string): void {
  const wanted = f(name);
  expect(got.length).toBe(wanted.length);
  for (const [at, value] of wanted.entries()) {
    expect(Math.abs(got[at] - value) / (1 + Math.abs(value)), `${name}[${at}]`).toBeLessThan(1e-6);
  }
}

test.each(activations)("activation %s", (activation) => {
  const values = Array.from(f("activations.x"), (x) => referenceActivation(activation, x));
  expectClose(values, `activations.${activation}`);
});

test("a linear layer, and one with a gate", () => {
  expectClose(gemmReference(f("linear.a"), f("linear.w"), f("linear.bias"), 12, "gelu"), "linear.y");
  expectClose(gatedReference(f("gated.a"), f("gated.w"), f("gated.bias"), 12, "silu"), "gated.y");
});

test("norms and softmax of rows", () => {
  const [x, weight, bias] = [f("norm.x"), f("norm.weight"), f("norm.bias")];
  expectClose(layerNormReference(x, weight, bias, 1e-5), "norm.layer");
  expectClose(rmsNormReference(x, weight, 1e-6), "norm.rms");
  expectClose(softmaxReference(x, 20), "norm.softmax");
  const rows = [0, 20, 40].flatMap((at) => [
    ...normReference(x.subarray(at, at + 20), { kind: "layer", epsilon: 1e-5 }, weight, bias),
  ]);
  expectClose(rows, "norm.layer");
});

test("embeddings of words, positions and token types, and their norm", () => {
  const tables = {
    wordEmbeddings: f("embedding.words"),
    scale: 1,
    positionEmbeddings: f("embedding.positions"),
    tokenTypeEmbeddings: f("embedding.types"),
    norm: {
      norm: { kind: "layer", epsilon: 1e-12 } as const,
      weight: f("embedding.weight"),
      bias: f("embedding.bias"),
    },
  };
  const tokens = {
    inputIds: i("embedding.ids"),
    positionIds: i("embedding.position_ids"),
    tokenTypeIds: i("embedding.type_ids"),
  };
  expectClose(embeddingReference(tables, 20, tokens), "embedding.y");
});

describe("attention", () => {
  test.each([
    ["plain", 3, { headSize: 5, scale: 5 ** -0.5 }],
    ["grouped", 4, { headSize: 4, scale: 0.3, keyValueHeads: 2 }],
    ["causal", 2, { headSize: 4, scale: 0.5, keyValueHeads: 1, causal: true }],
    ["window", 2, { headSize: 4, scale: 0.5, window: 2 }],
    ["causal_window", 2, { headSize: 4, scale: 0.5, causal: true, window: 2 }],
    ["bias", 2, { headSize: 4, scale: 0.5 }],
  ] as const)("%s", (name, heads, shape) => {
    const qkv = f(`attention_${name}.qkv`);
    const relative = name === "bias" ? f("attention_bias.bias") : null;
    const bias = relative
      ? (query: number, key: number, head: number): number => relative[(key - query + 6) * heads + head]
      : undefined;
    const context = attentionReference(qkv, qkv.length / 10, i("attention.cu_seqlens"), heads, shape, bias);
    expectClose(context, `attention_${name}.y`);
  });
});

test("rotary positions, with a norm before and without", () => {
  const turned = (norm: Parameters<typeof rotaryReference>[4]): number[] =>
    [...i("rotary.positions")].flatMap((position, at) => [
      ...rotaryReference(f("rotary.head").subarray(8 * at, 8 * at + 8), position, f("rotary.frequencies"), 1, norm),
    ]);
  expectClose(turned(null), "rotary.y");
  const weight = f("rotary.weight");
  expectClose(turned({ norm: { kind: "rms", epsilon: 1e-6 }, weight, bias: new Float32Array(8) }), "rotary.normed");
});

test("scores of stored vectors are cosines", () => {
  const stored = f("nearest.stored");
  const rows = Array.from({ length: 6 }, (_, row) => stored.subarray(16 * row, 16 * row + 16));
  const scaled = rows.flatMap((row) => Array.from(row, (value) => (value * storedLength) / Math.hypot(...row)));
  expectClose(scoresReference(f("nearest.query"), scaled), "nearest.y");
});
