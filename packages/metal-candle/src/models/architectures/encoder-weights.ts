/**
 * From a family's tensor names to the EncoderWeights that devices build from, every shape checked on the way.
 *
 * Also finds the prefix that the encoder's tensors carry, which depends on how the checkpoint was saved.
 */
import { ModelFileError } from "../../errors.ts";
import type { EncoderShape, EncoderWeights, Linear, Norm } from "../description.ts";
import type { WeightLookup } from "../weight-lookup.ts";
import type { Architecture } from "./architecture.ts";

const wordEmbeddings = "embeddings.word_embeddings.weight";

/**
 * What stands before the encoder's tensor names in this file.
 * @throws ModelFileError when there is no word table, or more than one
 */
export function findPrefix(weights: WeightLookup, architecture: Architecture): string {
  const wrappers = ["", "0.auto_model.", "auto_model.", "0.model.", "model."];
  const known = wrappers.flatMap((wrapper) => [wrapper, wrapper + architecture.basePrefix]);
  const found = known.filter((prefix) => weights.names.has(prefix + wordEmbeddings));
  if (found.length === 1) return found[0];
  throw new ModelFileError(
    found.length === 0
      ? `${weights.path} has no tensor "${wordEmbeddings}", with or without one of the prefixes ${known.slice(1).join(", ")}: ` +
          `it has no weights of a model of type ${architecture.modelType}.`
      : `${weights.path} has ${found.length} word tables, with the prefixes ${found.map((prefix) => `"${prefix}"`).join(" and ")}.`,
  );
}

/**
 * All tensors of the encoder.
 * @throws ModelFileError for a missing tensor or a wrong shape
 */
export function encoderWeights(
  weights: WeightLookup,
  prefix: string,
  architecture: Architecture,
  shape: EncoderShape,
): EncoderWeights {
  const { hiddenSize, intermediateSize } = shape;
  const linear = (name: string, out: number, into: number): Linear => linearWeights(weights, prefix + name, out, into);
  const norm = (name: string): Norm => ({
    // Checkpoints from before 2019 call them gamma and beta; transformers renames them, so do we.
    weight: weights.tensor([`${prefix}${name}.weight`, `${prefix}${name}.gamma`], [hiddenSize]),
    bias: weights.tensor([`${prefix}${name}.bias`, `${prefix}${name}.beta`], [hiddenSize]),
  });
  const layers = Array.from({ length: shape.numHiddenLayers }, (_, index) => {
    const names = architecture.names.layer(index);
    return {
      query: linear(names.query, hiddenSize, hiddenSize),
      key: linear(names.key, hiddenSize, hiddenSize),
      value: linear(names.value, hiddenSize, hiddenSize),
      attentionOutput: linear(names.attentionOutput, hiddenSize, hiddenSize),
      attentionNorm: norm(names.attentionNorm),
      intermediate: linear(names.intermediate, intermediateSize, hiddenSize),
      output: linear(names.output, hiddenSize, intermediateSize),
      outputNorm: norm(names.outputNorm),
    };
  });
  const bias = architecture.names.relativePositionBias;
  return {
    wordEmbeddings: weights.tensor(prefix + wordEmbeddings, [shape.vocabSize, hiddenSize]),
    positionEmbeddings: weights.tensor(`${prefix}embeddings.position_embeddings.weight`, [
      shape.maxPositionEmbeddings,
      hiddenSize,
    ]),
    tokenTypeEmbeddings:
      shape.typeVocabSize === 0
        ? null
        : weights.tensor(`${prefix}embeddings.token_type_embeddings.weight`, [shape.typeVocabSize, hiddenSize]),
    embeddingNorm: norm("embeddings.LayerNorm"),
    layers,
    relativePositionBias:
      bias === null || shape.relativePositionBuckets === null
        ? null
        : weights.tensor(`${prefix}${bias}.weight`, [shape.relativePositionBuckets, shape.numAttentionHeads]),
  };
}

/** A linear layer with its bias, by the module's full name. */
export function linearWeights(weights: WeightLookup, name: string, out: number, into: number): Linear {
  return { weight: weights.tensor(`${name}.weight`, [out, into]), bias: weights.tensor(`${name}.bias`, [out]) };
}

/** The number of the layer that a tensor belongs to, or −1. */
function layerOf(name: string, prefix: string): number {
  const match = name.startsWith(prefix) ? /^encoder\.layer\.(\d{1,9})\./.exec(name.slice(prefix.length)) : null;
  return match === null ? -1 : Number(match[1]);
}

/** Layers of the file beyond those that the config names: transformers leaves them out, and so do we, aloud. */
export function layersLeftOut(
  weights: WeightLookup,
  prefix: string,
  { numHiddenLayers: layers }: EncoderShape,
): string[] {
  const last = [...weights.names].reduce((most, name) => Math.max(most, layerOf(name, prefix)), -1);
  if (last < layers) return [];
  return [`${weights.path} has ${last + 1} layers; the model's config names ${layers}, and the others are left out.`];
}

/** Parts of the encoder itself that no embedding reads: the pooler, buffers, and layers beyond the config's. */
export function isUnusedByEmbeddings(name: string, prefix: string, { numHiddenLayers: layers }: EncoderShape): boolean {
  if (layerOf(name, prefix) >= layers) return true;
  return (
    name.startsWith(prefix) && /^(pooler\.|embeddings\.(position_ids|token_type_ids)$)/.test(name.slice(prefix.length))
  );
}

/**
 * Whether a tensor stands beside the encoder: the head of a task that the checkpoint was trained for (a classifier, a masked language
 * model), which no embedding reads. What lies within the encoder is not for us to leave out.
 */
export function isBesideEncoder(name: string, prefix: string): boolean {
  return !name.startsWith(prefix) || (prefix === "" && !/^(encoder|embeddings)\./.test(name));
}
