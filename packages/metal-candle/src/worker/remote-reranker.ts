/** A cross-encoder in the page's worker: the same calls, sent there. */
import type { Classification, RankedText, RerankerInfo, RerankingEngine } from "../engine/engine.ts";
import type { ClassifyOptions, RankOptions, RerankerOptions } from "../options.ts";
import type { EngineWorker } from "./engine-workers.ts";
import { loadRemote } from "./load-remote.ts";
import { sendTexts } from "./send-texts.ts";

export class RemoteReranker implements RerankingEngine {
  readonly #worker: EngineWorker;
  readonly #model: number;
  readonly #info: RerankerInfo;

  private constructor(worker: EngineWorker, model: number, info: RerankerInfo) {
    this.#worker = worker;
    this.#model = model;
    this.#info = info;
  }

  /** The errors are those of Reranker.load, and WorkerLostError. */
  static async load(worker: EngineWorker, idOrFolder: string, options: RerankerOptions): Promise<RemoteReranker> {
    const { model, loaded } = await loadRemote(worker, "reranker", idOrFolder, options);
    return new RemoteReranker(worker, model, { ...(loaded.info as RerankerInfo), thread: "worker" });
  }

  async rank(query: string, texts: readonly string[], { topK, signal, onCost }: RankOptions): Promise<RankedText[]> {
    const { connection } = this.#worker;
    const sent = await sendTexts(connection, texts, signal);
    const asked = { model: this.#model, texts: sent, query, topK };
    const { indexes, scores, logits, truncated, cost } = await connection.call("rank", asked, { signal });
    onCost?.(cost);
    const labels = indexes.length === 0 ? 0 : scores.length / indexes.length;
    return Array.from(indexes, (index, row) => {
      const own = scores.slice(row * labels, (row + 1) * labels);
      return {
        index,
        score: own[0],
        scores: own,
        logits: logits.slice(row * labels, (row + 1) * labels),
        truncated: truncated[row] === 1,
      };
    });
  }

  async classify(
    firsts: readonly (string | null)[],
    texts: readonly string[],
    { signal, onCost }: ClassifyOptions,
  ): Promise<Classification[]> {
    const { connection } = this.#worker;
    const sent = await sendTexts(connection, texts, signal);
    const asked = { model: this.#model, firsts, texts: sent };
    const { classified, cost } = await connection.call("classify", asked, { signal });
    onCost?.(cost);
    return [...classified];
  }

  info(): RerankerInfo {
    return this.#info;
  }

  async close(): Promise<void> {
    await this.#worker.close(this.#model);
  }
}
