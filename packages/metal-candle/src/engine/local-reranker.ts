/** The engine of a cross-encoder in this thread: what Reranker stands before. */
import { BatchQueue } from "../batching/batch-queue.ts";
import { EmbedRequest } from "../batching/request.ts";
import type { RankedText, RerankerInfo, RerankingEngine } from "./engine.ts";
import { activationOf } from "../encoder/activation.ts";
import { closeParts, loadParts, type ModelParts } from "../load-parts.ts";
import type { RankOptions, RerankerOptions } from "../options.ts";
import { pairTokenizer } from "../tokenizers/reranker-pairs.ts";

export class LocalReranker implements RerankingEngine {
  readonly #parts: ModelParts;
  readonly #queue: BatchQueue;

  private constructor(parts: ModelParts) {
    this.#parts = parts;
    const { tokenizer, description } = parts;
    this.#queue = new BatchQueue(parts.encoder, pairTokenizer(tokenizer, description), description.maxLength);
  }

  /** The errors are those of Reranker.load. */
  static async load(idOrFolder: string, options: RerankerOptions): Promise<LocalReranker> {
    const parts = await loadParts(idOrFolder, "reranker", options);
    try {
      return new LocalReranker(parts);
    } catch (error) {
      await closeParts(parts);
      throw error;
    }
  }

  async rank(query: string, texts: readonly string[], options: RankOptions): Promise<RankedText[]> {
    const { classifier, head } = this.#parts.description;
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
    return ranked.slice(0, options.topK ?? ranked.length);
  }

  info(): RerankerInfo {
    const { description, chosen } = this.#parts;
    const { id, revision, maxLength, head } = description;
    const { device, reason } = chosen;
    return { id, revision, device, reason, thread: "own", labels: head.dimensions, maxLength };
  }

  async close(): Promise<void> {
    // Aborted calls may leave batches behind.
    await this.#queue.idle();
    await closeParts(this.#parts);
  }
}
