/** EuroBERT: Llama's layers without the causal mask (Boizard et al. 2025), and jina-embeddings-v5-nano's shape. */
import { hiddenActivation } from "../activation-names.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Architecture, EncoderReader } from "./architecture.ts";
import { groupedHeads, largestSize, layerCount, refuseDecoders, vocabularySize } from "./config-checks.ts";
import { llamaEncoder, llamaFiles } from "./llama-encoder.ts";
import { readRotary, ropeParameters } from "./rope.ts";

export const eurobert: Architecture = {
  ...llamaFiles,
  modelType: "eurobert",
  classifiers: {},
  encoder: readEuroBert,
};

function readEuroBert(config: ConfigObject): EncoderReader {
  refuseDecoders(config);
  const hiddenSize = config.size("hidden_size", 1, largestSize);
  const heads = groupedHeads(config, hiddenSize);
  const positions = config.size("max_position_embeddings", 1, largestSize);
  const rotary = readRotary(ropeParameters(config), { headSize: heads.headSize, theta: 10_000, positions });
  const layers = layerCount(config);
  const read = {
    hiddenSize,
    vocabSize: vocabularySize(config),
    positions,
    intermediateSize: config.size("intermediate_size", 1, largestSize),
    heads,
    scale: heads.headSize ** -0.5,
    epsilon: config.positiveNumber("rms_norm_eps", 1e-5),
    activation: hiddenActivation(config.string("hidden_act", "silu"), config.path),
    attentionBias: config.boolean("attention_bias", false),
    feedForwardBias: config.boolean("mlp_bias", false),
    headNorms: false,
    gemma: false,
    layers: Array.from({ length: layers }, () => ({ causal: false, window: null, rotary })),
  };
  return (tensors) => llamaEncoder(read, tensors);
}
