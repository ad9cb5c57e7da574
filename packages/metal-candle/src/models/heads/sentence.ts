/**
 * The head of a sentence-embedding model: Pooling, then Dense, LayerNorm, Dropout and Normalize in the order of modules.json.
 *
 * Everything comes from the model's own files. A module, mode or option that we do not run is an error that names it. Modes are
 * sentence-transformers' (sentence_transformer/modules/pooling.py), in both of the forms that its releases have written.
 */
import { joinPath, listFolder } from "#platform/files";
import { ModelFileError, UnsupportedModelError } from "../../errors.ts";
import { openWeightFiles, type WeightFiles } from "../../weights/weight-files.ts";
import { torchActivation } from "../activation-names.ts";
import { readConfig, type ConfigObject } from "../config-object.ts";
import type { DenseLayer, Head, PoolingMode, RowStep } from "../description.ts";
import type { Module } from "../modules.ts";
import { WeightLookup } from "../weight-lookup.ts";

/** The newer form's names, and the older form's flags, in the order in which the older form concatenates. */
const poolingModes: readonly { mode: PoolingMode; name: string; flag: string }[] = [
  { mode: "cls", name: "cls", flag: "pooling_mode_cls_token" },
  { mode: "max", name: "max", flag: "pooling_mode_max_tokens" },
  { mode: "mean", name: "mean", flag: "pooling_mode_mean_tokens" },
  { mode: "mean_sqrt_len", name: "mean_sqrt_len_tokens", flag: "pooling_mode_mean_sqrt_len_tokens" },
  { mode: "weightedmean", name: "weightedmean", flag: "pooling_mode_weightedmean_tokens" },
  { mode: "lasttoken", name: "lasttoken", flag: "pooling_mode_lasttoken" },
];

/**
 * Reads the modules that follow the Transformer.
 * @param opened receives every weight file that stays open for the head's tensors
 * @returns the head, and whether its last Dense gives scores: then the modules are a cross-encoder's
 * @throws ModelFileError, UnsupportedModelError
 */
export async function readSentenceHead(
  modules: readonly Module[],
  hiddenSize: number,
  opened: WeightFiles[],
): Promise<{ head: Head; givesScores: boolean }> {
  const [pooling, ...rest] = modules;
  if (pooling?.type !== "Pooling") {
    throw new UnsupportedModelError(
      pooling === undefined
        ? "modules.json has nothing after the Transformer; a sentence embedding needs a Pooling module."
        : `${pooling.label} follows the Transformer; only Pooling may.`,
    );
  }
  const { poolings, includePrompt } = await readPooling(pooling, hiddenSize);
  let dimensions = hiddenSize * poolings.length;
  const dense: DenseLayer[] = [];
  const rowSteps: RowStep[][] = [[]];
  let givesScores = false;
  for (const module of rest) {
    if (givesScores && module.type !== "Dropout") {
      throw new UnsupportedModelError(`${module.label} follows the Dense layer that gives the scores; nothing may.`);
    }
    switch (module.type) {
      case "Dense": {
        const { layer, softmax, output } = await readDense(module, dimensions, opened);
        givesScores = output === "scores";
        dense.push(layer);
        rowSteps.push(softmax ? [{ kind: "softmax" }] : []);
        dimensions = layer.weight.shape[0];
        break;
      }
      case "LayerNorm":
        rowSteps.at(-1)!.push(await readLayerNorm(module, dimensions, opened));
        break;
      case "Normalize":
        expectSentenceEmbedding(await readConfig(module.folder, "config.json"), module);
        // Once is enough.
        if (rowSteps.at(-1)!.at(-1)?.kind !== "normalize") rowSteps.at(-1)!.push({ kind: "normalize" });
        break;
      case "Dropout":
        // Only training drops anything.
        break;
      default:
        throw new UnsupportedModelError(
          `${module.label} is not supported; supported are Transformer, Pooling, Dense, LayerNorm, Dropout and Normalize.`,
        );
    }
  }
  const normalize = rowSteps.at(-1)!.at(-1)?.kind === "normalize";
  if (normalize) rowSteps.at(-1)!.pop();
  const head = { poolings, includePrompt, dense, rowSteps, normalize, dimensions, truncateDimensions: null };
  return { head, givesScores };
}

/** The head of a model without modules.json: one pooling, and nothing else. */
export function plainPooling(hiddenSize: number, pooling: PoolingMode): Head {
  return {
    poolings: [pooling],
    includePrompt: true,
    dense: [],
    rowSteps: [[]],
    normalize: false,
    dimensions: hiddenSize,
    truncateDimensions: null,
  };
}

async function readLayerNorm(module: Module, dimensions: number, opened: WeightFiles[]): Promise<RowStep> {
  const config = await readConfig(module.folder, "config.json");
  if (config === null) throw new ModelFileError(`${joinPath(module.folder, "config.json")} is missing.`);
  if (config.integer("dimension", 1) !== dimensions)
    throw config.wrong("dimension", `${dimensions}, the width before it`);
  const weights = await openModuleWeights(module, opened);
  const weight = weights.tensor("norm.weight", [dimensions]);
  const bias = weights.tensor("norm.bias", [dimensions]);
  weights.expectNothingElse(() => false);
  // torch.nn.LayerNorm's own default, which the module does not change.
  return { kind: "layer-norm", norm: { kind: "layer", weight, bias, epsilon: 1e-5 } };
}

async function readPooling(module: Module, hiddenSize: number): Promise<Pick<Head, "poolings" | "includePrompt">> {
  const config = await readConfig(module.folder, "config.json");
  if (config === null) {
    throw new ModelFileError(`${joinPath(module.folder, "config.json")} is missing; it says how the model pools.`);
  }
  const width = config.has("embedding_dimension") ? "embedding_dimension" : "word_embedding_dimension";
  if (config.integer(width, 1) !== hiddenSize) throw config.wrong(width, `the encoder's hidden_size, ${hiddenSize}`);
  return {
    poolings: config.has("pooling_mode") ? namedModes(config) : flaggedModes(config),
    includePrompt: config.boolean("include_prompt", true),
  };
}

/** `"pooling_mode": "mean"`, or a list in the order of concatenation. */
function namedModes(config: ConfigObject): PoolingMode[] {
  const value = config.value("pooling_mode");
  const names = typeof value === "string" ? [value] : config.strings("pooling_mode");
  if (names.length === 0) throw config.wrong("pooling_mode", "at least one mode");
  return names.map((name) => {
    const known = poolingModes.find((entry) => entry.name === name);
    if (known === undefined)
      throw unknownMode(
        config,
        name,
        poolingModes.map((entry) => entry.name),
      );
    return known.mode;
  });
}

/** `"pooling_mode_mean_tokens": true` and its like. */
function flaggedModes(config: ConfigObject): PoolingMode[] {
  const flags = poolingModes.map((entry) => entry.flag);
  for (const key of config.keys()) {
    if (key.startsWith("pooling_mode_") && !flags.includes(key) && config.value(key) !== false) {
      throw unknownMode(config, key, flags);
    }
  }
  const modes = poolingModes.filter((entry) => config.boolean(entry.flag, false)).map((entry) => entry.mode);
  if (modes.length === 0) {
    throw new ModelFileError(`${config.path} turns no pooling mode on; one of ${flags.join(", ")} must be true.`);
  }
  return modes;
}

function unknownMode(config: ConfigObject, name: string, known: readonly string[]): UnsupportedModelError {
  return new UnsupportedModelError(
    `${config.path}: the pooling mode "${name}" is not supported; supported are ${known.join(", ")}.`,
  );
}

async function readDense(
  module: Module,
  into: number,
  opened: WeightFiles[],
): Promise<{ layer: DenseLayer; softmax: boolean; output: string }> {
  const config = await readConfig(module.folder, "config.json");
  if (config === null) throw new ModelFileError(`${joinPath(module.folder, "config.json")} is missing.`);
  if (config.integer("in_features", 1) !== into) throw config.wrong("in_features", `${into}, the width before it`);
  const out = config.integer("out_features", 1);
  const hasBias = config.boolean("bias", true);
  const output = config.string("module_output_name", "sentence_embedding");
  expectSentenceEmbedding(config, module, output === "scores" ? ["module_input_name"] : undefined);
  if (config.boolean("use_residual", false)) {
    throw new UnsupportedModelError(`${module.label}: "use_residual" is true, which is not supported.`);
  }
  // sentence-transformers' own default, which is what a missing key means there.
  const name = config.string("activation_function", "torch.nn.modules.activation.Tanh");
  // Made without a dimension, torch.nn.Softmax takes the last one of a batch of rows.
  const softmax = name === "torch.nn.modules.activation.Softmax" || name === "torch.nn.Softmax";
  const activation = softmax ? "identity" : torchActivation(name, config.path);
  const weights = await openModuleWeights(module, opened);
  const layer = {
    weight: weights.tensor("linear.weight", [out, into]),
    bias: hasBias ? weights.tensor("linear.bias", [out]) : null,
    activation,
  };
  weights.expectNothingElse(() => false);
  return { layer, softmax, output };
}

/** The weights of a module that has a folder of its own. */
async function openModuleWeights(module: Module, opened: WeightFiles[]): Promise<WeightLookup> {
  const files = await openWeightFiles(module.folder).catch(async (error: unknown) => {
    const shown = (await listFolder(module.folder)).slice(0, 20).join(", ");
    throw new ModelFileError(`${module.label}: ${(error as Error).message} The folder has: ${shown || "nothing"}.`, {
      cause: error,
    });
  });
  opened.push(files);
  return new WeightLookup(files);
}

/** Newer releases let a module read from and write to other features than the sentence embedding; we do not. */
export function expectSentenceEmbedding(
  config: ConfigObject | null,
  module: Module,
  keys = ["module_input_name", "module_output_name"],
): void {
  for (const key of keys) {
    const feature = config?.value(key) ?? "sentence_embedding";
    if (feature !== "sentence_embedding") {
      throw new UnsupportedModelError(
        `${module.label}: "${key}" is ${JSON.stringify(feature)}; only "sentence_embedding" is supported.`,
      );
    }
  }
}
