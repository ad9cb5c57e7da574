/**
 * Reranker: how well each text answers a query, by a cross-encoder that reads both together. Slower and better than comparing
 * vectors, so it is for the best few dozen of a search.
 */
import { BatchQueue } from "./batching/batch-queue.ts";
import { checkOptions, checkString } from "./check-options.ts";
import { checkTexts } from "./batching/check-texts.ts";
import { EmbedRequest } from "./batching/request.ts";
import { InvalidArgumentError, ModelClosedError } from "./errors.ts";
import { closeParts, loadParts, type ModelParts } from "./load-parts.ts";
import type { Activation } from "./models/description.ts";
import type { LoadOptions } from "./options.ts";

/** Scores of N texts for one query. */
export interface Ranking {
  /** Indexes of the texts, best first (by the first label). */
  readonly order: readonly number[];
  /** f32 [N · labels] in the order of the texts: the classifier's outputs after the model's own activation. */
  readonly scores: Float32Array<ArrayBuffer>;
  /** The same before the activation. */
  readonly logits: Float32Array<ArrayBuffer>;
  readonly labels: number;
  /** Indexes of the pairs that were cut to the model's maximum length. */
  readonly truncated: readonly number[];
}

export class Reranker {
  readonly #parts: ModelParts;
  readonly #queue: BatchQueue;
  readonly #pending = new Set<Promise<unknown>>();
  #closed = false;
  #closing: Promise<void> | null = null;

  private constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#queue = new BatchQueue(parts.encoder, parts.tokenizer, parts.description.maxLength);
  }

  /** Loads a cross-encoder by id or folder; the options and errors are those of EmbeddingModel.load. */
  static async load(idOrFolder: string, options: LoadOptions = {}): Promise<Reranker> {
    return new Reranker(await loadParts(idOrFolder, "reranker", options));
  }

  /**
   * Scores each text against the query.
   *
   * @throws InvalidArgumentError for a query or a text that is not a string; ModelClosedError after close()
   */
  async rank(
    query: string,
    texts: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Ranking> {
    const { id, classifier, head } = this.#parts.description;
    if (this.#closed) throw new ModelClosedError(`${id} is closed.`);
    checkOptions(options);
    options.signal?.throwIfAborted();
    checkString(query, "The query");
    checkTexts(texts, "Text");
    const settings = { prompt: "", query, poolingSkip: 0, dimensions: head.dimensions, normalize: false };
    const request = new EmbedRequest(texts, settings, options.signal);
    this.#queue.add(request);
    this.#pending.add(request.finished);
    try {
      await request.finished;
    } finally {
      this.#pending.delete(request.finished);
    }
    const { labels, activation } = classifier ?? { labels: head.dimensions, activation: "identity" as const };
    const logits = request.data;
    const scores = logits.map((logit) => activated(activation, logit));
    // The request's own copy: the caller's array may have changed meanwhile.
    const order = request.texts.map((_, index) => index);
    order.sort((first, second) => logits[second * labels] - logits[first * labels] || first - second);
    return { order, scores, logits, labels, truncated: request.truncated };
  }

  /** What runs. */
  info(): { id: string; revision: string; device: "gpu" | "cpu"; reason: string; labels: number; maxLength: number } {
    const { description, chosen } = this.#parts;
    const { id, revision, maxLength, head } = description;
    return { id, revision, device: chosen.device, reason: chosen.reason, labels: head.dimensions, maxLength };
  }

  /** Waits for the calls that are under way, then frees the device's memory. Calling it again gives the same promise. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#pending);
    await this.#queue.idle();
    await closeParts(this.#parts);
  }
}

/** The activation that a classifier's config asks for: one number a label, on the host as sentence-transformers does it. */
function activated(activation: Activation, logit: number): number {
  switch (activation) {
    case "identity":
      return logit;
    case "sigmoid":
      return 1 / (1 + Math.exp(-logit));
    case "tanh":
      return Math.tanh(logit);
    case "relu":
      return Math.max(0, logit);
    default:
      throw new InvalidArgumentError(`A classifier with the activation "${activation}" is not supported.`);
  }
}
