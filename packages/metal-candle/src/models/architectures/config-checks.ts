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

/** @throws UnsupportedModelError for a setting that makes it another model than a plain encoder */
export function refuseOtherModels(config: ConfigObject): void {
  if (config.string("position_embedding_type", "absolute") !== "absolute") {
    throw unsupportedSetting(config, "position_embedding_type", 'only "absolute" is');
  }
  if (config.boolean("is_decoder", false)) throw unsupportedSetting(config, "is_decoder", "only encoders are");
  if (config.boolean("add_cross_attention", false)) {
    throw unsupportedSetting(config, "add_cross_attention", "only plain encoders are");
  }
  if (Object.keys(config.value("pruned_heads") ?? {}).length > 0) {
    throw unsupportedSetting(config, "pruned_heads", "all layers must have all heads");
  }
  if (config.has("auto_map")) throw unsupportedSetting(config, "auto_map", "code that comes with a model is never run");
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
