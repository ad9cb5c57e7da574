/**
 * The part of config.json that all families share: sizes, constants, and the settings that would make it another model.
 *
 * A setting that changes the arithmetic and that we do not have (relative positions, cross attention, custom code, another
 * quantisation) is an error that names it.
 */
import { UnsupportedModelError } from "../../errors.ts";
import { blockSize, quantizationMethod } from "../../weights/q8-block32.ts";
import { hiddenActivation } from "../activations.ts";
import type { ConfigObject } from "../config-object.ts";
import type { EncoderShape } from "../description.ts";

/** The deepest published encoders have 48. */
const mostLayers = 1000;

/** Widths and positions; the largest known are 16,384 and 8,194. */
const largestSize = 1 << 20;

/** What a family adds to the shared part. */
export interface FamilyConstants {
  /** Position id of a sequence's first token. */
  readonly positionOffset: number;
  /** Whether the family adds token-type embeddings. */
  readonly hasTokenTypes: boolean;
  /** transformers' default for layer_norm_eps. */
  readonly layerNormEpsilon: number;
  readonly relativePositionBuckets: number | null;
}

/**
 * Sizes and constants from config.json.
 * @throws ModelFileError for a value that cannot be; UnsupportedModelError for one that we do not run
 */
export function readEncoderShape(config: ConfigObject, family: FamilyConstants): EncoderShape {
  refuseOtherModels(config);
  const hiddenSize = config.size("hidden_size", 1, largestSize);
  const heads = config.size("num_attention_heads", 1, largestSize);
  const headSize = hiddenSize / heads;
  if (!Number.isInteger(headSize)) {
    throw config.wrong("num_attention_heads", `a divisor of hidden_size, which is ${hiddenSize}`);
  }
  const positions = config.size("max_position_embeddings", 1, largestSize);
  if (positions <= family.positionOffset) {
    throw config.wrong("max_position_embeddings", `above ${family.positionOffset}, the first position's id`);
  }
  return {
    numHiddenLayers: config.size("num_hidden_layers", 1, mostLayers),
    hiddenSize,
    numAttentionHeads: heads,
    headSize,
    intermediateSize: config.size("intermediate_size", 1, largestSize),
    vocabSize: config.integer("vocab_size", 1),
    maxPositionEmbeddings: positions,
    positionOffset: family.positionOffset,
    typeVocabSize: family.hasTokenTypes ? config.integer("type_vocab_size", 1) : 0,
    layerNormEpsilon: config.positiveNumber("layer_norm_eps", family.layerNormEpsilon),
    activation: hiddenActivation(config.string("hidden_act", "gelu"), config.path),
    relativePositionBuckets: family.relativePositionBuckets,
  };
}

function refuseOtherModels(config: ConfigObject): void {
  const unsupported = (key: string, supported: string): UnsupportedModelError =>
    new UnsupportedModelError(
      `${config.path}: "${key}" is ${JSON.stringify(config.value(key))}, which is not supported; ${supported}.`,
    );
  if (config.string("position_embedding_type", "absolute") !== "absolute") {
    throw unsupported("position_embedding_type", 'only "absolute" is');
  }
  if (config.boolean("is_decoder", false)) throw unsupported("is_decoder", "only encoders are");
  if (config.boolean("add_cross_attention", false)) throw unsupported("add_cross_attention", "only plain encoders are");
  if (Object.keys(config.value("pruned_heads") ?? {}).length > 0) {
    throw unsupported("pruned_heads", "all layers must have all heads");
  }
  if (config.has("auto_map")) throw unsupported("auto_map", "code that comes with a model is never run");
  const quantization = config.object("quantization_config");
  if (
    quantization !== null &&
    (quantization.value("quant_method") !== quantizationMethod || quantization.value("block_size") !== blockSize)
  ) {
    throw unsupported(
      "quantization_config",
      `only {"quant_method": "${quantizationMethod}", "block_size": ${blockSize}} is, or none`,
    );
  }
}
