/**
 * XLM-RoBERTa: RoBERTa's encoder (and tensor names, `roberta.` included) under a Unigram tokenizer of 250,000 pieces.
 *
 * Multilingual E5 base and large, paraphrase-multilingual-mpnet, bge-reranker. Conneau et al. 2019.
 */
import type { Architecture } from "./architecture.ts";
import { robertaShape } from "./roberta.ts";
import { bertNames } from "./tensor-names.ts";

export const xlmRoberta: Architecture = {
  modelType: "xlm-roberta",
  basePrefix: "roberta.",
  names: bertNames,
  classifier: "dense",
  classifierClass: "XLMRobertaForSequenceClassification",
  shape: robertaShape,
};
