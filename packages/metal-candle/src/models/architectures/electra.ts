/** ELECTRA: BERT's layers, with embeddings that may be narrower than they are and are then projected (Clark et al. 2020). */
import { denseClassifier } from "../heads/classifier-layers.ts";
import type { Architecture } from "./architecture.ts";
import { bertEncoder, bertFiles, bertLayerNames } from "./bert-encoder.ts";
import { largestSize } from "./config-checks.ts";

export const electra: Architecture = {
  ...bertFiles,
  modelType: "electra",
  basePrefixes: ["electra."],
  parts: ["embeddings", "embeddings_project", "encoder"],
  classifiers: { ElectraForSequenceClassification: denseClassifier("gelu") },
  encoder: (config) =>
    bertEncoder(config, {
      positionOffset: 0,
      hasTokenTypes: true,
      relativePositionBuckets: null,
      layerNames: bertLayerNames,
      embeddingSize: config.has("embedding_size") ? config.size("embedding_size", 1, largestSize) : 128,
    }),
};
