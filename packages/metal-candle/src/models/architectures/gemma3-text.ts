/**
 * Gemma 3's text model: EmbeddingGemma, bidirectional, and the causal original. Norms on both sides of each block, two bases of rotation,
 * most layers within a window.
 */
import { hiddenActivation } from "../activation-names.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Architecture, EncoderReader } from "./architecture.ts";
import {
  groupedHeads,
  largestSize,
  layerCount,
  layerTypes,
  refuseDecoders,
  unsupportedSetting,
  vocabularySize,
  windowSize,
} from "./config-checks.ts";
import { llamaEncoder, llamaFiles } from "./llama-encoder.ts";
import { layerRopeParameters, readRotary } from "./rope.ts";

/** transformers' defaults. */
const defaults = { headSize: 256, scalar: 256, window: 4096, pattern: 6, fullTheta: 1_000_000, slidingTheta: 10_000 };

export const gemma3Text: Architecture = {
  ...llamaFiles,
  modelType: "gemma3_text",
  classifiers: {},
  encoder: readGemma3Text,
};

function readGemma3Text(config: ConfigObject): EncoderReader {
  refuseDecoders(config);
  if (config.has("attn_logit_softcapping")) {
    throw unsupportedSetting(config, "attn_logit_softcapping", "only null is");
  }
  const hiddenSize = config.size("hidden_size", 1, largestSize);
  const layers = layerCount(config);
  const heads = groupedHeads(config, hiddenSize, defaults.headSize);
  const positions = config.size("max_position_embeddings", 1, largestSize);
  const pattern = config.integer(
    "sliding_window_pattern",
    1,
    config.integer("_sliding_window_pattern", 1, defaults.pattern),
  );
  const types = layerTypes(config, layers, (index) => (index + 1) % pattern === 0);
  const rotary = (type: string, key: string, theta: number, scaled: boolean) =>
    readRotary(layerRopeParameters(config, type, key, scaled), { headSize: heads.headSize, theta, positions });
  const full = rotary("full_attention", "rope_theta", defaults.fullTheta, true);
  const sliding = rotary("sliding_attention", "rope_local_base_freq", defaults.slidingTheta, false);
  const { causal, window } = visibility(config);
  const read = {
    hiddenSize,
    vocabSize: vocabularySize(config),
    positions,
    intermediateSize: config.size("intermediate_size", 1, largestSize),
    heads,
    scale: config.positiveNumber("query_pre_attn_scalar", defaults.scalar) ** -0.5,
    epsilon: config.positiveNumber("rms_norm_eps", 1e-6),
    activation: hiddenActivation(
      config.string("hidden_activation", "gelu_pytorch_tanh"),
      config.path,
      "hidden_activation",
    ),
    attentionBias: config.boolean("attention_bias", false),
    feedForwardBias: false,
    headNorms: true,
    gemma: true,
    layers: types.map((type) =>
      type === "full_attention" ? { causal, window: null, rotary: full } : { causal, window, rotary: sliding },
    ),
  };
  return (tensors) => llamaEncoder(read, tensors);
}

/**
 * What a query sees. Bidirectional, the window is its size's half to each side, and one more where is_causal is false besides: transformers
 * then takes the bound that it made exclusive for an inclusive one. Causal, the query itself is counted.
 */
function visibility(config: ConfigObject): { causal: boolean; window: number } {
  const size = windowSize(config, "sliding_window", defaults.window);
  const bidirectional = config.boolean("use_bidirectional_attention", false);
  if (!config.boolean("is_causal", true))
    return { causal: false, window: bidirectional ? Math.floor(size / 2) + 1 : size };
  return bidirectional ? { causal: false, window: Math.floor(size / 2) } : { causal: true, window: size - 1 };
}
