/**
 * ModernBERT (Warner et al. 2024): granite r2, gte-modernbert, ettin. Norms before each block, rotary positions with a base for layers that
 * see all tokens and one for those that see a window, gated feed-forward, biases only where the config asks for them.
 */
import { hiddenActivation } from "../activation-names.ts";
import type { ConfigObject } from "../config-object.ts";
import type { EncoderDescription, Layer, Norm } from "../encoder-description.ts";
import { modernBertClassifier } from "../heads/classifier-layers.ts";
import type { Architecture, EncoderReader } from "./architecture.ts";
import {
  largestSize,
  layerCount,
  layerTypes,
  plainHeads,
  refuseDecoders,
  vocabularySize,
  windowSize,
} from "./config-checks.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";
import { layerRopeParameters, readRotary } from "./rope.ts";

/** transformers' defaults. */
const defaults = { every: 3, window: 128, fullTheta: 160_000, slidingTheta: 10_000 };

export const modernBert: Architecture = {
  modelType: "modernbert",
  basePrefixes: ["model."],
  wordTable: "embeddings.tok_embeddings.weight",
  parts: ["embeddings", "layers", "final_norm", "rotary_emb"],
  layersAt: "layers.",
  unread: /(^|\.)rotary_emb\.\w*inv_freq$/,
  classifiers: { ModernBertForSequenceClassification: modernBertClassifier },
  encoder: readModernBert,
};

function readModernBert(config: ConfigObject): EncoderReader {
  refuseDecoders(config);
  const hiddenSize = config.size("hidden_size", 1, largestSize);
  const { heads, keyValueHeads, headSize } = plainHeads(config, hiddenSize);
  if (config.has("head_dim") && config.value("head_dim") !== headSize)
    throw config.wrong("head_dim", `${headSize}, or not there`);
  const positions = config.size("max_position_embeddings", 1, largestSize);
  const every = config.integer("global_attn_every_n_layers", 1, defaults.every);
  const types = layerTypes(config, layerCount(config), (index) => index % every === 0);
  const rotary = (type: string, key: string, theta: number) =>
    readRotary(layerRopeParameters(config, type, key, true), { headSize, theta, positions });
  const full = { window: null, rotary: rotary("full_attention", "global_rope_theta", defaults.fullTheta) };
  const window = Math.floor(windowSize(config, "local_attention", defaults.window) / 2);
  const sliding = { window, rotary: rotary("sliding_attention", "local_rope_theta", defaults.slidingTheta) };
  const vocabSize = vocabularySize(config);
  const intermediateSize = config.size("intermediate_size", 1, largestSize);
  const epsilon = config.positiveNumber("norm_eps", 1e-5);
  const normBias = config.boolean("norm_bias", false);
  const attentionBias = config.boolean("attention_bias", false);
  const feedForwardBias = config.boolean("mlp_bias", false);
  const activation = hiddenActivation(config.string("hidden_activation", "gelu"), config.path, "hidden_activation");

  const norm = (tensors: EncoderTensors, name: string): Norm => tensors.layerNorm(name, hiddenSize, epsilon, normBias);
  const layer = (tensors: EncoderTensors, index: number): Layer => {
    const name = `layers.${index}`;
    const [query, key, value] = tensors.fusedLinears(
      `${name}.attn.Wqkv`,
      [hiddenSize, hiddenSize, hiddenSize],
      hiddenSize,
      attentionBias,
    );
    // What is activated comes first: Wi's first half is the gate.
    const [gate, up] = tensors.fusedLinears(
      `${name}.mlp.Wi`,
      [intermediateSize, intermediateSize],
      hiddenSize,
      feedForwardBias,
    );
    return {
      attention: {
        query,
        key,
        value,
        output: tensors.linear(`${name}.attn.Wo`, hiddenSize, hiddenSize, attentionBias),
        heads,
        keyValueHeads,
        headSize,
        scale: headSize ** -0.5,
        causal: false,
        queryNorm: null,
        keyNorm: null,
        ...(types[index] === "full_attention" ? full : sliding),
      },
      // The embeddings' own norm stands before the first layer.
      attentionInputNorm: index === 0 ? null : norm(tensors, `${name}.attn_norm`),
      attentionOutputNorm: null,
      attentionResidualNorm: null,
      feedForward: {
        gate,
        up,
        down: tensors.linear(`${name}.mlp.Wo`, hiddenSize, intermediateSize, feedForwardBias),
        activation,
      },
      feedForwardInputNorm: norm(tensors, `${name}.mlp_norm`),
      feedForwardOutputNorm: null,
      feedForwardResidualNorm: null,
    };
  };
  return (tensors): EncoderDescription => ({
    hiddenSize,
    vocabSize,
    maxPositions: positions,
    wordEmbeddings: tensors.table("embeddings.tok_embeddings", vocabSize, hiddenSize),
    embeddingScale: 1,
    positionTable: null,
    positionOffset: 0,
    tokenTypeTable: null,
    embeddingNorm: norm(tensors, "embeddings.norm"),
    embeddingProjection: null,
    layers: types.map((_, index) => layer(tensors, index)),
    finalNorm: norm(tensors, "final_norm"),
    relativePositionBias: null,
  });
}
