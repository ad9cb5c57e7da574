/**
 * Qwen3-Reranker: a language model that is asked whether a document answers a query. Its score is the logit of "yes" less that of "no" at the
 * last token, which is one row: the difference of two rows of the output matrix.
 */
import { ModelFileError, UnsupportedModelError } from "../../errors.ts";
import { parseJson } from "../../json.ts";
import { rowDifference } from "../../weights/tensor-views.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Head, PairTemplate, TokenizerFiles } from "../description.ts";
import type { HeadWeights } from "./head-weights.ts";

/** From the model card of Qwen/Qwen3-Reranker-0.6B, with its default instruction. */
export const pairTemplate: PairTemplate = {
  before:
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. " +
    'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n',
  pair: (query, text) =>
    "<Instruct>: Given a web search query, retrieve relevant passages that answer the query\n" +
    `<Query>: ${query}\n<Document>: ${text}`,
  after: "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
};

/**
 * @throws UnsupportedModelError for another language model than Qwen3; ModelFileError where the vocabulary has no "yes" or "no"
 */
export function readYesNoHead(
  config: ConfigObject,
  tokenizer: TokenizerFiles,
  { lookup, prefix, architecture, hiddenSize }: HeadWeights,
): Head {
  const classes = config.strings("architectures");
  if (architecture.modelType !== "qwen3" || classes[0] !== "Qwen3ForCausalLM") {
    throw new UnsupportedModelError(
      `${config.path}: a reranker that is a language model (${classes.join(", ")}) is not supported for model type ` +
        `${architecture.modelType}; supported is Qwen3ForCausalLM.`,
    );
  }
  const [yes, no] = ["yes", "no"].map((word) => tokenId(tokenizer, word));
  const rows = config.integer("vocab_size", 1);
  if (Math.max(yes, no) >= rows) {
    throw new ModelFileError(
      `${config.path}: "vocab_size" is ${rows}, but "yes" and "no" are the tokens ${yes} and ${no}.`,
    );
  }
  const tied = config.boolean("tie_word_embeddings", false);
  const base = architecture.basePrefixes.find((name) => prefix.endsWith(name)) ?? "";
  const outer = prefix.slice(0, prefix.length - base.length);
  const output = lookup.tensor(tied ? `${prefix}embed_tokens.weight` : `${outer}lm_head.weight`, [rows, hiddenSize]);
  return {
    poolings: ["lasttoken"],
    includePrompt: true,
    dense: [{ weight: rowDifference(output, yes, no), bias: null, activation: "identity" }],
    rowSteps: [[], []],
    normalize: false,
    dimensions: 1,
    truncateDimensions: null,
  };
}

/** The id of a token that is one entry of the vocabulary. */
function tokenId(tokenizer: TokenizerFiles, token: string): number {
  const path = tokenizer.path ?? "tokenizer.json";
  const { model } = parseJson(tokenizer.json, path) as { model?: { vocab?: Record<string, unknown> } };
  const id = Object.hasOwn(model?.vocab ?? {}, token) ? model!.vocab![token] : undefined;
  if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return id;
  throw new ModelFileError(`${path} has no token "${token}" in its vocabulary, whose logit is the model's answer.`);
}
