/**
 * The encoder that Llama's descendants share (Qwen3, EuroBERT, Gemma 3): RMSNorm before each block, gated feed-forward, rotary
 * positions, keys and values shared among heads.
 */
import { plus } from "../../weights/tensor-views.ts";
import type { Activation, EncoderDescription, Layer, Norm, Rotary } from "../encoder-description.ts";
import type { Architecture } from "./architecture.ts";
import type { Heads } from "./config-checks.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";

/** What the files of these families have in common. */
export const llamaFiles = {
  basePrefixes: ["model."],
  wordTable: "embed_tokens.weight",
  parts: ["embed_tokens", "layers", "norm", "rotary_emb"],
  layersAt: "layers.",
  unread: /(^|\.)rotary_emb\.\w*inv_freq$/,
} satisfies Partial<Architecture>;

/** A layer's own part of a config. */
export interface LlamaLayer {
  readonly causal: boolean;
  readonly window: number | null;
  readonly rotary: Rotary;
}

/** What a config says. */
export interface LlamaConfig {
  readonly hiddenSize: number;
  readonly vocabSize: number;
  readonly positions: number;
  readonly intermediateSize: number;
  readonly heads: Heads;
  readonly scale: number;
  readonly epsilon: number;
  readonly activation: Activation;
  readonly attentionBias: boolean;
  readonly feedForwardBias: boolean;
  /** RMSNorm on each head of queries and keys. */
  readonly headNorms: boolean;
  /** Gemma's: norms behind the blocks too, 1 + w as every norm's weight, and a factor on the embeddings. */
  readonly gemma: boolean;
  readonly layers: readonly LlamaLayer[];
}

export function llamaEncoder(config: LlamaConfig, tensors: EncoderTensors): EncoderDescription {
  const { hiddenSize, vocabSize, gemma } = config;
  return {
    hiddenSize,
    vocabSize,
    maxPositions: config.positions,
    wordEmbeddings: tensors.table("embed_tokens", vocabSize, hiddenSize),
    embeddingScale: gemma ? Math.fround(Math.sqrt(hiddenSize)) : 1,
    positionTable: null,
    positionOffset: 0,
    tokenTypeTable: null,
    embeddingNorm: null,
    embeddingProjection: null,
    layers: config.layers.map((layer, index) => readLayer(config, layer, tensors, `layers.${index}`)),
    finalNorm: readNorm(config, tensors, "norm", hiddenSize),
    relativePositionBias: null,
  };
}

function readLayer(config: LlamaConfig, own: LlamaLayer, tensors: EncoderTensors, name: string): Layer {
  const { hiddenSize, intermediateSize, attentionBias, feedForwardBias, gemma } = config;
  const { heads, keyValueHeads, headSize } = config.heads;
  const attention = `${name}.self_attn`;
  const norm = (part: string): Norm => readNorm(config, tensors, `${name}.${part}`, hiddenSize);
  const headNorm = (part: string): Norm | null =>
    config.headNorms ? readNorm(config, tensors, `${attention}.${part}`, headSize) : null;
  return {
    attention: {
      query: tensors.linear(`${attention}.q_proj`, heads * headSize, hiddenSize, attentionBias),
      key: tensors.linear(`${attention}.k_proj`, keyValueHeads * headSize, hiddenSize, attentionBias),
      value: tensors.linear(`${attention}.v_proj`, keyValueHeads * headSize, hiddenSize, attentionBias),
      output: tensors.linear(`${attention}.o_proj`, hiddenSize, heads * headSize, attentionBias),
      heads,
      keyValueHeads,
      headSize,
      scale: config.scale,
      causal: own.causal,
      window: own.window,
      queryNorm: headNorm("q_norm"),
      keyNorm: headNorm("k_norm"),
      rotary: own.rotary,
    },
    attentionInputNorm: norm("input_layernorm"),
    attentionOutputNorm: gemma ? norm("post_attention_layernorm") : null,
    attentionResidualNorm: null,
    feedForward: {
      gate: tensors.linear(`${name}.mlp.gate_proj`, intermediateSize, hiddenSize, feedForwardBias),
      up: tensors.linear(`${name}.mlp.up_proj`, intermediateSize, hiddenSize, feedForwardBias),
      down: tensors.linear(`${name}.mlp.down_proj`, hiddenSize, intermediateSize, feedForwardBias),
      activation: config.activation,
    },
    feedForwardInputNorm: norm(gemma ? "pre_feedforward_layernorm" : "post_attention_layernorm"),
    feedForwardOutputNorm: gemma ? norm("post_feedforward_layernorm") : null,
    feedForwardResidualNorm: null,
  };
}

function readNorm({ epsilon, gemma }: LlamaConfig, tensors: EncoderTensors, name: string, width: number): Norm {
  const norm = tensors.rmsNorm(name, width, epsilon);
  return gemma ? { ...norm, weight: plus(norm.weight, 1) } : norm;
}
