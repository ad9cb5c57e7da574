/**
 * An embedding model in the page's worker: the same calls, sent there. Vectors come back by moving their memory.
 *
 * countTokens, tokenIds and tokenPlaces answer at once, so they have a tokenizer on this side (tokenizer-here.ts).
 */
import type { EmbeddingEngine, ModelInfo, ModelStats, PromptOptions } from "../engine/engine.ts";
import { Embeddings } from "../embeddings.ts";
import type { EmbedOptions, LoadOptions, TokenOptions } from "../options.ts";
import { TokenVectors } from "../token-vectors.ts";
import type { TokenPlace } from "../tokenizers/offsets/token-places.ts";
import type { EngineWorker } from "./engine-workers.ts";
import { loadRemote } from "./load-remote.ts";
import type { Calls } from "./messages.ts";
import { sendTexts } from "./send-texts.ts";
import type { TokenizerHere } from "./tokenizer-here.ts";

export class RemoteEmbedding implements EmbeddingEngine {
  readonly #worker: EngineWorker;
  readonly #model: number;
  readonly #tokenizer: TokenizerHere;
  #info: ModelInfo;
  #stats: ModelStats;

  private constructor(worker: EngineWorker, model: number, loaded: Calls["load"]["answer"], tokenizer: TokenizerHere) {
    this.#worker = worker;
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#info = { ...(loaded.info as ModelInfo), thread: "worker" };
    this.#stats = loaded.stats!;
  }

  /** The errors are those of EmbeddingModel.load, and WorkerLostError. */
  static async load(worker: EngineWorker, idOrFolder: string, options: LoadOptions): Promise<RemoteEmbedding> {
    // While the worker loads the model.
    const fetching = import("./tokenizer-here.ts");
    fetching.catch(() => undefined);
    const { model, loaded } = await loadRemote(worker, "embedding", idOrFolder, options);
    const { TokenizerHere: Here } = await fetching;
    return new RemoteEmbedding(worker, model, loaded, new Here(loaded.tokenizer!));
  }

  async embed(texts: readonly string[], options: EmbedOptions): Promise<Embeddings> {
    const answer = await this.#answer("embed", texts, options);
    return new Embeddings(answer.data, answer.dimensions, answer.tokenCounts, answer.truncated);
  }

  async embedTokens(texts: readonly string[], options: TokenOptions): Promise<TokenVectors[]> {
    const answer = await this.#answer("embedTokens", texts, options);
    const { hiddenSize } = this.#info;
    return answer.texts.map(({ data, ids, truncated }) => new TokenVectors(data, hiddenSize, ids, truncated));
  }

  async #answer<Name extends "embed" | "embedTokens">(
    name: Name,
    texts: readonly string[],
    { signal, onProgress, onCost, ...options }: EmbedOptions,
  ): Promise<Calls[Name]["answer"]> {
    const { connection } = this.#worker;
    const sent = await sendTexts(connection, texts, signal);
    const asked = { model: this.#model, texts: sent, options, progress: onProgress !== undefined };
    const answer = await connection.call(name, asked, {
      signal,
      hear: (told) => {
        if ("progress" in told) onProgress?.(...(told.progress as [number, number]));
      },
    });
    if (answer.info !== null) this.#info = { ...answer.info, thread: "worker" };
    this.#stats = answer.stats;
    onCost?.(answer.cost);
    return answer;
  }

  async check({ signal, ...given }: EmbedOptions): Promise<void> {
    const { onProgress: _progress, onCost: _cost, ...options } = given;
    await this.#worker.connection.call("check", { model: this.#model, options: options }, { signal });
  }

  countTokens(text: string, options: PromptOptions): number {
    return this.#tokenizer.count(this.#info, text, options);
  }

  tokenIds(text: string, options: PromptOptions, specialTokens: boolean): Int32Array {
    return this.#tokenizer.ids(this.#info, text, options, specialTokens);
  }

  tokenPlaces(text: string, options: PromptOptions): TokenPlace[] {
    return this.#tokenizer.places(this.#info, text, options);
  }

  info(): ModelInfo {
    return this.#info;
  }

  stats(): ModelStats {
    return this.#stats;
  }

  async close(): Promise<void> {
    await this.#worker.close(this.#model);
  }
}
