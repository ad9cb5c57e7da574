/**
 * Reranker: how well each text answers a query, by a cross-encoder that reads both together. Slower and better than comparing
 * vectors, so it is for the best few dozen of a search.
 */
import { BatchQueue } from "./batching/batch-queue.ts";
import { checkOptions, checkString } from "./check-options.ts";
import { checkTexts } from "./batching/check-texts.ts";
import { activationOf } from "./encoder/activation.ts";
import { EmbedRequest } from "./batching/request.ts";
import { InvalidArgumentError, ModelClosedError } from "./errors.ts";
import { Lifecycle } from "./lifecycle.ts";
import { closeParts, loadParts, type ModelParts } from "./load-parts.ts";
import type { LoadOptions } from "./options.ts";
import { pairTokenizer } from "./tokenizers/reranker-pairs.ts";

/** A text and how well it answers the query. */
export interface RankedText {
  /** Which of the texts that were given. */
  readonly index: number;
  /** The first label's score: after the model's own activation. */
  readonly score: number;
  /** f32 [labels]: the scores of all labels. */
  readonly scores: Float32Array<ArrayBuffer>;
  /** f32 [labels]: the classifier's outputs before the activation. */
  readonly logits: Float32Array<ArrayBuffer>;
  /** Whether the pair was cut to the model's maximum length. */
  readonly truncated: boolean;
}

export interface RankOptions {
  /** How many of the best are wanted; all of them unless given. */
  readonly topK?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options that mean nothing without vectors, or that pairs of texts do not use. */
const embeddingOptions = ["dimensions", "prompts", "tokenizerThreads"] as const;

/** What `Reranker.load` takes: what EmbeddingModel.load does, but for what concerns vectors and prompts. */
export type RerankerOptions = Omit<LoadOptions, (typeof embeddingOptions)[number]>;

/** A cross-encoder: `rank(query, texts, { topK: 3 })` gives the three that answer the query best, as [{ index, score }]. */
export class Reranker {
  readonly #parts: ModelParts;
  readonly #queue: BatchQueue;
  readonly #life = new Lifecycle(() => new ModelClosedError(`${this.#parts.description.id} is closed.`));

  private constructor(parts: ModelParts) {
    this.#parts = parts;
    const { tokenizer, description } = parts;
    this.#queue = new BatchQueue(parts.encoder, pairTokenizer(tokenizer, description), description.maxLength);
  }

  /**
   * Loads a cross-encoder by id or folder; the errors are those of EmbeddingModel.load.
   *
   * @throws InvalidArgumentError for an option of embedding models alone: dimensions, prompts, tokenizerThreads
   */
  static async load(idOrFolder: string, options: RerankerOptions = {}): Promise<Reranker> {
    checkOptions(options);
    for (const name of embeddingOptions) {
      if ((options as LoadOptions)[name] === undefined) continue;
      throw new InvalidArgumentError(`${name} was given; a reranker has no use for it. Leave it out.`);
    }
    const parts = await loadParts(idOrFolder, "reranker", options);
    try {
      return new Reranker(parts);
    } catch (error) {
      await closeParts(parts);
      throw error;
    }
  }

  /**
   * Scores each text against the query; the best come first, and equal ones in the order that they were given in.
   *
   * @throws InvalidArgumentError for a query or a text that is not a string, or a topK below 1; ModelClosedError after close()
   */
  async rank(query: string, texts: readonly string[], options: RankOptions = {}): Promise<RankedText[]> {
    return this.#life.run(() => this.#rank(query, texts, options));
  }

  async #rank(query: string, texts: readonly string[], options: RankOptions): Promise<RankedText[]> {
    const { classifier, head } = this.#parts.description;
    checkOptions(options);
    options.signal?.throwIfAborted();
    checkString(query, "The query");
    checkTexts(texts, "Text");
    const { topK = texts.length } = options;
    if (options.topK !== undefined && (!Number.isInteger(topK) || topK < 1)) {
      throw new InvalidArgumentError(`topK is ${topK}; it must be a whole number of at least 1.`);
    }
    const settings = {
      prompt: "",
      query,
      poolingSkip: 0,
      dimensions: head.dimensions,
      encodedDimensions: head.dimensions,
      normalize: false,
    };
    const request = new EmbedRequest(texts, settings, options.signal);
    this.#queue.add(request);
    await request.finished;
    const { labels, activation } = classifier ?? { labels: head.dimensions, activation: "identity" as const };
    const truncated = new Set(request.truncated);
    // The request's own copy: the caller's array may have changed meanwhile.
    const ranked = request.texts.map((_, index): RankedText => {
      const logits = request.data.slice(index * labels, (index + 1) * labels);
      const scores = logits.map((logit) => activationOf(activation, logit));
      return { index, score: scores[0], scores, logits, truncated: truncated.has(index) };
    });
    // By logits: an activation may round two of them to one score.
    ranked.sort((first, second) => second.logits[0] - first.logits[0] || first.index - second.index);
    return ranked.slice(0, topK);
  }

  /** What runs. */
  info(): { id: string; revision: string; device: "gpu" | "cpu"; reason: string; labels: number; maxLength: number } {
    const { description, chosen } = this.#parts;
    const { id, revision, maxLength, head } = description;
    return { id, revision, device: chosen.device, reason: chosen.reason, labels: head.dimensions, maxLength };
  }

  /** Waits for the calls that are under way, then frees the device's memory. Calling it again gives the same promise. */
  close(): Promise<void> {
    return this.#life.close(async () => {
      // Aborted calls may leave batches behind.
      await this.#queue.idle();
      await closeParts(this.#parts);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
