/**
 * BERT: MiniLM, E5, BGE, GTE, mxbai, arctic, and the multilingual small ones that kept BERT's layers under XLM-R's tokenizer.
 *
 * Positions start at 0, token types are added, LayerNorm's epsilon is 1e-12. Devlin et al. 2018.
 */
import type { Architecture } from "./architecture.ts";
import { readEncoderShape } from "./encoder-config.ts";
import { bertNames } from "./tensor-names.ts";

export const bert: Architecture = {
  modelType: "bert",
  basePrefix: "bert.",
  names: bertNames,
  classifier: "pooler",
  classifierClass: "BertForSequenceClassification",
  shape: (config) =>
    readEncoderShape(config, {
      positionOffset: 0,
      hasTokenTypes: true,
      layerNormEpsilon: 1e-12,
      relativePositionBuckets: null,
    }),
};
