/**
 * MPNet: absolute positions from 2 on, no token types, and a relative-position bias that all layers share.
 *
 * The padding id that positions start behind is 1 in transformers' code, whatever the config says. Song et al. 2020.
 */
import { UnsupportedModelError } from "../../errors.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Architecture } from "./architecture.ts";
import { readEncoderShape } from "./encoder-config.ts";
import { mpnetNames } from "./tensor-names.ts";

export const mpnet: Architecture = {
  modelType: "mpnet",
  basePrefix: "mpnet.",
  names: mpnetNames,
  classifier: null,
  classifierClass: null,
  shape: (config) =>
    readEncoderShape(config, {
      positionOffset: 2,
      hasTokenTypes: false,
      layerNormEpsilon: 1e-12,
      relativePositionBuckets: relativePositionBuckets(config),
    }),
};

/** transformers computes with 32 buckets whatever the config says, so another number would be another model there. */
function relativePositionBuckets(config: ConfigObject): number {
  const buckets = config.integer("relative_attention_num_buckets", 1, 32);
  if (buckets === 32) return buckets;
  throw new UnsupportedModelError(
    `${config.path}: "relative_attention_num_buckets" is ${buckets}, which is not supported; only 32 is.`,
  );
}
