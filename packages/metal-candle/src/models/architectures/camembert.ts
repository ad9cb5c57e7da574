/** CamemBERT: RoBERTa's encoder, tensor names included, under a French Unigram tokenizer (Martin et al. 2019). */
import { denseClassifier } from "../heads/classifier-layers.ts";
import type { Architecture } from "./architecture.ts";
import { bertFiles } from "./bert-encoder.ts";
import { robertaEncoder } from "./roberta.ts";

export const camembert: Architecture = {
  ...bertFiles,
  modelType: "camembert",
  basePrefixes: ["roberta.", "camembert."],
  classifiers: { CamembertForSequenceClassification: denseClassifier("tanh") },
  encoder: robertaEncoder,
};
