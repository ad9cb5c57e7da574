/**
 * What every family asks of config.json: bounded sizes, and no setting that would make it another model.
 *
 * A setting that changes the arithmetic and that we do not have (relative positions, cross attention, custom code, another
 * quantisation) is an error that names it.
 */
import { UnsupportedModelError } from "../../errors.ts";
import { blockSize, quantizationMethod } from "../../weights/q8-block32.ts";
import type { ConfigObject } from "../config-object.ts";

/** The deepest published encoders have 48. */
const mostLayers = 1000;

/** Widths and positions; the largest known are 16,384 and 8,194. */
export const largestSize = 1 << 20;

export function layerCount(config: ConfigObject, key = "num_hidden_layers"): number {
  return config.size(key, 1, mostLayers);
}

export function vocabularySize(config: ConfigObject): number {
  return config.integer("vocab_size", 1);
}

/** The error for a setting that is known and not run. */
export function unsupportedSetting(config: ConfigObject, key: string, supported: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `${config.path}: "${key}" is ${JSON.stringify(config.value(key))}, which is not supported; ${supported}.`,
  );
}

/** How a config says its heads. */
export interface Heads {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** Heads that divide the hidden size, all with keys and values of their own. */
export function plainHeads(config: ConfigObject, hiddenSize: number): Heads {
  const heads = config.size("num_attention_heads", 1, largestSize);
  const headSize = hiddenSize / heads;
  if (!Number.isInteger(headSize)) {
    throw config.wrong("num_attention_heads", `a divisor of the hidden size, which is ${hiddenSize}`);
  }
  return { heads, keyValueHeads: heads, headSize };
}

/**
 * The tokens of a window, from a key that layers of this kind need.
 * @throws ModelFileError where it is null, or no whole number above 0
 */
export function windowSize(config: ConfigObject, key: string, otherwise: number): number {
  if (config.isNull(key)) throw config.wrong(key, "a whole number of at least 1, for the layers that see a window");
  return config.integer(key, 1, otherwise);
}

/**
 * Heads that share keys and values, of any size.
 * @param otherwise the head size of a config without head_dim; by default it is the hidden size's share
 */
export function groupedHeads(config: ConfigObject, hiddenSize: number, otherwise?: number): Heads {
  const heads = config.size("num_attention_heads", 1, largestSize);
  const keyValueHeads = config.has("num_key_value_heads") ? config.size("num_key_value_heads", 1, largestSize) : heads;
  if (heads % keyValueHeads !== 0) {
    throw config.wrong("num_key_value_heads", `a divisor of num_attention_heads, which is ${heads}`);
  }
  if (config.has("head_dim")) return { heads, keyValueHeads, headSize: config.size("head_dim", 1, largestSize) };
  return { heads, keyValueHeads, headSize: otherwise ?? plainHeads(config, hiddenSize).headSize };
}

/**
 * The type of each layer: layer_types where the config has it, else what the family's rule says.
 * @throws ModelFileError for a list of another length; UnsupportedModelError for a type that is neither full nor sliding
 */
export function layerTypes(
  config: ConfigObject,
  layers: number,
  isFull: (index: number) => boolean,
): ("full_attention" | "sliding_attention")[] {
  if (!config.has("layer_types")) {
    return Array.from({ length: layers }, (_, index) => (isFull(index) ? "full_attention" : "sliding_attention"));
  }
  const types = config.strings("layer_types");
  if (types.length !== layers) throw config.wrong("layer_types", `a list of ${layers}, one for each layer`);
  return types.map((type) => {
    if (type === "full_attention" || type === "sliding_attention") return type;
    throw new UnsupportedModelError(
      `${config.path}: the layer type "${type}" (layer_types) is not supported; supported are full_attention and sliding_attention.`,
    );
  });
}

/** @throws UnsupportedModelError for a setting that makes it another model than a plain encoder with a table of positions */
export function refuseOtherModels(config: ConfigObject): void {
  if (config.string("position_embedding_type", "absolute") !== "absolute") {
    throw unsupportedSetting(config, "position_embedding_type", 'only "absolute" is');
  }
  refuseDecoders(config);
  if (config.has("auto_map")) throw unsupportedSetting(config, "auto_map", "code that comes with a model is never run");
}

/**
 * The same for families that we run whatever code a repository brings along: auto_map is passed over.
 * @throws UnsupportedModelError
 */
export function refuseDecoders(config: ConfigObject): void {
  if (config.boolean("is_decoder", false)) throw unsupportedSetting(config, "is_decoder", "only encoders are");
  if (config.boolean("add_cross_attention", false)) {
    throw unsupportedSetting(config, "add_cross_attention", "only plain encoders are");
  }
  if (Object.keys(config.value("pruned_heads") ?? {}).length > 0) {
    throw unsupportedSetting(config, "pruned_heads", "all layers must have all heads");
  }
  refuseOtherQuantization(config);
}

function refuseOtherQuantization(config: ConfigObject): void {
  const quantization = config.object("quantization_config");
  if (
    quantization !== null &&
    (quantization.value("quant_method") !== quantizationMethod || quantization.value("block_size") !== blockSize)
  ) {
    throw unsupportedSetting(
      config,
      "quantization_config",
      `only {"quant_method": "${quantizationMethod}", "block_size": ${blockSize}} is, or none`,
    );
  }
}
