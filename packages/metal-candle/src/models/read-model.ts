/**
 * From an id or a folder to a ModelDescription: finds the folder, reads its files in one order, checks them against each other.
 *
 * The one door to models/. It knows which file answers which question, and leaves each answer to its own module: family
 * (architectures/), head (heads/), prompts, maximum length, tokenizer. Nothing is run that a model brings.
 */
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import { locateModel, type LocateOptions, type ModelLocation } from "../hub/cache.ts";
import { sampleWeights, sha256 } from "../weights/fingerprint.ts";
import { openWeightFiles, type WeightFiles } from "../weights/weight-files.ts";
import { architectureOf } from "./architectures/architecture-of.ts";
import { encoderWeights, findPrefix, isUnusedByEmbeddings, layersLeftOut } from "./architectures/encoder-weights.ts";
import { readConfig, type ConfigObject } from "./config-object.ts";
import type { Head, ModelDescription } from "./description.ts";
import { classifierActivation, isClassifier, readClassifierHead } from "./heads/classifier.ts";
import { readSentenceHead } from "./heads/sentence.ts";
import { readMaximumLength } from "./maximum-length.ts";
import { readModules, type Module } from "./modules.ts";
import { readPrompts } from "./prompts.ts";
import { readSentenceConfig } from "./sentence-config.ts";
import { readTokenizerFiles } from "./tokenizer-files.ts";
import { WeightLookup } from "./weight-lookup.ts";

export interface ReadModelOptions extends LocateOptions {
  /** Prompts by name, over those of the model's files. */
  readonly prompts?: Readonly<Record<string, string>>;
}

/**
 * Reads a model. The weight files stay open until the description's `close()`.
 * @param idOrFolder a hub id in the local cache, the bundled model's name, or a folder
 * @throws ModelNotFoundError, ModelFileError, UnsupportedModelError
 */
export async function readModel(idOrFolder: string, options: ReadModelOptions = {}): Promise<ModelDescription> {
  const location = await locateModel(idOrFolder, options);
  const opened: WeightFiles[] = [];
  try {
    return await describe(idOrFolder, location, options, opened);
  } catch (error) {
    await Promise.all(opened.map((files) => files.close()));
    throw error;
  }
}

async function describe(
  id: string,
  location: ModelLocation,
  options: ReadModelOptions,
  opened: WeightFiles[],
): Promise<ModelDescription> {
  const modules = await readModules(location.folder);
  const encoderFolder = transformerFolder(modules, location.folder);
  const config = await readConfig(encoderFolder, "config.json");
  if (config === null) {
    throw new ModelFileError(
      `${encoderFolder} has no config.json; a model is a folder with config.json and model.safetensors.`,
    );
  }
  const sentence = await readSentenceConfig(encoderFolder);
  const saved = await readConfig(location.folder, "config_sentence_transformers.json");
  const reranker = isReranker(modules, config, sentence.task, location.folder);

  const architecture = architectureOf(config);
  const shape = architecture.shape(config);
  const files = await openWeightFiles(encoderFolder);
  opened.push(files);
  const lookup = new WeightLookup(files);
  const prefix = findPrefix(lookup, architecture);
  const weights = encoderWeights(lookup, prefix, architecture, shape);
  const head: Head = reranker
    ? readClassifierHead(config, lookup, prefix, architecture, shape.hiddenSize)
    : await readSentenceHead(modules!.slice(1), shape.hiddenSize, opened);
  lookup.expectNothingElse((name) => isUnusedByEmbeddings(name, prefix, shape));

  const tokenizerConfig = await readConfig(encoderFolder, "tokenizer_config.json");
  const tokenizer = await readTokenizerFiles(encoderFolder, {
    model: config,
    config: tokenizerConfig,
    lowerCase: sentence.lowerCase,
  });
  const length = readMaximumLength(sentence.config, tokenizerConfig, shape);
  const origin = config.has("_name_or_path") ? config.string("_name_or_path") : "";
  const names = [id, location.hubId ?? location.folder, origin];
  const prompts = readPrompts(saved, location.hubId, names, options.prompts);
  if (reranker && prompts.defaultPromptName !== null) {
    throw new UnsupportedModelError(`${saved!.path}: a reranker with a default prompt is not supported.`);
  }
  return {
    kind: reranker ? "reranker" : "embedding",
    id: location.hubId ?? id,
    revision:
      location.commit ??
      (await fingerprint(opened, [config, saved, sentence.config, tokenizerConfig], head, tokenizer.hash)),
    folder: location.folder,
    modelType: architecture.modelType,
    shape,
    weights,
    head,
    tokenizer,
    maxLength: length.maxLength,
    prompts: prompts.prompts,
    defaultPromptName: prompts.defaultPromptName,
    classifier: reranker
      ? { labels: head.dimensions, activation: classifierActivation(config, saved, head.dimensions) }
      : null,
    warnings: [...prompts.warnings, ...layersLeftOut(lookup, prefix, shape), ...length.warnings],
    async close() {
      await Promise.all(opened.map((weightFiles) => weightFiles.close()));
    },
  };
}

/** The folder of the encoder itself: the first module's, or the model's where there are no modules. */
function transformerFolder(modules: readonly Module[] | null, folder: string): string {
  if (modules === null) return folder;
  const [first] = modules;
  if (first.type === "Transformer") return first.folder;
  throw new UnsupportedModelError(`${first.label} comes first; only a Transformer may.`);
}

/**
 * A reranker is a sequence classifier: without modules.json (as everybody publishes them), or as the only module (as newer
 * releases of sentence-transformers save them). Anything else must say how it pools.
 */
function isReranker(modules: readonly Module[] | null, config: ConfigObject, task: string, folder: string): boolean {
  const classifies = isClassifier(config);
  if (modules === null && !classifies) {
    throw new ModelFileError(
      `${folder} has no modules.json, so nothing says how its token vectors become one vector (pooling, normalisation). ` +
        `Save it with sentence-transformers, or take a repository that has modules.json.`,
    );
  }
  if (task === "feature-extraction") return modules === null;
  if (task === "sequence-classification" && classifies && (modules === null || modules.length === 1)) return true;
  throw new UnsupportedModelError(
    `${folder}: the transformer_task "${task}" of sentence_bert_config.json is not supported with these modules.`,
  );
}

/** The revision of a folder without a commit: its configs, its head, its tokenizer and samples of its weights. */
async function fingerprint(
  opened: readonly WeightFiles[],
  configs: readonly (ConfigObject | null)[],
  head: Head,
  tokenizerHash: string,
): Promise<string> {
  const text = JSON.stringify([
    configs.map((config) => config?.raw ?? null),
    head.poolings,
    head.includePrompt,
    head.normalize,
    head.dense.map((layer) => layer.activation),
    tokenizerHash,
  ]);
  const samples = await Promise.all(opened.flatMap((files) => files.files.map((file) => sampleWeights(file))));
  return (await sha256([new TextEncoder().encode(text), ...samples.flat()])).slice(0, 40);
}
