/**
 * Qwen3: Qwen3-Embedding and what is built on it. Causal, unless the config says otherwise (`is_causal: false`, or the
 * `use_bidirectional_attention` that bidirectional descendants carry).
 */
import { hiddenActivation } from "../activation-names.ts";
import type { ConfigObject } from "../config-object.ts";
import { scoreClassifier } from "../heads/classifier-layers.ts";
import type { Architecture, EncoderReader } from "./architecture.ts";
import {
  groupedHeads,
  largestSize,
  layerCount,
  layerTypes,
  refuseDecoders,
  unsupportedSetting,
  vocabularySize,
} from "./config-checks.ts";
import { llamaEncoder, llamaFiles } from "./llama-encoder.ts";
import { readRotary, ropeParameters } from "./rope.ts";

/** transformers' default for head_dim, which does not follow from the hidden size. */
const defaultHeadSize = 128;

export const qwen3: Architecture = {
  ...llamaFiles,
  modelType: "qwen3",
  classifiers: { Qwen3ForSequenceClassification: scoreClassifier },
  encoder: readQwen3,
};

function readQwen3(config: ConfigObject): EncoderReader {
  refuseDecoders(config);
  const hiddenSize = config.size("hidden_size", 1, largestSize);
  const layers = layerCount(config);
  const heads = groupedHeads(config, hiddenSize, defaultHeadSize);
  const positions = config.size("max_position_embeddings", 1, largestSize);
  const causal = config.boolean("is_causal", true) && !config.boolean("use_bidirectional_attention", false);
  const window = slidingWindow(config, causal);
  const fullBelow = window === null ? layers : config.integer("max_window_layers", 0, 28);
  const types = layerTypes(config, layers, (index) => index < fullBelow);
  if (window === null && types.includes("sliding_attention")) {
    throw unsupportedSetting(
      config,
      "layer_types",
      'sliding_attention needs "use_sliding_window" and "sliding_window"',
    );
  }
  const rotary = readRotary(ropeParameters(config), { headSize: heads.headSize, theta: 10_000, positions });
  const read = {
    hiddenSize,
    vocabSize: vocabularySize(config),
    positions,
    intermediateSize: config.size("intermediate_size", 1, largestSize),
    heads,
    scale: heads.headSize ** -0.5,
    epsilon: config.positiveNumber("rms_norm_eps", 1e-6),
    activation: hiddenActivation(config.string("hidden_act", "silu"), config.path),
    attentionBias: config.boolean("attention_bias", false),
    feedForwardBias: false,
    headNorms: true,
    gemma: false,
    layers: types.map((type) => ({ causal, window: type === "sliding_attention" ? window : null, rotary })),
  };
  return (tensors) => llamaEncoder(read, tensors);
}

/** How far a query sees: in a causal window itself is counted, in one to both sides it is not. */
function slidingWindow(config: ConfigObject, causal: boolean): number | null {
  if (!config.boolean("use_sliding_window", false) || !config.has("sliding_window")) return null;
  const size = config.integer("sliding_window", 1);
  return causal ? size - 1 : size;
}
