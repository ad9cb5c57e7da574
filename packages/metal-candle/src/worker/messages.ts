/**
 * What a page and the worker that runs the engine say to each other. Types only.
 *
 * The page asks, by a number of the call; the worker answers each call once, and tells of it in between what the caller wants to hear.
 */
import type { CallCost } from "../batching/call-cost.ts";
import type { Classification, ModelInfo, ModelStats, RerankerInfo } from "../engine/engine.ts";
import type { TokenizerFiles } from "../models/description.ts";
import type { EmbedOptions, LoadOptions } from "../options.ts";

/** Options without what cannot be sent: functions and signals stay with the page, which hears of progress by `Told`. */
export type SentLoadOptions = Omit<
  LoadOptions,
  "signal" | "onProgress" | "onNotice" | "onBatch" | "gpuDevice" | "worker" | "devices"
>;
export type SentEmbedOptions = Omit<EmbedOptions, "signal" | "onProgress" | "onCost">;

export interface Calls {
  readonly load: {
    readonly asked: {
      readonly model: number;
      readonly kind: "embedding" | "reranker";
      readonly idOrFolder: string;
      readonly options: SentLoadOptions;
    };
    readonly answer: {
      readonly info: ModelInfo | RerankerInfo;
      /** Of an embedding model: a copy, for a tokenizer on the page's side. */
      readonly tokenizer: TokenizerFiles | null;
      readonly stats: ModelStats | null;
    };
  };
  /** Texts for a call that follows, but for its last: long lists come in parts, so that copying them never holds the page up. */
  readonly texts: { readonly asked: SentTexts; readonly answer: null };
  /** The call does not follow. */
  readonly forget: { readonly asked: Pick<SentTexts, "of">; readonly answer: null };
  readonly embed: {
    readonly asked: {
      readonly model: number;
      readonly texts: SentTexts;
      readonly options: SentEmbedOptions;
      readonly progress: boolean;
    };
    readonly answer: {
      readonly data: Float32Array<ArrayBuffer>;
      readonly dimensions: number;
      readonly tokenCounts: Int32Array<ArrayBuffer>;
      readonly truncated: readonly number[];
      readonly cost: CallCost;
    } & NewState;
  };
  readonly embedTokens: {
    readonly asked: Calls["embed"]["asked"];
    readonly answer: {
      readonly texts: readonly {
        readonly data: Float32Array<ArrayBuffer>;
        readonly ids: Int32Array<ArrayBuffer>;
        readonly truncated: boolean;
      }[];
      readonly cost: CallCost;
    } & NewState;
  };
  readonly check: {
    readonly asked: { readonly model: number; readonly options: SentEmbedOptions };
    readonly answer: null;
  };
  readonly rank: {
    readonly asked: {
      readonly model: number;
      readonly texts: SentTexts;
      readonly query: string;
      readonly topK: number | undefined;
    };
    readonly answer: {
      /** Which of the texts each row is of, best first. */
      readonly indexes: Int32Array<ArrayBuffer>;
      /** f32 [rows, labels] */
      readonly scores: Float32Array<ArrayBuffer>;
      readonly logits: Float32Array<ArrayBuffer>;
      readonly truncated: Uint8Array<ArrayBuffer>;
      readonly cost: CallCost;
    };
  };
  readonly classify: {
    readonly asked: {
      readonly model: number;
      readonly firsts: readonly (string | null)[];
      readonly texts: SentTexts;
    };
    readonly answer: { readonly classified: readonly Classification[]; readonly cost: CallCost };
  };
  readonly close: { readonly asked: { readonly model: number }; readonly answer: null };
}

/** What an embedding model says of itself after a call. */
export interface NewState {
  /** Where it is another than before: a device was lost, and another opened. */
  readonly info: ModelInfo | null;
  readonly stats: ModelStats;
}

/** Texts, those sent before under the same number first. */
export interface SentTexts {
  readonly of: number;
  readonly texts: readonly string[];
}

export type CallName = keyof Calls;

/** Page to worker. */
export type Asked =
  | { readonly kind: "start"; readonly lock: string }
  | { readonly kind: "abort"; readonly call: number }
  | { readonly kind: "call"; readonly call: number; readonly name: CallName; readonly asked: Calls[CallName]["asked"] };

/** What a call tells while it is under way. */
export type Told =
  | { readonly notice: string }
  /** Arguments of the caller's onProgress. */
  | { readonly progress: readonly unknown[] };

/** Worker to page. */
export type Answered =
  | { readonly kind: "ready" }
  | { readonly kind: "told"; readonly call: number; readonly told: Told }
  | { readonly kind: "answer"; readonly call: number; readonly answer: Calls[CallName]["answer"] }
  | { readonly kind: "error"; readonly call: number; readonly error: SentError };

/** An error on its way: classes do not survive the way, names, codes and messages do. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  readonly stack: string | null;
  readonly cause: SentError | null;
  /** ModelNotFoundError's own. */
  readonly downloadable: { readonly id: string; readonly revision: string | null } | null;
}
