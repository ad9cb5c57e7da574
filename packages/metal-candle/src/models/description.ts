/**
 * What a model is, once its folder has been read: the one object that `gpu/` and `cpu/` build an encoder from.
 *
 * Types only. No device and no file format appears here; `models/` fills it, and nothing below it knows a model family.
 */
import type { WeightTensor } from "../weights/weight-tensor.ts";
import type { Activation, EncoderDescription, Norm } from "./encoder-description.ts";

/** sentence-transformers' pooling modes. `weightedmean` weighs token i (from 1) by i; `mean_sqrt_len` divides by √n. */
export type PoolingMode = "cls" | "max" | "mean" | "mean_sqrt_len" | "weightedmean" | "lasttoken";

/** A Dense layer after pooling: y = activation(x · weightᵀ + bias). */
export interface DenseLayer {
  /** [out, in] */
  readonly weight: WeightTensor;
  /** [out], or null */
  readonly bias: WeightTensor | null;
  readonly activation: Activation;
}

/** What may happen to a row between pooling, the dense layers and the end. */
export type RowStep =
  | { readonly kind: "layer-norm"; readonly norm: Norm }
  /** Division by the Euclidean norm, or by 1e-12 where that is smaller. */
  | { readonly kind: "normalize" }
  | { readonly kind: "softmax" };

/**
 * What turns a sequence's last hidden states into one row: pooling (several modes are concatenated in this order), then the
 * dense layers, then L2 normalisation where `normalize`. A reranker is the same thing: cls pooling, pooler, classifier.
 */
export interface Head {
  readonly poolings: readonly PoolingMode[];
  /** False: the prompt's tokens (and the special token before them) are left out of pooling. */
  readonly includePrompt: boolean;
  readonly dense: readonly DenseLayer[];
  /** [dense.length + 1]: what happens before the first dense layer, between them, and after the last. */
  readonly rowSteps: readonly (readonly RowStep[])[];
  readonly normalize: boolean;
  /** Width of the row that comes out. */
  readonly dimensions: number;
  /** Only this many elements of it are the embedding, cut off after normalisation (truncate_dim); null for all. */
  readonly truncateDimensions: number | null;
}

/** Where a tokenizer comes from; `tokenizers/` makes one of it. */
export interface TokenizerFiles {
  /** Where tokenizer.json lies, for messages; without it they say "tokenizer.json". */
  readonly path?: string;
  /** The bytes of tokenizer.json, unparsed: parsing a large one costs more than reading our own cache of it. */
  readonly json: Uint8Array<ArrayBuffer>;
  /** Parsed tokenizer_config.json, special_tokens_map.json and added_tokens.json; undefined where there is none. */
  readonly config?: unknown;
  readonly specialTokensMap?: unknown;
  readonly addedTokens?: unknown;
  /** config.json's model_type and tokenizer_class: which of transformers' classes opens it. Without them tokenizer.json is all. */
  readonly modelType?: string;
  readonly tokenizerClass?: string;
  /** sentence_bert_config.json's do_lower_case. */
  readonly lowerCase?: boolean;
  /** Nothing is put around texts, whatever tokenizer.json says: what static tables read. */
  readonly withoutSpecialTokens?: boolean;
  /** Names the content of all of these (a SHA-256): the key of our binary cache. */
  readonly hash: string;
}

/** How a language model that judges pairs wants them written: `before`, then the text of `pair`, which is cut where it is too long, then `after`. */
export interface PairTemplate {
  readonly before: string;
  pair(query: string, text: string): string;
  readonly after: string;
}

export interface ModelDescription {
  readonly kind: "embedding" | "reranker";
  /** The id or folder asked for. */
  readonly id: string;
  /** The hub commit, or a hash of the folder's files where there is none. */
  readonly revision: string;
  readonly folder: string;
  readonly modelType: string;
  readonly encoder: EncoderDescription;
  readonly head: Head;
  readonly tokenizer: TokenizerFiles;
  /** In tokens, special tokens and prompt included. */
  readonly maxLength: number;
  /** sentence_bert_config.json's query_length and document_length: another maximum for queries or passages; null for none. */
  readonly taskLengths: { readonly query: number | null; readonly passage: number | null };
  /** By name; always has `query`, `document` and `passage` (empty where the model has none). */
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPromptName: string | null;
  /** For a reranker: its labels by name and the activation its config asks for. */
  readonly classifier: { readonly labels: readonly string[]; readonly activation: Activation } | null;
  /** For a reranker that reads a pair as one text; null: as the tokenizer puts pairs together. */
  readonly pairTemplate: PairTemplate | null;
  /** For a reranker that reads the last token which is not padding: that id, which the tokenizer may put at the end. Null: any token counts. */
  readonly paddingId: number | null;
  /** Things a user should hear once, e.g. a folder that looks like E5 without prompts. */
  readonly warnings: readonly string[];
  /** Frees the open weight files. */
  close(): Promise<void>;
}
