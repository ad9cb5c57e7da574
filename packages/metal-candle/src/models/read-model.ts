/**
 * From an id or a folder to a ModelDescription: finds the folder, reads its files in one order, checks them against each other.
 *
 * The one door to models/. It knows which file answers which question, and leaves each answer to its own module: family
 * (architectures/), head (heads/), prompts, maximum length, tokenizer. Nothing is run that a model brings.
 */
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import { locateModel, type LocateOptions, type ModelLocation } from "../hub/cache.ts";
import { openWeightFiles, type WeightFiles } from "../weights/weight-files.ts";
import { architectureOf } from "./architectures/architecture-of.ts";
import { findEncoderTensors } from "./architectures/encoder-tensors.ts";
import { isBesideEncoder, isUnreadPart, layersLeftOut, type EncoderPlace } from "./architectures/left-over.ts";
import { ConfigObject, readConfig } from "./config-object.ts";
import type { ModelDescription } from "./description.ts";
import { classifierActivation, labelNames } from "./heads/classifier.ts";
import { poolingAssumed, readHead } from "./heads/read-head.ts";
import { readMaximumLength } from "./maximum-length.ts";
import { readModules, type Module } from "./modules.ts";
import { readPrompts } from "./prompts.ts";
import { folderRevision } from "./revision.ts";
import { noSentenceConfig, readSentenceConfig, type SentenceConfig } from "./sentence-config.ts";
import { describeStaticModel, isStaticModel } from "./static-model.ts";
import { readTokenizerFiles } from "./tokenizer-files.ts";
import { WeightLookup } from "./weight-lookup.ts";

export interface ReadModelOptions extends LocateOptions {
  /** Prompts by name, over those of the model's files. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** What is wanted of a folder that can be both: a language model without modules.json. By default such a one is a reranker. */
  readonly kind?: ModelDescription["kind"];
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
  if (await isStaticModel(modules, location.folder)) {
    return describeStaticModel({ id, location, modules, prompts: options.prompts, opened });
  }
  const encoderFolder = transformerFolder(modules, location.folder);
  const config = await readConfig(encoderFolder, "config.json");
  if (config === null) {
    throw new ModelFileError(
      `${encoderFolder} has no config.json; a model is a folder with config.json and model.safetensors.`,
    );
  }
  // Without modules.json sentence-transformers makes a model of its own, and reads none of its files.
  const sentence = modules === null ? noSentenceConfig : await readSentenceConfig(encoderFolder);
  const saved = modules === null ? null : await readConfig(location.folder, "config_sentence_transformers.json");
  const architecture = architectureOf(config);
  const readEncoder = architecture.encoder(config);
  const files = await openWeightFiles(encoderFolder);
  opened.push(files);
  const lookup = new WeightLookup(files);
  const tensors = findEncoderTensors(lookup, architecture);
  const { prefix } = tensors;
  const encoder = readEncoder(tensors);
  const { hiddenSize } = encoder;
  const tokenizerConfig = await readTokenizerConfig(encoderFolder, sentence);
  const tokenizer = await readTokenizerFiles(encoderFolder, {
    model: config,
    config: tokenizerConfig,
    lowerCase: sentence.lowerCase,
  });
  const { head, reranker, pairTemplate, paddingId } = await readHead(
    { folder: location.folder, config, saved, modules, task: sentence.task, tokenizer, kind: options.kind },
    { lookup, prefix, architecture, hiddenSize, opened },
  );
  const place: EncoderPlace = { weights: lookup, prefix, architecture, layers: encoder.layers.length };
  const leftOver = lookup.unused((name) => isUnreadPart(name, place));
  lookup.expectNothingElse((name) => isUnreadPart(name, place) || isBesideEncoder(name, place));

  const length = readMaximumLength(sentence.config, tokenizerConfig, sentence.maxLength, encoder);
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
      (await folderRevision(opened, [config, saved, sentence.config, tokenizerConfig], head, tokenizer)),
    folder: location.folder,
    modelType: architecture.modelType,
    encoder,
    head,
    tokenizer,
    maxLength: length.maxLength,
    taskLengths: sentence.taskLengths,
    prompts: prompts.prompts,
    defaultPromptName: prompts.defaultPromptName,
    classifier: reranker
      ? {
          labels: labelNames(config, head.dimensions),
          activation: classifierActivation(config, saved, head.dimensions),
        }
      : null,
    pairTemplate,
    paddingId,
    warnings: [
      ...(modules === null && !reranker ? [poolingAssumed(location.folder, head)] : []),
      ...prompts.warnings,
      ...layersLeftOut(place),
      ...headsLeftOut(leftOver, lookup.path),
      ...length.warnings,
    ],
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
  throw new UnsupportedModelError(`${first.label} comes first; only a Transformer or a StaticEmbedding may.`);
}

/** tokenizer_config.json under the settings that sentence_bert_config.json has for the tokenizer. */
async function readTokenizerConfig(folder: string, sentence: SentenceConfig): Promise<ConfigObject | null> {
  const config = await readConfig(folder, "tokenizer_config.json");
  if (Object.keys(sentence.tokenizerSettings).length === 0) return config;
  return new ConfigObject(config?.path ?? sentence.config!.path, { ...config?.raw, ...sentence.tokenizerSettings });
}

/** What stands beside the encoder is the head of some task; those of pre-training are everywhere, and not worth a word. */
function headsLeftOut(names: readonly string[], path: string): string[] {
  const told = names.filter((name) => !/^(cls|lm_head)\./.test(name));
  if (told.length === 0) return [];
  const shown = told.slice(0, 5).join(", ") + (told.length > 5 ? ` and ${told.length - 5} more` : "");
  return [`${path} has tensors beside the encoder that no embedding reads, which are left out: ${shown}.`];
}
