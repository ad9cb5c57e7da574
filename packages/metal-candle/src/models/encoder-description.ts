/**
 * What an encoder is, whatever its family: embeddings, then layers of two blocks each, then perhaps a last norm.
 *
 * Every block is `x = residualNorm(x + outputNorm(f(inputNorm(x))))`, with each norm present or null: f is attention in the first, the
 * feed-forward in the second. BERT has residual norms alone, ModernBERT and Qwen input norms, Gemma input and output norms.
 *
 * Types only. No device, no file format and no model family appears here: readers of families (architectures/) fill it in, and `gpu/`
 * and `cpu/` build from it.
 */
import type { WeightTensor } from "../weights/weight-tensor.ts";

/** Activation functions by the maths, not by the name a config gives them (activation-names.ts). Add one here, and the compiler asks for the rest. */
export type Activation =
  | "identity"
  | "gelu"
  | "gelu_tanh"
  /** gelu, clipped to ±10 */
  | "gelu_10"
  /** x · sigmoid(1.702 x) */
  | "quick_gelu"
  | "relu"
  /** relu squared */
  | "relu2"
  | "relu6"
  /** 0.01 x below 0 */
  | "leaky_relu"
  | "silu"
  | "mish"
  | "tanh"
  | "sigmoid";

/** y = x · weightᵀ + bias. `weight` is [out, in] as PyTorch stores it, `bias` [out] or null. */
export interface Linear {
  readonly weight: WeightTensor;
  readonly bias: WeightTensor | null;
}

/**
 * Over the last dimension. LayerNorm: (x − mean) / √(variance + epsilon) · weight + bias. RMSNorm: x / √(mean of squares + epsilon) · weight.
 * Gemma's 1 + w has been added by whoever read it.
 */
export interface Norm {
  readonly kind: "layer" | "rms";
  readonly weight: WeightTensor;
  readonly bias: WeightTensor | null;
  readonly epsilon: number;
}

/**
 * Rotary position embedding of queries and keys, by halves (rotate_half): with n = inverseFrequencies.length, elements i and i + n of a
 * head turn together by the angle position · inverseFrequencies[i]; elements from 2n on stay as they are. All scaling (NTK, linear,
 * yarn, llama3) is in the frequencies already.
 */
export interface Rotary {
  readonly inverseFrequencies: Float32Array;
  /** On cos and sin; 1 for all but yarn and longrope. */
  readonly factor: number;
  /** Most tokens of a text for which these frequencies hold; null: any (dynamic NTK has others for longer ones). */
  readonly longest: number | null;
}

export interface Attention {
  /** [heads · headSize, hiddenSize] */
  readonly query: Linear;
  /** [keyValueHeads · headSize, hiddenSize], as is `value`. */
  readonly key: Linear;
  readonly value: Linear;
  /** [hiddenSize, heads · headSize] */
  readonly output: Linear;
  readonly heads: number;
  /** A divisor of `heads`: query head h reads key and value head ⌊h · keyValueHeads / heads⌋. */
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** On the scores, before the mask and the softmax. */
  readonly scale: number;
  /** A query sees no key behind itself. */
  readonly causal: boolean;
  /** A query sees the keys with |query − key| ≤ window; null: all. */
  readonly window: number | null;
  /** On each head of the queries and of the keys [headSize], before the rotation. */
  readonly queryNorm: Norm | null;
  readonly keyNorm: Norm | null;
  readonly rotary: Rotary | null;
}

/** down(activation(gate · x) ⊙ up · x), or down(activation(up · x)) without a gate. */
export interface FeedForward {
  readonly gate: Linear | null;
  readonly up: Linear;
  readonly down: Linear;
  readonly activation: Activation;
}

export interface Layer {
  readonly attention: Attention;
  readonly attentionInputNorm: Norm | null;
  readonly attentionOutputNorm: Norm | null;
  readonly attentionResidualNorm: Norm | null;
  readonly feedForward: FeedForward;
  readonly feedForwardInputNorm: Norm | null;
  readonly feedForwardOutputNorm: Norm | null;
  readonly feedForwardResidualNorm: Norm | null;
}

export interface EncoderDescription {
  readonly hiddenSize: number;
  readonly vocabSize: number;
  /** Most tokens in a text. */
  readonly maxPositions: number;
  /** [vocabSize, embeddingSize]: hiddenSize wide, unless there is an `embeddingProjection`. */
  readonly wordEmbeddings: WeightTensor;
  /** On the word embeddings, in f32; 1, but Gemma's √hiddenSize. */
  readonly embeddingScale: number;
  /** [positionOffset + maxPositions, embeddingSize], or null. */
  readonly positionTable: WeightTensor | null;
  /** Position id of a sequence's first token: 0, or padding id + 1 for MPNet, RoBERTa and XLM-R. */
  readonly positionOffset: number;
  /** [types, embeddingSize], or null. */
  readonly tokenTypeTable: WeightTensor | null;
  /** On the sum of the tables. */
  readonly embeddingNorm: Norm | null;
  /** [hiddenSize, embeddingSize], after the norm; null where the widths are one. */
  readonly embeddingProjection: Linear | null;
  /** None in a static table, whose vectors are what pooling takes. */
  readonly layers: readonly Layer[];
  /** After the last layer. */
  readonly finalNorm: Norm | null;
  /** MPNet's, [buckets, heads], one table for all layers: added to the scores by the bucket of key − query. */
  readonly relativePositionBias: WeightTensor | null;
}
