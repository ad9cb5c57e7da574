/**
 * The part of an encoder's description that the plan runs: layers as BERT has them, norms behind each residual, plain feed-forward,
 * absolute positions. Anything else is refused by name.
 */
import { UnsupportedModelError } from "../../errors.ts";
import type { Activation, EncoderDescription, Layer, Linear, Norm } from "../../models/encoder-description.ts";
import type { WeightTensor } from "../../weights/weight-tensor.ts";

/** The sizes and constants of a BERT-like encoder (post-norm, absolute positions). */
export interface EncoderShape {
  readonly numHiddenLayers: number;
  readonly hiddenSize: number;
  readonly numAttentionHeads: number;
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly vocabSize: number;
  /** Rows of the position table. */
  readonly maxPositionEmbeddings: number;
  /** Position id of a sequence's first token: 0 for BERT, padding id + 1 for MPNet, RoBERTa and XLM-R. */
  readonly positionOffset: number;
  /** Rows of the token-type table; 0 where there is none. */
  readonly typeVocabSize: number;
  readonly layerNormEpsilon: number;
  readonly activation: Activation;
  /** MPNet's relative-position bias, one table for all layers; null elsewhere. */
  readonly relativePositionBuckets: number | null;
}

export interface BiasedLinear extends Linear {
  readonly bias: WeightTensor;
}

export interface LayerWeights {
  readonly query: BiasedLinear;
  readonly key: BiasedLinear;
  readonly value: BiasedLinear;
  readonly attentionOutput: BiasedLinear;
  readonly attentionNorm: BiasedNorm;
  readonly intermediate: BiasedLinear;
  readonly output: BiasedLinear;
  readonly outputNorm: BiasedNorm;
}

export interface BiasedNorm extends Norm {
  readonly bias: WeightTensor;
}

export interface EncoderWeights {
  /** [vocabSize, hiddenSize] */
  readonly wordEmbeddings: WeightTensor;
  /** [maxPositionEmbeddings, hiddenSize] */
  readonly positionEmbeddings: WeightTensor;
  /** [typeVocabSize, hiddenSize], or null */
  readonly tokenTypeEmbeddings: WeightTensor | null;
  readonly embeddingNorm: BiasedNorm;
  readonly layers: readonly LayerWeights[];
  /** [buckets, heads], or null */
  readonly relativePositionBias: WeightTensor | null;
}

/**
 * @throws UnsupportedModelError for a description with a part that the GPU does not run yet
 */
export function requireBertBlocks(encoder: EncoderDescription): { shape: EncoderShape; weights: EncoderWeights } {
  const refuse = (part: string): never => {
    throw new UnsupportedModelError(
      `The model has ${part}, which only the CPU device runs so far. Load it with device "cpu".`,
    );
  };
  const biased = (linear: Linear): BiasedLinear => {
    const { weight, bias } = linear;
    return { weight, bias: bias ?? refuse(`a linear layer without a bias (${weight.name})`) };
  };
  const [{ attention, feedForward }] = encoder.layers;
  const first = encoder.embeddingNorm ?? refuse("no norm on its embeddings");
  const norm = (source: Norm | null): BiasedNorm => {
    if (source?.kind !== "layer" || source.bias === null)
      return refuse("norms of another kind than LayerNorm with a bias");
    if (source.epsilon !== first.epsilon) return refuse("norms with different epsilons");
    return { ...source, bias: source.bias };
  };
  const layer = (source: Layer): LayerWeights => {
    const { attention: a, feedForward: f } = source;
    const others = [
      source.attentionInputNorm,
      source.attentionOutputNorm,
      source.feedForwardInputNorm,
      source.feedForwardOutputNorm,
    ];
    if (others.some((other) => other !== null)) refuse("norms before or within its blocks");
    if (f.gate !== null) refuse("a gated feed-forward");
    if (a.rotary !== null) refuse("rotary positions");
    if (a.causal) refuse("causal attention");
    if (a.window !== null) refuse("attention within a window");
    if (a.keyValueHeads !== a.heads) refuse("fewer key and value heads than query heads");
    if (a.queryNorm !== null || a.keyNorm !== null) refuse("a norm on queries and keys");
    if (a.scale !== 1 / Math.sqrt(a.headSize)) refuse("a scale of the scores that does not follow from the head size");
    if (a.heads * a.headSize !== encoder.hiddenSize) refuse("heads that are not the hidden size together");
    if (a.heads !== attention.heads || f.activation !== feedForward.activation) refuse("layers of different kinds");
    return {
      query: biased(a.query),
      key: biased(a.key),
      value: biased(a.value),
      attentionOutput: biased(a.output),
      attentionNorm: norm(source.attentionResidualNorm),
      intermediate: biased(f.up),
      output: biased(f.down),
      outputNorm: norm(source.feedForwardResidualNorm),
    };
  };
  if (encoder.embeddingScale !== 1) refuse("a factor on its embeddings");
  if (encoder.embeddingProjection !== null) refuse("embeddings of another width than its layers");
  if (encoder.finalNorm !== null) refuse("a norm behind its last layer");
  const weights: EncoderWeights = {
    wordEmbeddings: encoder.wordEmbeddings,
    positionEmbeddings: encoder.positionTable ?? refuse("no table of positions"),
    tokenTypeEmbeddings: encoder.tokenTypeTable,
    embeddingNorm: norm(first),
    layers: encoder.layers.map(layer),
    relativePositionBias: encoder.relativePositionBias,
  };
  const shape: EncoderShape = {
    numHiddenLayers: encoder.layers.length,
    hiddenSize: encoder.hiddenSize,
    numAttentionHeads: attention.heads,
    headSize: attention.headSize,
    intermediateSize: feedForward.up.weight.shape[0],
    vocabSize: encoder.vocabSize,
    maxPositionEmbeddings: encoder.positionOffset + encoder.maxPositions,
    positionOffset: encoder.positionOffset,
    typeVocabSize: encoder.tokenTypeTable?.shape[0] ?? 0,
    layerNormEpsilon: first.epsilon,
    activation: feedForward.activation,
    relativePositionBuckets: encoder.relativePositionBias?.shape[0] ?? null,
  };
  return { shape, weights };
}
