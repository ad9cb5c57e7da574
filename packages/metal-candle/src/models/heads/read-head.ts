/** Which head a model has: a sentence embedding's modules, a sequence classifier, or the modules of a cross-encoder. */
import { UnsupportedModelError } from "../../errors.ts";
import type { WeightFiles } from "../../weights/weight-files.ts";
import type { Architecture } from "../architectures/architecture.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Head } from "../description.ts";
import type { Module } from "../modules.ts";
import type { WeightLookup } from "../weight-lookup.ts";
import { isClassifier, readClassifierHead } from "./classifier.ts";
import { meanPooling, readSentenceHead } from "./sentence.ts";

/** What the files say. */
export interface HeadFiles {
  readonly folder: string;
  /** config.json. */
  readonly config: ConfigObject;
  /** config_sentence_transformers.json, or null. */
  readonly saved: ConfigObject | null;
  /** modules.json's, or null. */
  readonly modules: readonly Module[] | null;
  /** transformer_task of sentence_bert_config.json. */
  readonly task: string;
}

/** Where the head's weights are. */
export interface HeadWeights {
  readonly lookup: WeightLookup;
  /** What stands before the encoder's tensors. */
  readonly prefix: string;
  readonly architecture: Architecture;
  readonly hiddenSize: number;
  /** Receives every weight file that stays open for the head's tensors. */
  readonly opened: WeightFiles[];
}

/**
 * @throws ModelFileError, UnsupportedModelError
 */
export async function readHead(files: HeadFiles, weights: HeadWeights): Promise<{ head: Head; reranker: boolean }> {
  const { modules, saved } = files;
  const { hiddenSize } = weights;
  if (classifies(files)) {
    const head = readClassifierHead(files.config, weights.lookup, weights.prefix, weights.architecture, hiddenSize);
    return { head, reranker: true };
  }
  if (modules === null) return { head: truncated(meanPooling(hiddenSize), saved), reranker: false };
  const { head, givesScores } = await readSentenceHead(modules.slice(1), hiddenSize, weights.opened);
  const name = saved?.value("model_type") ?? (givesScores ? "CrossEncoder" : "SentenceTransformer");
  if (givesScores !== (name === "CrossEncoder")) {
    throw new UnsupportedModelError(
      `${saved!.path}: "model_type" is ${JSON.stringify(name)}, but the modules of ${files.folder} give ` +
        (givesScores
          ? "scores, which makes them a cross-encoder."
          : "no scores: the last of a cross-encoder's is a Dense to them."),
    );
  }
  return givesScores ? { head, reranker: true } : { head: truncated(head, saved), reranker: false };
}

/**
 * Whether it is a sequence classifier: without modules.json (as everybody publishes them), or as the only module (as newer releases of
 * sentence-transformers save them). Anything else must say how it pools.
 */
function classifies({ modules, config, task, folder }: HeadFiles): boolean {
  const classifier = isClassifier(config);
  if (task === "feature-extraction") return modules === null && classifier;
  if (task === "sequence-classification" && classifier && (modules === null || modules.length === 1)) return true;
  throw new UnsupportedModelError(
    `${folder}: the transformer_task "${task}" of sentence_bert_config.json is not supported with these modules.`,
  );
}

/** config_sentence_transformers.json's truncate_dim: the embedding is the beginning of the row. */
function truncated(head: Head, saved: ConfigObject | null): Head {
  if (!saved?.has("truncate_dim")) return head;
  const dimensions = saved.integer("truncate_dim", 1);
  return dimensions >= head.dimensions ? head : { ...head, truncateDimensions: dimensions };
}

/** What is said of a model without modules.json. */
export function meanPoolingAssumed(folder: string): string {
  return (
    `${folder} has no modules.json, so nothing says how its token vectors become one vector. Their mean is taken, without ` +
    "normalisation, as sentence-transformers does it."
  );
}
