/**
 * Reranker: how well each text answers a query, by a cross-encoder that reads both together. Slower and better than comparing
 * vectors, so it is for the best few dozen of a search.
 */
import { checkLoad, checkOptions, checkString } from "./check-options.ts";
import { checkTexts } from "./batching/check-texts.ts";
import type { RankedText, RerankerInfo, RerankingEngine } from "./engine/engine.ts";
import { InvalidArgumentError, ModelClosedError } from "./errors.ts";
import { Lifecycle } from "./lifecycle.ts";
import { LocalReranker } from "./engine/local-reranker.ts";
import { type LoadOptions, notForRerankers, type RankOptions, type RerankerOptions } from "./options.ts";
import { engineWorker } from "./worker/engine-workers.ts";
import { RemoteReranker } from "./worker/remote-reranker.ts";

/** A cross-encoder: `rank(query, texts, { topK: 3 })` gives the three that answer the query best, as [{ index, score }]. */
export class Reranker {
  readonly #engine: RerankingEngine;
  readonly #life = new Lifecycle(() => new ModelClosedError(`${this.#engine.info().id} is closed.`));

  private constructor(engine: RerankingEngine) {
    this.#engine = engine;
  }

  /**
   * Loads a cross-encoder by id or folder; the errors are those of EmbeddingModel.load.
   *
   * @throws InvalidArgumentError for an option of embedding models alone: dimensions, prompts, tokenizerThreads
   */
  static async load(idOrFolder: string, options: RerankerOptions = {}): Promise<Reranker> {
    checkOptions(options);
    for (const name of notForRerankers) {
      if ((options as LoadOptions)[name] === undefined) continue;
      throw new InvalidArgumentError(`${name} was given; a reranker has no use for it. Leave it out.`);
    }
    checkLoad(idOrFolder, options);
    const worker = await engineWorker(options);
    const engine =
      worker === null
        ? await LocalReranker.load(idOrFolder, options)
        : await RemoteReranker.load(worker, idOrFolder, options);
    return new Reranker(engine);
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
    checkOptions(options);
    options.signal?.throwIfAborted();
    checkString(query, "The query");
    checkTexts(texts, "Text");
    const { topK } = options;
    if (topK !== undefined && (!Number.isInteger(topK) || topK < 1)) {
      throw new InvalidArgumentError(`topK is ${topK}; it must be a whole number of at least 1.`);
    }
    return this.#engine.rank(query, texts, options);
  }

  /** What runs. */
  info(): RerankerInfo {
    return this.#engine.info();
  }

  /** Waits for the calls that are under way, then frees the device's memory. Calling it again gives the same promise. */
  close(): Promise<void> {
    return this.#life.close(() => this.#engine.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
