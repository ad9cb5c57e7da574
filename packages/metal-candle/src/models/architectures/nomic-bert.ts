/**
 * Nomic BERT: nomic-embed-text v1 and v1.5 (Nussbaum et al. 2024). Its config has two spellings, GPT-2's as published and transformers'
 * own; the tensors have one.
 */
import { ModelFileError } from "../../errors.ts";
import { hiddenActivation } from "../activation-names.ts";
import { ConfigObject } from "../config-object.ts";
import type { Activation, FeedForward } from "../encoder-description.ts";
import type { Architecture, EncoderReader } from "./architecture.ts";
import {
  groupedHeads,
  largestSize,
  layerCount,
  refuseDecoders,
  unsupportedSetting,
  vocabularySize,
} from "./config-checks.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";
import { readRotary, ropeParameters } from "./rope.ts";
import { rotaryBertEncoder, type RotaryBertConfig } from "./rotary-bert.ts";

/** transformers' keys, and what the published configs call them. */
const spellings: readonly (readonly [string, string])[] = [
  ["hidden_size", "n_embd"],
  ["num_hidden_layers", "n_layer"],
  ["num_attention_heads", "n_head"],
  ["intermediate_size", "n_inner"],
  ["layer_norm_eps", "layer_norm_epsilon"],
];

/** Settings that change the arithmetic, and the one value of each that we run. */
const fixed: Readonly<Record<string, unknown>> = {
  prenorm: false,
  causal: false,
  parallel_block: false,
  use_rms_norm: false,
  rotary_emb_fraction: 1,
  rotary_emb_interleaved: false,
  rotary_emb_scale_base: undefined,
  rotary_scaling_factor: undefined,
  scale_attn_weights: true,
  scale_attn_by_inverse_layer_idx: false,
  norm_mlp: false,
  qk_norm: false,
  moe_every_n_layers: 0,
};

/** Published activations: of a gated feed-forward, and of a plain one. */
const gated: ReadonlyMap<string, Activation> = new Map([
  ["swiglu", "silu"],
  ["geglu", "gelu"],
  ["glu", "sigmoid"],
]);

export const nomicBert: Architecture = {
  modelType: "nomic_bert",
  basePrefixes: ["bert.", "nomic_bert."],
  wordTable: "embeddings.word_embeddings.weight",
  parts: ["embeddings", "encoder", "emb_ln"],
  layersAt: "encoder.layers.",
  unread: /^(pooler\.|embeddings\.(position_ids|token_type_ids)$)|\.rotary_emb\./,
  classifiers: {},
  encoder: readNomicBert,
};

function readNomicBert(source: ConfigObject): EncoderReader {
  refuseDecoders(source);
  for (const [key, value] of Object.entries(fixed)) {
    if (source.has(key) && source.value(key) !== value) {
      throw unsupportedSetting(source, key, `only ${JSON.stringify(value ?? null)} is`);
    }
  }
  const config = respelled(source);
  const published = source.has("n_embd");
  const hiddenSize = config.size("hidden_size", 1, largestSize);
  const intermediateSize =
    published && !config.has("intermediate_size") ? 4 * hiddenSize : config.size("intermediate_size", 1, largestSize);
  const heads = groupedHeads(config, hiddenSize);
  const positions = config.size(source.has("n_positions") ? "n_positions" : "max_position_embeddings", 1, largestSize);
  const epsilon = config.positiveNumber("layer_norm_eps", published ? 1e-5 : 1e-12);
  const name = config.string("activation_function", "");
  const isGated = name === "" || gated.has(name);
  const read: RotaryBertConfig = {
    hiddenSize,
    vocabSize: vocabularySize(config),
    types: config.integer("type_vocab_size", 0, 2),
    positions,
    intermediateSize,
    layers: layerCount(config),
    heads,
    epsilon,
    activation:
      gated.get(name) ??
      hiddenActivation(
        name === "" ? config.string("hidden_act", "silu") : name,
        config.path,
        name === "" ? "hidden_act" : "activation_function",
      ),
    rotary: readRotary(rotaryParameters(config), { headSize: heads.headSize, theta: 1000, positions }),
  };
  const attentionBias = config.boolean("qkv_proj_bias", false);
  const bias = [config.boolean("mlp_fc1_bias", false), config.boolean("mlp_fc2_bias", false)];
  const width = heads.heads * heads.headSize;
  const feedForward = (tensors: EncoderTensors, mlp: string): Omit<FeedForward, "activation"> => {
    const wide = (part: string) => tensors.linear(`${mlp}.${part}`, intermediateSize, hiddenSize, bias[0]);
    const down = tensors.linear(`${mlp}.fc2`, hiddenSize, intermediateSize, bias[1]);
    return isGated ? { up: wide("fc11"), gate: wide("fc12"), down } : { up: wide("fc1"), gate: null, down };
  };
  return (tensors) =>
    rotaryBertEncoder(
      read,
      {
        embeddingNorm: "emb_ln",
        layer: (_, index) => {
          const layer = `encoder.layers.${index}`;
          return {
            inputs: tensors.fusedLinears(`${layer}.attn.Wqkv`, [width, width, width], hiddenSize, attentionBias),
            output: tensors.linear(`${layer}.attn.out_proj`, hiddenSize, width, attentionBias),
            attentionNorm: tensors.layerNorm(`${layer}.norm1`, hiddenSize, epsilon),
            feedForward: feedForward(tensors, `${layer}.mlp`),
            feedForwardNorm: tensors.layerNorm(`${layer}.norm2`, hiddenSize, epsilon),
          };
        },
      },
      tensors,
    );
}

/** The config with the keys that it spells as GPT-2 does; where it has both spellings, they must agree. */
function respelled(config: ConfigObject): ConfigObject {
  const names: Record<string, string> = {};
  for (const [key, published] of spellings) {
    if (!config.has(published)) continue;
    if (config.has(key) && config.value(key) !== config.value(published)) {
      throw new ModelFileError(
        `${config.path}: "${key}" is ${String(config.value(key))} and "${published}" ${String(config.value(published))}; ` +
          "they are two names of one thing.",
      );
    }
    names[key] = published;
  }
  return config.spelled(names);
}

/** rotary_emb_base is the published name of rope_theta. */
function rotaryParameters(config: ConfigObject): ConfigObject {
  const parameters = ropeParameters(config);
  if (parameters.has("rope_theta") || !config.has("rotary_emb_base")) return parameters;
  return new ConfigObject(parameters.path, { ...parameters.raw, rope_theta: config.value("rotary_emb_base") });
}
