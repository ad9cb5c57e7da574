/** DistilBERT: BERT's layers without token types, under names of its own (Sanh et al. 2019). multi-qa-distilbert, opensearch's distillates. */
import { preClassifier } from "../heads/classifier-layers.ts";
import type { Architecture } from "./architecture.ts";
import { bertEncoder, type LayerNames } from "./bert-encoder.ts";

/** BERT's keys, and DistilBERT's names for them. */
const spellings = {
  hidden_size: "dim",
  num_hidden_layers: "n_layers",
  num_attention_heads: "n_heads",
  intermediate_size: "hidden_dim",
  hidden_act: "activation",
  // Its code has a constant instead, the one that BERT has by default.
  layer_norm_eps: "(none)",
};

export const distilBert: Architecture = {
  modelType: "distilbert",
  basePrefixes: ["distilbert."],
  wordTable: "embeddings.word_embeddings.weight",
  parts: ["embeddings", "transformer"],
  layersAt: "transformer.layer.",
  unread: /^embeddings\.position_ids$/,
  classifiers: { DistilBertForSequenceClassification: preClassifier },
  // Sinusoidal positions lie in the file as learned ones do.
  encoder: (config) =>
    bertEncoder(config.spelled(spellings), {
      positionOffset: 0,
      hasTokenTypes: false,
      relativePositionBuckets: null,
      layerNames,
    }),
};

function layerNames(index: number): LayerNames {
  const layer = `transformer.layer.${index}`;
  return {
    query: `${layer}.attention.q_lin`,
    key: `${layer}.attention.k_lin`,
    value: `${layer}.attention.v_lin`,
    attentionOutput: `${layer}.attention.out_lin`,
    attentionNorm: `${layer}.sa_layer_norm`,
    up: `${layer}.ffn.lin1`,
    down: `${layer}.ffn.lin2`,
    feedForwardNorm: `${layer}.output_layer_norm`,
  };
}
