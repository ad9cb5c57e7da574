/** Which head a model has: a sentence embedding's modules, a sequence classifier, or the modules of a cross-encoder. */
import { UnsupportedModelError } from "../../errors.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Head, ModelDescription, PairTemplate, TokenizerFiles } from "../description.ts";
import type { Module } from "../modules.ts";
import type { HeadWeights } from "./head-weights.ts";
import { isClassifier, readClassifierHead } from "./classifier.ts";
import { plainPooling, readSentenceHead } from "./sentence.ts";
import { pairTemplate, readYesNoHead } from "./yes-no.ts";

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
  readonly tokenizer: TokenizerFiles;
  /** What the caller wants, where a folder can be both. */
  readonly kind: ModelDescription["kind"] | undefined;
}

export interface ReadHead {
  readonly head: Head;
  readonly reranker: boolean;
  readonly pairTemplate: PairTemplate | null;
  readonly paddingId: number | null;
}

const noPairs = { pairTemplate: null, paddingId: null };

/**
 * @throws ModelFileError, UnsupportedModelError
 */
export async function readHead(files: HeadFiles, weights: HeadWeights): Promise<ReadHead> {
  const { modules, saved, config, kind } = files;
  const { hiddenSize } = weights;
  if (classifies(files)) {
    const { lookup, prefix, architecture } = weights;
    return { ...noPairs, ...readClassifierHead(config, lookup, prefix, architecture, hiddenSize), reranker: true };
  }
  if (modules === null) {
    const isLanguageModel = config.strings("architectures").some((name) => name.endsWith("ForCausalLM"));
    if (isLanguageModel && kind !== "embedding") {
      return { head: readYesNoHead(config, files.tokenizer, weights), reranker: true, pairTemplate, paddingId: null };
    }
    // As sentence-transformers does it: the last token has seen all the others, the first has seen none.
    const pooling = isLanguageModel && config.boolean("is_causal", true) ? "lasttoken" : "mean";
    return { head: truncated(plainPooling(hiddenSize, pooling), saved), reranker: false, ...noPairs };
  }
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
  return { head: givesScores ? head : truncated(head, saved), reranker: givesScores, ...noPairs };
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
export function truncated(head: Head, saved: ConfigObject | null): Head {
  if (!saved?.has("truncate_dim")) return head;
  const dimensions = saved.integer("truncate_dim", 1);
  return dimensions >= head.dimensions ? head : { ...head, truncateDimensions: dimensions };
}

/** What is said of a model without modules.json. */
export function poolingAssumed(folder: string, { poolings }: Head): string {
  const taken = poolings[0] === "lasttoken" ? "The last one is taken" : "Their mean is taken";
  return (
    `${folder} has no modules.json, so nothing says how its token vectors become one vector. ${taken}, without ` +
    "normalisation, as sentence-transformers does it."
  );
}
