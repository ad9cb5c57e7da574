/**
 * The head of a reranker: pooled tokens through dense layers to logits, as transformers' sequence classifiers do.
 *
 * Which class of a config's `architectures` has which layers is a table of its family's. The activation on top of the logits belongs to the
 * description's `classifier`, not to the head: what comes out of the encoder are logits.
 */
import { UnsupportedModelError } from "../../errors.ts";
import { torchActivation } from "../activation-names.ts";
import type { Architecture } from "../architectures/architecture.ts";
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
): { head: Head; paddingId: number | null } {
  const classes = config.strings("architectures");
  const { classifiers, modelType } = architecture;
  if (classes.length !== 1 || !Object.hasOwn(classifiers, classes[0])) {
    const supported = Object.keys(classifiers).join(", ");
    throw new UnsupportedModelError(
      `${config.path}: the architecture ${classes.join(", ")} is not supported for model type ${modelType}` +
        (supported === "" ? "." : `; supported is ${supported}.`),
    );
  }
  // The classifier stands beside the encoder, so it carries what comes before the encoder's own prefix.
  const base = architecture.basePrefixes.find((name) => prefix.endsWith(name));
  const outer = base === undefined ? prefix : prefix.slice(0, -base.length);
  const labels = labelCount(config);
  const { paddingId = null, ...layers } = classifiers[classes[0]]({
    config,
    weights,
    prefix,
    outer,
    hiddenSize,
    labels,
  });
  const rest = { includePrompt: true, normalize: false, dimensions: labels, truncateDimensions: null };
  return { head: { ...layers, ...rest }, paddingId };
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

/** What the config calls its labels, in order; LABEL_0 and so on where it does not say, as in transformers. */
export function labelNames(config: ConfigObject, labels: number): string[] {
  const names = config.object("id2label");
  return Array.from({ length: labels }, (_, label) => {
    const name = names?.value(String(label));
    return typeof name === "string" ? name : `LABEL_${label}`;
  });
}

/** Number of labels: id2label's size where it is there, as transformers reads it. */
function labelCount(config: ConfigObject): number {
  const names = config.object("id2label");
  return names === null ? config.integer("num_labels", 1, 2) : names.keys().length;
}
