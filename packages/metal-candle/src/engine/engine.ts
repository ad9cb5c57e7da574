/**
 * What stands behind an EmbeddingModel or a Reranker: the engine in this thread (local-embedding.ts and local-reranker.ts), or one in a
 * worker of the page (worker/). Types only; checks of what callers hand over, streams and the one way to end are before it.
 */
import type { Embeddings } from "../embeddings.ts";
import type { EncoderReport, GpuStats } from "../encoder/report.ts";
import type { ClassifyOptions, EmbedOptions, RankOptions, TokenOptions } from "../options.ts";
import type { TokenVectors } from "../token-vectors.ts";
import type { TokenPlace } from "../tokenizers/offsets/token-places.ts";

/** What `info()` says: everything that decided the numbers. */
export interface ModelInfo extends EncoderReport {
  readonly id: string;
  readonly revision: string;
  readonly folder: string;
  readonly modelType: string;
  readonly device: "gpu" | "cpu";
  /** Which device and why, for a person. */
  readonly reason: string;
  /** Where the engine runs: on the thread that loaded the model, in a worker of the page, or in processes (`devices`). */
  readonly thread: "own" | "worker" | "processes";
  /** The devices of the processes, for a person; absent where there are none. */
  readonly devices?: readonly string[] | undefined;
  readonly maxLength: number;
  readonly dimensions: number;
  /** Width of the vectors of tokens (embedTokens). */
  readonly hiddenSize: number;
  readonly pooling: readonly string[];
  readonly normalize: boolean;
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPromptName: string | null;
  readonly tokenizer: string;
  /** Threads that tokenise large calls beside the caller's own. */
  readonly tokenizerThreads: number;
  readonly tokenBudget: number;
  readonly warnings: readonly string[];
}

/** Counters since the model was loaded. On the GPU, buffers and pipelines stop growing after the first batches. */
export interface ModelStats {
  readonly batches: number;
  readonly texts: number;
  readonly tokens: number;
  readonly truncatedTexts: number;
  /** Null on the CPU. */
  readonly gpu: GpuStats | null;
}

/** What a classifier says of a text, or of a pair of texts. */
export interface Classification {
  /** f32 [labels]: the scores of all labels, after the model's own activation. */
  readonly scores: Float32Array<ArrayBuffer>;
  /** f32 [labels]: the classifier's outputs before the activation. */
  readonly logits: Float32Array<ArrayBuffer>;
  /** Whether the text or pair was cut to the model's maximum length. */
  readonly truncated: boolean;
}

/** A text and how well it answers the query. */
export interface RankedText extends Classification {
  /** Which of the texts that were given. */
  readonly index: number;
  /** The first label's score: after the model's own activation. */
  readonly score: number;
}

/** What a reranker's `info()` says. */
export interface RerankerInfo {
  readonly id: string;
  readonly revision: string;
  readonly device: "gpu" | "cpu";
  readonly reason: string;
  /** Where the engine runs: on the thread that loaded the model, or in a worker of the page. */
  readonly thread: "own" | "worker";
  readonly labels: number;
  /** What config.json calls the labels, in order. */
  readonly labelNames: readonly string[];
  /** Whether a text on its own means nothing to the model: its template makes one text of a pair. */
  readonly pairsOnly: boolean;
  readonly maxLength: number;
}

export type PromptOptions = Pick<EmbedOptions, "prompt" | "promptName">;

export interface EmbeddingEngine {
  /** Arguments are checked but for what the model alone knows. */
  embed(texts: readonly string[], options: EmbedOptions): Promise<Embeddings>;
  embedTokens(texts: readonly string[], options: TokenOptions): Promise<TokenVectors[]>;
  /** @throws InvalidArgumentError, UnsupportedModelError for options that `embed` would refuse, also where there is nothing to embed */
  check(options: EmbedOptions): void | Promise<void>;
  countTokens(text: string, options: PromptOptions): number;
  tokenIds(text: string, options: PromptOptions, specialTokens: boolean): Int32Array;
  tokenPlaces(text: string, options: PromptOptions): TokenPlace[];
  info(): ModelInfo;
  stats(): ModelStats;
  /** Called once, when no call is under way. */
  close(): Promise<void>;
}

export interface RerankingEngine {
  /** Arguments are checked. */
  rank(query: string, texts: readonly string[], options: RankOptions): Promise<RankedText[]>;
  /** Text i stands behind `firsts[i]`, or alone where that is null. */
  classify(
    firsts: readonly (string | null)[],
    texts: readonly string[],
    options: ClassifyOptions,
  ): Promise<Classification[]>;
  info(): RerankerInfo;
  /** Called once, when no call is under way. */
  close(): Promise<void>;
}
