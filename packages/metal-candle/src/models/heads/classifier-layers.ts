/** The layers of transformers' sequence classifiers, one function for each way in which families build them. */
import { UnsupportedModelError } from "../../errors.ts";
import { linearWeights } from "../architectures/encoder-tensors.ts";
import { hiddenActivation } from "../activation-names.ts";
import type { ConfigObject } from "../config-object.ts";
import type { DenseLayer, Head, PoolingMode, RowStep } from "../description.ts";
import type { Activation } from "../encoder-description.ts";
import type { WeightLookup } from "../weight-lookup.ts";

/** Where a classifier's layers are. */
export interface ClassifierPlace {
  readonly config: ConfigObject;
  readonly weights: WeightLookup;
  /** What stands before the encoder's tensors, and what stands before those beside it. */
  readonly prefix: string;
  readonly outer: string;
  readonly hiddenSize: number;
  readonly labels: number;
}

export interface ReadClassifier extends Pick<Head, "poolings" | "dense" | "rowSteps"> {
  /** The id that does not count as a last token, of ModelDescription. */
  readonly paddingId?: number;
}

export type ClassifierLayers = (place: ClassifierPlace) => ReadClassifier;

/** BERT: the encoder's own pooler (tanh), then the classifier. */
export const poolerClassifier: ClassifierLayers = ({ weights, prefix, outer, hiddenSize, labels }) =>
  layers("cls", [
    dense(weights, `${prefix}pooler.dense`, hiddenSize, hiddenSize, "tanh"),
    dense(weights, `${outer}classifier`, labels, hiddenSize, "identity"),
  ]);

/** RoBERTa, XLM-R and CamemBERT (tanh), ELECTRA (gelu): classifier.dense, classifier.out_proj. */
export function denseClassifier(activation: Activation): ClassifierLayers {
  return ({ weights, outer, hiddenSize, labels }) =>
    layers("cls", [
      dense(weights, `${outer}classifier.dense`, hiddenSize, hiddenSize, activation),
      dense(weights, `${outer}classifier.out_proj`, labels, hiddenSize, "identity"),
    ]);
}

/** DistilBERT: pre_classifier (relu), classifier. */
export const preClassifier: ClassifierLayers = ({ weights, outer, hiddenSize, labels }) =>
  layers("cls", [
    dense(weights, `${outer}pre_classifier`, hiddenSize, hiddenSize, "relu"),
    dense(weights, `${outer}classifier`, labels, hiddenSize, "identity"),
  ]);

/** ModernBERT: the first token or the mean, head.dense with its activation, head.norm, classifier. */
export const modernBertClassifier: ClassifierLayers = ({ config, weights, outer, hiddenSize, labels }) => {
  const pooling = config.string("classifier_pooling", "cls");
  if (pooling !== "cls" && pooling !== "mean") {
    throw new UnsupportedModelError(
      `${config.path}: "classifier_pooling" is "${pooling}", which is not supported; "cls" and "mean" are.`,
    );
  }
  const hasBias = config.boolean("classifier_bias", false);
  const activation = hiddenActivation(
    config.string("classifier_activation", "gelu"),
    config.path,
    "classifier_activation",
  );
  const first = dense(weights, `${outer}head.dense`, hiddenSize, hiddenSize, activation, hasBias);
  const norm: RowStep = {
    kind: "layer-norm",
    norm: {
      kind: "layer",
      weight: weights.tensor(`${outer}head.norm.weight`, [hiddenSize]),
      bias: config.boolean("norm_bias", false) ? weights.tensor(`${outer}head.norm.bias`, [hiddenSize]) : null,
      epsilon: config.positiveNumber("norm_eps", 1e-5),
    },
  };
  const second = dense(weights, `${outer}classifier`, labels, hiddenSize, "identity");
  return { poolings: [pooling], dense: [first, second], rowSteps: [[], [norm], []] };
};

/** Decoders: `score`, without a bias, on the last token that is not padding. */
export const scoreClassifier: ClassifierLayers = ({ config, weights, outer, hiddenSize, labels }) => {
  // What comes behind that token is dropped from the input, which changes nothing where no token sees it.
  if (!config.boolean("is_causal", true)) {
    throw new UnsupportedModelError(
      `${config.path}: "is_causal" is false, which is not supported for ${config.strings("architectures").join()}.`,
    );
  }
  const read = layers("lasttoken", [dense(weights, `${outer}score`, labels, hiddenSize, "identity", false)]);
  return config.has("pad_token_id") ? { ...read, paddingId: config.integer("pad_token_id", 0) } : read;
};

function layers(pooling: PoolingMode, list: readonly DenseLayer[]): ReadClassifier {
  return { poolings: [pooling], dense: list, rowSteps: Array.from({ length: list.length + 1 }, () => []) };
}

function dense(
  weights: WeightLookup,
  name: string,
  out: number,
  into: number,
  activation: Activation,
  hasBias = true,
): DenseLayer {
  return { ...linearWeights(weights, name, out, into, hasBias), activation };
}
