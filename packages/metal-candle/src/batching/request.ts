/**
 * One embed or rank call on its way: its texts, how far they have been taken, and where its vectors go.
 *
 * Device-free. The packers take texts from requests in turn; the queue hands rows back.
 */
import { checkTexts } from "./check-texts.ts";
import { type CallCost, Stopwatch } from "./call-cost.ts";
import type { TokenizedBlock } from "../tokenizers/pool/tokenized-block.ts";

export interface RequestOptions {
  /** Prepended to each text. */
  readonly prompt: string;
  /** For a reranker: the first text of each pair; null for texts on their own. */
  readonly query: string | null;
  /** Tokens that pooling leaves out at the start (0 unless the model leaves prompts out). */
  readonly poolingSkip: number;
  readonly dimensions: number;
  /** Width of the rows that are encoded and, where `normalize`, normalised; `dimensions` of them are kept. By default the same. */
  readonly encodedDimensions?: number;
  readonly normalize: boolean;
  /** Whether every token's row is wanted, not each text's: then `dimensions` is the hidden size. */
  readonly perToken?: boolean;
}

/** Texts that a thread has tokenised, and how many of them have been taken. */
export interface ReadyBlock {
  readonly block: TokenizedBlock;
  /** The request's index of the block's first text. */
  readonly first: number;
  taken: number;
  /** Where the next text's ids begin. */
  offset: number;
}

export class EmbedRequest {
  readonly options: RequestOptions;
  readonly encodedDimensions: number;
  /** A copy of the caller's array as it was at the call. */
  readonly texts: readonly string[];
  /** f32 [texts, dimensions]; empty where tokens' rows are wanted. */
  readonly data: Float32Array<ArrayBuffer>;
  /** Of each text, where tokens' rows are wanted: f32 [tokens, dimensions], and their ids. */
  readonly tokenRows: { readonly data: Float32Array<ArrayBuffer>; readonly ids: Int32Array<ArrayBuffer> }[] = [];
  /** Tokens of each text as it was embedded, special tokens and prompt included. */
  readonly tokenCounts: Int32Array<ArrayBuffer>;
  /** Indexes of texts that were cut to the maximum length. */
  readonly truncated: number[] = [];
  readonly stopwatch = new Stopwatch();
  /** Resolves when every row is in `data`. */
  readonly finished: Promise<void>;
  /** The next text that a packer tokenises by itself. */
  next = 0;
  /** Where those end: texts from here on have been sent to tokenizer threads. */
  until: number;
  /** Blocks that came back from there. */
  readonly ready: ReadyBlock[] = [];
  /** Blocks that are still there. */
  blocksAway = 0;
  /** False once resolved, rejected or aborted: rows that still arrive are dropped. */
  live = true;
  #left: number;
  readonly #onProgress: ((done: number, total: number) => void) | undefined;
  #resolve!: () => void;
  #reject!: (reason: unknown) => void;

  /** @throws InvalidArgumentError where a text is not a string */
  constructor(
    texts: readonly string[],
    options: RequestOptions,
    signal?: AbortSignal,
    onProgress?: (done: number, total: number) => void,
  ) {
    // A caller may change its array while the call waits. What is checked is what is kept.
    this.texts = Array.from(texts);
    checkTexts(this.texts, "Text");
    this.options = options;
    this.encodedDimensions = options.encodedDimensions ?? options.dimensions;
    this.until = texts.length;
    this.data = new Float32Array(options.perToken ? 0 : texts.length * options.dimensions);
    this.tokenCounts = new Int32Array(texts.length);
    this.#left = texts.length;
    this.#onProgress = onProgress;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (signal) {
      const abort = (): void => this.fail(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      const forget = (): void => signal.removeEventListener("abort", abort);
      this.finished.then(forget, forget);
    }
    if (texts.length === 0) this.#end(this.#resolve);
  }

  /** Whether a packer can take a text now. */
  get hasTexts(): boolean {
    return this.live && (this.next < this.until || this.ready.length > 0);
  }

  /** Whether every text has been taken, or none is wanted any more. */
  get isTaken(): boolean {
    return !this.live || (!this.hasTexts && this.blocksAway === 0);
  }

  get cost(): CallCost {
    return this.stopwatch.cost(this.tokenCounts);
  }

  /** Whether texts of both may share a batch. */
  sharesBatchWith(other: EmbedRequest): boolean {
    return (
      this.options.encodedDimensions === other.options.encodedDimensions &&
      this.options.normalize === other.options.normalize &&
      (this.options.query === null) === (other.options.query === null) &&
      (this.options.perToken ?? false) === (other.options.perToken ?? false)
    );
  }

  /** One row has been written to `data`. */
  rowDone(): void {
    this.#left -= 1;
  }

  /** Reports progress after a batch, and resolves when it was the last. Never throws: others share the batch. */
  batchDone(): void {
    if (!this.live) return;
    try {
      this.#onProgress?.(this.texts.length - this.#left, this.texts.length);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.#left === 0) {
      this.truncated.sort((first, second) => first - second);
      this.#end(this.#resolve);
    }
  }

  /** Rejects the call; a second time does nothing. */
  fail(reason: unknown): void {
    this.#end(() => this.#reject(reason));
  }

  #end(settle: () => void): void {
    if (!this.live) return;
    this.live = false;
    settle();
  }
}
