/**
 * XLM-RoBERTa: RoBERTa's encoder (and tensor names, `roberta.` included) under a Unigram tokenizer of 250,000 pieces.
 *
 * Multilingual E5 base and large, paraphrase-multilingual-mpnet, bge-reranker. Conneau et al. 2019.
 */
import { denseClassifier } from "../heads/classifier-layers.ts";
import type { Architecture } from "./architecture.ts";
import { bertFiles } from "./bert-encoder.ts";
import { robertaEncoder } from "./roberta.ts";

export const xlmRoberta: Architecture = {
  ...bertFiles,
  modelType: "xlm-roberta",
  basePrefixes: ["roberta."],
  classifiers: { XLMRobertaForSequenceClassification: denseClassifier("tanh") },
  encoder: robertaEncoder,
};
