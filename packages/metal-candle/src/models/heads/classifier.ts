/**
 * The head of a reranker: the first token through one or two dense layers to logits, as transformers' sequence classifiers do.
 *
 * BERT: pooler (tanh), classifier. RoBERTa and XLM-R: classifier.dense (tanh), classifier.out_proj. The activation on top of the
 * logits belongs to the description's `classifier`, not to the head: what comes out of the encoder are logits.
 */
import { UnsupportedModelError } from "../../errors.ts";
import { torchActivation } from "../activations.ts";
import type { Architecture } from "../architectures/architecture.ts";
import { linearWeights } from "../architectures/encoder-tensors.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Head } from "../description.ts";
import type { Activation } from "../encoder-description.ts";
import type { WeightLookup } from "../weight-lookup.ts";

/** Whether a config's `architectures` name a sequence classifier. */
export function isClassifier(config: ConfigObject): boolean {
  return config.strings("architectures").some((name) => name.endsWith("ForSequenceClassification"));
}

/**
 * Reads the classifier's layers.
 * @param prefix what stands before the encoder's tensors
 * @throws ModelFileError, UnsupportedModelError
 */
export function readClassifierHead(
  config: ConfigObject,
  weights: WeightLookup,
  prefix: string,
  architecture: Architecture,
  hiddenSize: number,
): Head {
  const classes = config.strings("architectures");
  if (architecture.classifierClass === null || classes.length !== 1 || classes[0] !== architecture.classifierClass) {
    throw new UnsupportedModelError(
      `${config.path}: the architecture ${classes.join(", ")} is not supported for model type ${architecture.modelType}` +
        (architecture.classifierClass === null ? "." : `; supported is ${architecture.classifierClass}.`),
    );
  }
  const labels = labelCount(config);
  // The classifier stands beside the encoder, so it carries what comes before the encoder's own prefix.
  const base = architecture.basePrefixes.find((name) => prefix.endsWith(name));
  const outer = base === undefined ? prefix : prefix.slice(0, -base.length);
  const [first, second] =
    architecture.classifier === "pooler"
      ? [`${prefix}pooler.dense`, `${outer}classifier`]
      : [`${outer}classifier.dense`, `${outer}classifier.out_proj`];
  return {
    poolings: ["cls"],
    includePrompt: true,
    dense: [
      { ...linearWeights(weights, first, hiddenSize, hiddenSize), activation: "tanh" },
      { ...linearWeights(weights, second, labels, hiddenSize), activation: "identity" },
    ],
    rowSteps: [[], [], []],
    normalize: false,
    dimensions: labels,
    truncateDimensions: null,
  };
}

/**
 * The activation on the logits, where the model asks for one; else sigmoid for one label and none for several, as
 * sentence-transformers' CrossEncoder does.
 * @param saved config_sentence_transformers.json, which newer releases write
 */
export function classifierActivation(config: ConfigObject, saved: ConfigObject | null, labels: number): Activation {
  const sources: [ConfigObject | null, string][] = [
    [saved, "activation_fn"],
    [config.object("sentence_transformers"), "activation_fn"],
    [config, "sbert_ce_default_activation_function"],
  ];
  for (const [source, key] of sources) {
    if (source?.has(key)) return torchActivation(source.string(key), source.path);
  }
  return labels === 1 ? "sigmoid" : "identity";
}

/** Number of labels: id2label's size where it is there, as transformers reads it. */
function labelCount(config: ConfigObject): number {
  const names = config.object("id2label");
  return names === null ? config.integer("num_labels", 1, 2) : names.keys().length;
}
