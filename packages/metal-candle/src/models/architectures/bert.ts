/**
 * BERT: MiniLM, E5, BGE, GTE, mxbai, arctic, and the multilingual small ones that kept BERT's layers under XLM-R's tokenizer.
 *
 * Positions start at 0, token types are added, LayerNorm's epsilon is 1e-12. Devlin et al. 2018.
 */
import { poolerClassifier } from "../heads/classifier-layers.ts";
import type { Architecture } from "./architecture.ts";
import { bertFiles, bertLayerNames, bertEncoder } from "./bert-encoder.ts";

export const bert: Architecture = {
  ...bertFiles,
  modelType: "bert",
  basePrefixes: ["bert."],
  classifiers: { BertForSequenceClassification: poolerClassifier },
  encoder: (config) =>
    bertEncoder(config, {
      positionOffset: 0,
      hasTokenTypes: true,
      relativePositionBuckets: null,
      layerNames: bertLayerNames,
    }),
};
