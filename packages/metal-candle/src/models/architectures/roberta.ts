/**
 * RoBERTa: BERT's layers with positions that start behind the padding id, and a byte-level BPE tokenizer.
 *
 * The first token's position id is pad_token_id + 1, so a table of 514 rows holds 512 tokens. Liu et al. 2019.
 */
import type { ConfigObject } from "../config-object.ts";
import type { EncoderShape } from "../description.ts";
import type { Architecture } from "./architecture.ts";
import { readEncoderShape } from "./encoder-config.ts";
import { bertNames } from "./tensor-names.ts";

/** The shape of a RoBERTa, which XLM-R shares. */
export function robertaShape(config: ConfigObject): EncoderShape {
  return readEncoderShape(config, {
    positionOffset: config.integer("pad_token_id", 0, 1) + 1,
    hasTokenTypes: true,
    layerNormEpsilon: 1e-12,
    relativePositionBuckets: null,
  });
}

export const roberta: Architecture = {
  modelType: "roberta",
  basePrefix: "roberta.",
  names: bertNames,
  classifier: "dense",
  classifierClass: "RobertaForSequenceClassification",
  shape: robertaShape,
};
