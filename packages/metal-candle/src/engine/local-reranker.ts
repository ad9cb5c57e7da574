/** The engine of a cross-encoder in this thread: what Reranker stands before. */
import { BatchQueue } from "../batching/batch-queue.ts";
import { meanCost } from "../batching/call-cost.ts";
import { EmbedRequest } from "../batching/request.ts";
import type { Classification, RankedText, RerankerInfo, RerankingEngine } from "./engine.ts";
import { activationOf } from "../encoder/activation.ts";
import { UnsupportedModelError } from "../errors.ts";
import { closeParts, loadParts, type ModelParts } from "../load-parts.ts";
import type { ClassifyOptions, LoadOptions, RankOptions, RerankerOptions } from "../options.ts";
import { pairTokenizer } from "../tokenizers/reranker-pairs.ts";

export class LocalReranker implements RerankingEngine {
  readonly #parts: ModelParts;
  readonly #queue: BatchQueue;

  private constructor(parts: ModelParts, onBatch: LoadOptions["onBatch"]) {
    this.#parts = parts;
    const { tokenizer, description } = parts;
    const pairs = pairTokenizer(tokenizer, description);
    this.#queue = new BatchQueue(parts.encoder, pairs, description.maxLength, null, onBatch);
  }

  /** The errors are those of Reranker.load. */
  static async load(idOrFolder: string, options: RerankerOptions): Promise<LocalReranker> {
    const parts = await loadParts(idOrFolder, "reranker", options);
    try {
      return new LocalReranker(parts, options.onBatch);
    } catch (error) {
      await closeParts(parts);
      throw error;
    }
  }

  async rank(query: string, texts: readonly string[], options: RankOptions): Promise<RankedText[]> {
    const request = this.#request(query, texts, options.signal);
    await request.finished;
    const ranked = this.#classified(request).map((classified, index): RankedText => ({
      index,
      score: classified.scores[0],
      ...classified,
    }));
    // By logits: an activation may round two of them to one score.
    ranked.sort((first, second) => second.logits[0] - first.logits[0] || first.index - second.index);
    options.onCost?.(request.cost);
    return ranked.slice(0, options.topK ?? ranked.length);
  }

  async classify(
    firsts: readonly (string | null)[],
    texts: readonly string[],
    options: ClassifyOptions,
  ): Promise<Classification[]> {
    const { pairTemplate, id } = this.#parts.description;
    if (pairTemplate !== null && firsts.includes(null)) {
      throw new UnsupportedModelError(
        `${id} reads pairs of texts, by its template; it cannot classify a text on its own.`,
      );
    }
    const calls = [...placesByFirst(firsts)].map(([first, places]) => {
      const own = places.map((place) => texts[place]);
      return { places, request: this.#request(first, own, options.signal) };
    });
    await Promise.all(calls.map(({ request }) => request.finished));
    const classified: Classification[] = [];
    for (const { places, request } of calls) {
      this.#classified(request).forEach((each, row) => (classified[places[row]] = each));
    }
    options.onCost?.(meanCost(calls.map(({ request }) => request)));
    return classified;
  }

  /** Puts texts, each behind `first` unless that is null, on their way. */
  #request(first: string | null, texts: readonly string[], signal: AbortSignal | undefined): EmbedRequest {
    const { dimensions } = this.#parts.description.head;
    const settings = { prompt: "", query: first, poolingSkip: 0, dimensions, normalize: false };
    const request = new EmbedRequest(texts, settings, signal);
    this.#queue.add(request);
    return request;
  }

  #classified(request: EmbedRequest): Classification[] {
    const { classifier, head } = this.#parts.description;
    const labels = head.dimensions;
    const activation = classifier?.activation ?? "identity";
    const truncated = new Set(request.truncated);
    // The request's own copy: the caller's array may have changed meanwhile.
    return request.texts.map((_, index) => {
      const logits = request.data.slice(index * labels, (index + 1) * labels);
      const scores = logits.map((logit) => activationOf(activation, logit));
      return { scores, logits, truncated: truncated.has(index) };
    });
  }

  info(): RerankerInfo {
    const { description, chosen } = this.#parts;
    const { id, revision, maxLength, head, classifier, pairTemplate } = description;
    return {
      id,
      revision,
      device: chosen.device,
      reason: chosen.reason,
      thread: "own",
      labels: head.dimensions,
      labelNames: classifier?.labels ?? Array.from({ length: head.dimensions }, (_, label) => `LABEL_${label}`),
      pairsOnly: pairTemplate !== null,
      maxLength,
    };
  }

  async close(): Promise<void> {
    // Aborted calls may leave batches behind.
    await this.#queue.idle();
    await closeParts(this.#parts);
  }
}

/** Where the texts are that stand behind the same first text. */
function placesByFirst(firsts: readonly (string | null)[]): Map<string | null, number[]> {
  const places = new Map<string | null, number[]>();
  for (const [place, first] of firsts.entries()) {
    const own = places.get(first) ?? [];
    places.set(first, own);
    own.push(place);
  }
  return places;
}
