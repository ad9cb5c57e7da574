/**
 * GTE v1.5 and what shares its code (gte-multilingual, arctic-embed-m-v2.0): model type `new` as Alibaba publishes it, whose code is
 * never run, and `gte` as transformers has it. Zhang et al. 2024.
 */
import { hiddenActivation } from "../activation-names.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Linear, Norm } from "../encoder-description.ts";
import { poolerClassifier } from "../heads/classifier-layers.ts";
import type { Architecture, EncoderReader } from "./architecture.ts";
import {
  largestSize,
  layerCount,
  plainHeads,
  refuseDecoders,
  unsupportedSetting,
  vocabularySize,
} from "./config-checks.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";
import { readRotary, ropeParameters } from "./rope.ts";
import { rotaryBertEncoder, type RotaryBertConfig } from "./rotary-bert.ts";

const files = {
  basePrefixes: ["new.", "gte."],
  wordTable: "embeddings.word_embeddings.weight",
  parts: ["embeddings", "encoder", "layers"],
  unread: /^(pooler\.|embeddings\.(position_ids|rotary_emb\.\w+)$|rotary_emb\.)/,
};

/** The published spelling. */
export const newGte: Architecture = {
  ...files,
  modelType: "new",
  layersAt: "encoder.layer.",
  classifiers: { NewForSequenceClassification: poolerClassifier },
  encoder: (config) => readGte(config, { theta: 10_000, types: 1 }),
};

/** transformers' own, which saves the same tensors. */
export const gte: Architecture = {
  ...files,
  modelType: "gte",
  layersAt: "encoder.layer.",
  classifiers: { GteForSequenceClassification: poolerClassifier },
  encoder: (config) => readGte(config, { theta: 160_000, types: 1 }),
};

function readGte(config: ConfigObject, defaults: { theta: number; types: number }): EncoderReader {
  refuseDecoders(config);
  if (config.string("position_embedding_type", "rope") !== "rope") {
    throw unsupportedSetting(config, "position_embedding_type", 'only "rope" is');
  }
  if (config.boolean("logn_attention_scale", false))
    throw unsupportedSetting(config, "logn_attention_scale", "only false is");
  const kind = config.string("layer_norm_type", "layer_norm");
  if (kind !== "layer_norm" && kind !== "rms_norm") {
    throw unsupportedSetting(config, "layer_norm_type", '"layer_norm" and "rms_norm" are');
  }
  const hiddenSize = config.size("hidden_size", 1, largestSize);
  const intermediateSize = config.size("intermediate_size", 1, largestSize);
  const heads = plainHeads(config, hiddenSize);
  if (config.has("head_dim") && config.value("head_dim") !== heads.headSize) {
    throw config.wrong("head_dim", `${heads.headSize}, or not there`);
  }
  const positions = config.size("max_position_embeddings", 1, largestSize);
  const epsilon = config.positiveNumber("layer_norm_eps", 1e-12);
  const read: RotaryBertConfig = {
    hiddenSize,
    vocabSize: vocabularySize(config),
    types: config.integer("type_vocab_size", 0, defaults.types),
    positions,
    intermediateSize,
    layers: layerCount(config),
    heads,
    epsilon,
    activation: hiddenActivation(config.string("hidden_act", "gelu"), config.path),
    rotary: readRotary(ropeParameters(config), { headSize: heads.headSize, theta: defaults.theta, positions }),
  };
  const norm = (tensors: EncoderTensors, name: string): Norm =>
    kind === "layer_norm" ? tensors.layerNorm(name, hiddenSize, epsilon) : tensors.rmsNorm(name, hiddenSize, epsilon);
  return (tensors) =>
    rotaryBertEncoder(
      read,
      {
        embeddingNorm: "embeddings.LayerNorm",
        layer: (_, index) => {
          const layer = `encoder.layer.${index}`;
          const [up, gate] = tensors.fusedLinears(
            `${layer}.mlp.up_gate_proj`,
            [intermediateSize, intermediateSize],
            hiddenSize,
            false,
          );
          return {
            inputs: inputs(tensors, `${layer}.attention`, hiddenSize),
            output: tensors.linear(`${layer}.attention.o_proj`, hiddenSize, hiddenSize),
            attentionNorm: norm(tensors, `${layer}.attn_ln`),
            feedForward: { gate, up, down: tensors.linear(`${layer}.mlp.down_proj`, hiddenSize, intermediateSize) },
            feedForwardNorm: norm(tensors, `${layer}.mlp_ln`),
          };
        },
      },
      tensors,
    );
}

/** Query, key and value: in one tensor, or in three (`pack_qkv: false`). */
function inputs(tensors: EncoderTensors, attention: string, width: number): Linear[] {
  if (!tensors.has(`${attention}.q_proj.weight`)) {
    return tensors.fusedLinears(`${attention}.qkv_proj`, [width, width, width], width, true);
  }
  return ["q", "k", "v"].map((part) => tensors.linear(`${attention}.${part}_proj`, width, width));
}
