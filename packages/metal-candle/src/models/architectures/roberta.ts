/**
 * RoBERTa: BERT's layers with positions that start behind the padding id, and a byte-level BPE tokenizer.
 *
 * The first token's position id is pad_token_id + 1, so a table of 514 rows holds 512 tokens. Liu et al. 2019.
 */
import type { ConfigObject } from "../config-object.ts";
import { denseClassifier } from "../heads/classifier-layers.ts";
import type { Architecture, EncoderReader } from "./architecture.ts";
import { bertEncoder, bertFiles, bertLayerNames } from "./bert-encoder.ts";

/** The encoder of a RoBERTa, which XLM-R shares. */
export function robertaEncoder(config: ConfigObject): EncoderReader {
  return bertEncoder(config, {
    positionOffset: config.integer("pad_token_id", 0, 1) + 1,
    hasTokenTypes: true,
    relativePositionBuckets: null,
    layerNames: bertLayerNames,
  });
}

export const roberta: Architecture = {
  ...bertFiles,
  modelType: "roberta",
  basePrefixes: ["roberta."],
  classifiers: { RobertaForSequenceClassification: denseClassifier("tanh") },
  encoder: robertaEncoder,
};
