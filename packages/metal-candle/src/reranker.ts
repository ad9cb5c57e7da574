/**
 * Reranker: how well each text answers a query, by a cross-encoder that reads both together. Slower and better than comparing
 * vectors, so it is for the best few dozen of a search.
 */
import { checkCallback, checkLoad, checkOptions, checkString } from "./check-options.ts";
import { checkTexts } from "./batching/check-texts.ts";
import { describe } from "./describe.ts";
import type { Classification, RankedText, RerankerInfo, RerankingEngine } from "./engine/engine.ts";
import { InvalidArgumentError, ModelClosedError } from "./errors.ts";
import { Lifecycle } from "./lifecycle.ts";
import {
  type ClassifyOptions,
  type LoadOptions,
  notForRerankers,
  type RankOptions,
  type RerankerOptions,
} from "./options.ts";
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
    if (worker !== null) return new Reranker(await RemoteReranker.load(worker, idOrFolder, options));
    // As in EmbeddingModel: only where the engine runs on this thread.
    const { LocalReranker } = await import("./engine/local-reranker.ts");
    return new Reranker(await LocalReranker.load(idOrFolder, options));
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
    checkCallback(options.onCost, "onCost");
    options.signal?.throwIfAborted();
    checkString(query, "The query");
    checkTexts(texts, "Text");
    const { topK } = options;
    if (topK !== undefined && (!Number.isInteger(topK) || topK < 1)) {
      throw new InvalidArgumentError(`topK is ${topK}; it must be a whole number of at least 1.`);
    }
    return this.#engine.rank(query, texts, options);
  }

  /**
   * The scores of all labels for each text, or for each pair of texts, in the order that they were given in. What the labels are called is in
   * `info().labelNames`.
   *
   * @throws InvalidArgumentError for what is neither a string nor two; UnsupportedModelError for a text on its own, where the model's template
   *   makes one text of a pair; ModelClosedError after close()
   */
  async classify(
    texts: readonly (string | readonly [string, string])[],
    options: ClassifyOptions = {},
  ): Promise<Classification[]> {
    return this.#life.run(async () => {
      checkOptions(options);
      checkCallback(options.onCost, "onCost");
      options.signal?.throwIfAborted();
      const { firsts, lasts } = checkedPairs(texts);
      return this.#engine.classify(firsts, lasts, options);
    });
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

/** @throws InvalidArgumentError for what is neither a text nor a pair of them */
function checkedPairs(given: readonly (string | readonly [string, string])[]): {
  firsts: (string | null)[];
  lasts: string[];
} {
  if (!Array.isArray(given)) throw new InvalidArgumentError(`The texts are ${describe(given)}; they must be an array.`);
  const firsts: (string | null)[] = [];
  const lasts: string[] = [];
  for (const [index, each] of (given as readonly (string | readonly [string, string])[]).entries()) {
    const isPair = Array.isArray(each) && each.length === 2;
    const [first, last] = isPair ? (each as readonly [string, string]) : [null, each as string];
    if (first !== null) checkString(first, `The first text of pair ${index}`);
    checkString(last, isPair ? `The second text of pair ${index}` : `Text ${index}`);
    firsts.push(first);
    lasts.push(last);
  }
  return { firsts, lasts };
}
