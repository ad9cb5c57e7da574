/**
 * The encoder that Nomic BERT and GTE share: BERT's, with its norms behind the residuals, but rotary positions and a gated feed-forward.
 *
 * What differs is names, biases, and which kind of norm.
 */
import type { WeightTensor } from "../../weights/weight-tensor.ts";
import type {
  Activation,
  EncoderDescription,
  FeedForward,
  Layer,
  Linear,
  Norm,
  Rotary,
} from "../encoder-description.ts";
import type { Heads } from "./config-checks.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";

/** What a config says. */
export interface RotaryBertConfig {
  readonly hiddenSize: number;
  readonly vocabSize: number;
  readonly types: number;
  readonly positions: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: Heads;
  readonly epsilon: number;
  readonly activation: Activation;
  readonly rotary: Rotary;
}

/** Where a family has a layer's parts. */
export interface RotaryBertNames {
  readonly embeddingNorm: string;
  layer(tensors: EncoderTensors, index: number): RotaryBertLayer;
}

export interface RotaryBertLayer {
  /** Query, key and value. */
  readonly inputs: readonly Linear[];
  readonly output: Linear;
  readonly attentionNorm: Norm;
  readonly feedForward: Omit<FeedForward, "activation">;
  readonly feedForwardNorm: Norm;
}

export function rotaryBertEncoder(
  config: RotaryBertConfig,
  names: RotaryBertNames,
  tensors: EncoderTensors,
): EncoderDescription {
  const { hiddenSize, vocabSize, types, activation } = config;
  const layer = (index: number): Layer => {
    const own = names.layer(tensors, index);
    const [query, key, value] = own.inputs;
    return {
      attention: {
        query,
        key,
        value,
        output: own.output,
        ...config.heads,
        scale: config.heads.headSize ** -0.5,
        causal: false,
        window: null,
        queryNorm: null,
        keyNorm: null,
        rotary: config.rotary,
      },
      attentionInputNorm: null,
      attentionOutputNorm: null,
      attentionResidualNorm: own.attentionNorm,
      feedForward: { ...own.feedForward, activation },
      feedForwardInputNorm: null,
      feedForwardOutputNorm: null,
      feedForwardResidualNorm: own.feedForwardNorm,
    };
  };
  return {
    hiddenSize,
    vocabSize,
    maxPositions: config.positions,
    wordEmbeddings: tensors.table("embeddings.word_embeddings", vocabSize, hiddenSize),
    embeddingScale: 1,
    positionTable: null,
    positionOffset: 0,
    tokenTypeTable: tokenTypes(tensors, types, hiddenSize),
    embeddingNorm: tensors.layerNorm(names.embeddingNorm, hiddenSize, config.epsilon),
    embeddingProjection: null,
    layers: Array.from({ length: config.layers }, (_, index) => layer(index)),
    finalNorm: null,
    relativePositionBias: null,
  };
}

function tokenTypes(tensors: EncoderTensors, types: number, width: number): WeightTensor | null {
  return types === 0 ? null : tensors.table("embeddings.token_type_embeddings", types, width);
}
