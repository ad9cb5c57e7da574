/**
 * MPNet: absolute positions from 2 on, no token types, and a relative-position bias that all layers share.
 *
 * The padding id that positions start behind is 1 in transformers' code, whatever the config says. Song et al. 2020.
 */
import { unsupportedSetting } from "./config-checks.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Architecture } from "./architecture.ts";
import { bertFiles, bertEncoder, type LayerNames } from "./bert-encoder.ts";

export const mpnet: Architecture = {
  ...bertFiles,
  modelType: "mpnet",
  basePrefixes: ["mpnet."],
  classifiers: {},
  encoder: (config) =>
    bertEncoder(config, {
      positionOffset: 2,
      hasTokenTypes: false,
      relativePositionBuckets: relativePositionBuckets(config),
      layerNames,
    }),
};

function layerNames(index: number): LayerNames {
  const layer = `encoder.layer.${index}`;
  return {
    query: `${layer}.attention.attn.q`,
    key: `${layer}.attention.attn.k`,
    value: `${layer}.attention.attn.v`,
    attentionOutput: `${layer}.attention.attn.o`,
    attentionNorm: `${layer}.attention.LayerNorm`,
    up: `${layer}.intermediate.dense`,
    down: `${layer}.output.dense`,
    feedForwardNorm: `${layer}.output.LayerNorm`,
  };
}

/** transformers computes with 32 buckets whatever the config says, so another number would be another model there. */
function relativePositionBuckets(config: ConfigObject): number {
  const buckets = config.integer("relative_attention_num_buckets", 1, 32);
  if (buckets === 32) return buckets;
  throw unsupportedSetting(config, "relative_attention_num_buckets", "only 32 is");
}
