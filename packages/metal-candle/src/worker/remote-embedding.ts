/**
 * An embedding model in the page's worker: the same calls, sent there. Vectors come back by moving their memory.
 *
 * countTokens, tokenIds and tokenPlaces answer at once, so they have a tokenizer on this side, made when one of them is first called.
 */
import type { EmbeddingEngine, ModelInfo, ModelStats, PromptOptions } from "../engine/engine.ts";
import { Embeddings } from "../embeddings.ts";
import type { TokenizerFiles } from "../models/description.ts";
import type { EmbedOptions, LoadOptions, TokenOptions } from "../options.ts";
import { TokenVectors } from "../token-vectors.ts";
import { promptOf } from "../engine/prompt-of.ts";
import { tokenIdsOf } from "../engine/text-tokens.ts";
import { type TokenPlace, TokenPlaces } from "../tokenizers/offsets/token-places.ts";
import { openTokenizerNow } from "../tokenizers/open-tokenizer.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { EngineWorker } from "./engine-workers.ts";
import { loadRemote } from "./load-remote.ts";
import type { Calls } from "./messages.ts";
import { sendTexts } from "./send-texts.ts";

export class RemoteEmbedding implements EmbeddingEngine {
  readonly #worker: EngineWorker;
  readonly #model: number;
  readonly #tokenizerFiles: TokenizerFiles;
  #tokenizer: Tokenizer | null = null;
  #places: TokenPlaces | null = null;
  #info: ModelInfo;
  #stats: ModelStats;

  private constructor(worker: EngineWorker, model: number, loaded: Calls["load"]["answer"]) {
    this.#worker = worker;
    this.#model = model;
    this.#tokenizerFiles = loaded.tokenizer!;
    this.#info = { ...(loaded.info as ModelInfo), thread: "worker" };
    this.#stats = loaded.stats!;
  }

  /** The errors are those of EmbeddingModel.load, and WorkerLostError. */
  static async load(worker: EngineWorker, idOrFolder: string, options: LoadOptions): Promise<RemoteEmbedding> {
    const { model, loaded } = await loadRemote(worker, "embedding", idOrFolder, options);
    return new RemoteEmbedding(worker, model, loaded);
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
    return this.#opened().count(promptOf(this.#info, options) + text);
  }

  tokenIds(text: string, options: PromptOptions, specialTokens: boolean): Int32Array {
    return tokenIdsOf(this.#opened(), promptOf(this.#info, options) + text, specialTokens);
  }

  tokenPlaces(text: string, options: PromptOptions): TokenPlace[] {
    this.#places ??= new TokenPlaces(this.#tokenizerFiles);
    return this.#places.of(promptOf(this.#info, options) + text);
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

  #opened(): Tokenizer {
    this.#tokenizer ??= openTokenizerNow(this.#tokenizerFiles);
    return this.#tokenizer;
  }
}
