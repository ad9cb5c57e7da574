/**
 * The encoder that BERT, RoBERTa, XLM-R and MPNet share: tables with a norm, and layers with norms behind each residual.
 *
 * What differs is where positions start, whether token types are added, MPNet's position bias, and what the tensors are called.
 */
import type { ConfigObject } from "../config-object.ts";
import { hiddenActivation } from "../activation-names.ts";
import type { Layer } from "../encoder-description.ts";
import { largestSize, layerCount, plainHeads, refuseOtherModels, vocabularySize } from "./config-checks.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";
import type { Architecture, EncoderReader } from "./architecture.ts";

/** Names of a layer's modules behind the encoder's prefix; `.weight` and `.bias` are added by who reads them. */
export interface LayerNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly up: string;
  readonly down: string;
  readonly feedForwardNorm: string;
}

/** What a family adds to the shared part. */
export interface BertConstants {
  /** Position id of a sequence's first token. */
  readonly positionOffset: number;
  /** Whether the family adds token-type embeddings. */
  readonly hasTokenTypes: boolean;
  /** Rows of the table of relative positions, and null where there is none. */
  readonly relativePositionBuckets: number | null;
  readonly layerNames: (index: number) => LayerNames;
  /** Width of the embeddings, where it may differ from the layers'. */
  readonly embeddingSize?: number;
}

/** BERT's names, which RoBERTa and XLM-R kept. */
export function bertLayerNames(index: number): LayerNames {
  const layer = `encoder.layer.${index}`;
  return {
    query: `${layer}.attention.self.query`,
    key: `${layer}.attention.self.key`,
    value: `${layer}.attention.self.value`,
    attentionOutput: `${layer}.attention.output.dense`,
    attentionNorm: `${layer}.attention.output.LayerNorm`,
    up: `${layer}.intermediate.dense`,
    down: `${layer}.output.dense`,
    feedForwardNorm: `${layer}.output.LayerNorm`,
  };
}

/** What the files of these families have in common. */
export const bertFiles = {
  wordTable: "embeddings.word_embeddings.weight",
  parts: ["embeddings", "encoder"],
  layersAt: "encoder.layer.",
  unread: /^(pooler\.|embeddings\.(position_ids|token_type_ids)$)/,
} satisfies Partial<Architecture>;

/**
 * The encoder of a config and its tensors.
 * @throws ModelFileError for a value or a tensor that cannot be; UnsupportedModelError for one that we do not run
 */
export function bertEncoder(config: ConfigObject, family: BertConstants): EncoderReader {
  refuseOtherModels(config);
  const hiddenSize = config.size("hidden_size", 1, largestSize);
  const { heads, headSize } = plainHeads(config, hiddenSize);
  const { positionOffset, relativePositionBuckets: buckets, embeddingSize: width = hiddenSize } = family;
  const positions = config.size("max_position_embeddings", 1, largestSize);
  if (positions <= positionOffset) {
    throw config.wrong("max_position_embeddings", `above ${positionOffset}, the first position's id`);
  }
  const layers = layerCount(config);
  const intermediateSize = config.size("intermediate_size", 1, largestSize);
  const vocabSize = vocabularySize(config);
  const types = family.hasTokenTypes ? config.integer("type_vocab_size", 1) : 0;
  const epsilon = config.positiveNumber("layer_norm_eps", 1e-12);
  const activation = hiddenActivation(config.string("hidden_act", "gelu"), config.path, config.nameOf("hidden_act"));

  const layer = (tensors: EncoderTensors, index: number): Layer => {
    const names = family.layerNames(index);
    return {
      attention: {
        query: tensors.linear(names.query, hiddenSize, hiddenSize),
        key: tensors.linear(names.key, hiddenSize, hiddenSize),
        value: tensors.linear(names.value, hiddenSize, hiddenSize),
        output: tensors.linear(names.attentionOutput, hiddenSize, hiddenSize),
        heads,
        keyValueHeads: heads,
        headSize,
        scale: 1 / Math.sqrt(headSize),
        causal: false,
        window: null,
        queryNorm: null,
        keyNorm: null,
        rotary: null,
      },
      attentionInputNorm: null,
      attentionOutputNorm: null,
      attentionResidualNorm: tensors.layerNorm(names.attentionNorm, hiddenSize, epsilon),
      feedForward: {
        gate: null,
        up: tensors.linear(names.up, intermediateSize, hiddenSize),
        down: tensors.linear(names.down, hiddenSize, intermediateSize),
        activation,
      },
      feedForwardInputNorm: null,
      feedForwardOutputNorm: null,
      feedForwardResidualNorm: tensors.layerNorm(names.feedForwardNorm, hiddenSize, epsilon),
    };
  };
  return (tensors) => ({
    hiddenSize,
    vocabSize,
    maxPositions: positions - positionOffset,
    wordEmbeddings: tensors.table("embeddings.word_embeddings", vocabSize, width),
    embeddingScale: 1,
    positionTable: tensors.table("embeddings.position_embeddings", positions, width),
    positionOffset,
    tokenTypeTable: types === 0 ? null : tensors.table("embeddings.token_type_embeddings", types, width),
    embeddingNorm: tensors.layerNorm("embeddings.LayerNorm", width, epsilon),
    embeddingProjection: width === hiddenSize ? null : tensors.linear("embeddings_project", hiddenSize, width),
    layers: Array.from({ length: layers }, (_, index) => layer(tensors, index)),
    finalNorm: null,
    relativePositionBias: buckets === null ? null : tensors.table("encoder.relative_attention_bias", buckets, heads),
  });
}
