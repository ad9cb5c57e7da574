/**
 * EmbeddingModel: texts in, vectors out. Checks what callers hand over, streams, ends in order; the work is the engine's behind it
 * (engine/), in this thread, in a worker of the page, or in processes on several devices.
 */
import type { BlockReader } from "./block-reader.ts";
import { checkEmbed, checkLoad, checkString } from "./check-options.ts";
import { checkTexts } from "./batching/check-texts.ts";
import { EmbeddingStream, type StreamHost } from "./embed-stream.ts";
import type { EmbeddingEngine, ModelInfo, ModelStats } from "./engine/engine.ts";
import type { Embeddings } from "./embeddings.ts";
import { InvalidArgumentError, ModelClosedError } from "./errors.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { EmbedOptions, LoadOptions, TokenOptions } from "./options.ts";
import type { TokenVectors } from "./token-vectors.ts";
import type { TokenPlace } from "./tokenizers/offsets/token-places.ts";
import { engineWorker } from "./worker/engine-workers.ts";
import { RemoteEmbedding } from "./worker/remote-embedding.ts";

export class EmbeddingModel {
  readonly #engine: EmbeddingEngine;
  readonly #life = new Lifecycle(() => this.#closedError());
  /** Streams that wait for their source. */
  readonly #reading = new Set<BlockReader>();

  private constructor(engine: EmbeddingEngine) {
    this.#engine = engine;
  }

  /**
   * Loads a model by Hugging Face id (from the cache, or downloaded), by folder, or in a page by the URL of a folder, and readies it on a
   * device. On a page's main thread the model runs in a worker (`worker`), so that the page never waits for it.
   *
   * @throws ModelNotFoundError, ModelFileError, UnsupportedModelError for what is wrong with the model
   * @throws GpuUnavailableError for `device: "gpu"` without one, or `devices` that are not there; CpuUnavailableError without onnxruntime
   * @throws InvalidArgumentError for an option out of its range
   * @example
   * import { EmbeddingModel } from "metal-candle";
   * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
   * const embeddings = await model.embed(["a text", "another"]);
   * console.log(embeddings.length, embeddings.dimensions);
   * await model.close();
   */
  static async load(idOrFolder: string, options: LoadOptions = {}): Promise<EmbeddingModel> {
    checkLoad(idOrFolder, options);
    return new EmbeddingModel(await loadEngine(idOrFolder, options));
  }

  /**
   * Embeds texts, or one text, which gives its vector alone. Calls may overlap: they share batches, in turn.
   *
   * @throws InvalidArgumentError for an unknown prompt name (listing those there are), a text or prompt that is not a string, or
   *   dimensions out of range
   * @throws ModelClosedError after close()
   * @example
   * import { EmbeddingModel } from "metal-candle";
   * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
   * const query = await model.embed("how to bake bread", { promptName: "query" });
   * const passages = await model.embed(["kneading dough", "rotating a key"], { promptName: "passage" });
   * console.log(query.length, passages.length, passages.truncated);
   * await model.close();
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Embeddings>;
  embed(text: string, options?: EmbedOptions): Promise<Float32Array<ArrayBuffer>>;
  async embed(
    texts: string | readonly string[],
    options: EmbedOptions = {},
  ): Promise<Embeddings | Float32Array<ArrayBuffer>> {
    return this.#life.run(async () =>
      typeof texts === "string" ? (await this.#embed([texts], options)).at(0) : this.#embed(texts, options),
    );
  }

  async #embed(texts: readonly string[], options: EmbedOptions): Promise<Embeddings> {
    checkCall(texts, options);
    return this.#engine.embed(texts, options);
  }

  /**
   * A vector for each token of each text, or of one text: the last hidden states as the model's last layer and norm leave them, before
   * pooling, Dense layers and normalisation (transformers' `last_hidden_state`). Special tokens and the prompt are included.
   *
   * What comes back is large: 4 · hidden size bytes per token. On the GPU it is read back in batches of at most 16 MiB, or of one text where
   * that is more.
   *
   * @throws InvalidArgumentError, ModelClosedError as embed does
   * @example
   * import { EmbeddingModel } from "metal-candle";
   * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
   * const tokens = await model.embedTokens("how to bake bread");
   * console.log(tokens.ids.length, tokens.dimensions, tokens.at(0)); // [CLS]'s vector first
   * await model.close();
   */
  embedTokens(texts: readonly string[], options?: TokenOptions): Promise<TokenVectors[]>;
  embedTokens(text: string, options?: TokenOptions): Promise<TokenVectors>;
  async embedTokens(
    texts: string | readonly string[],
    options: TokenOptions = {},
  ): Promise<TokenVectors | TokenVectors[]> {
    return this.#life.run(async () => {
      const all = typeof texts === "string" ? [texts] : texts;
      checkCall(all, options);
      const vectors = await this.#engine.embedTokens(all, options);
      return typeof texts === "string" ? vectors[0] : vectors;
    });
  }

  /**
   * Embeds any number of texts in constant memory, yielding blocks in order. At most two blocks are held: the one being embedded
   * and the one being consumed. Arguments are checked with the first block that is asked for.
   *
   * A source that stalls holds nobody up: an abort rejects at once, and `break` leaves at once. The source's own `return()` is called
   * either way, and waited for only if no text is owed.
   *
   * @throws InvalidArgumentError, ModelClosedError as embed does, also where the source has no texts
   * @example
   * import { EmbeddingModel } from "metal-candle";
   * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
   * async function* lines() { yield "first"; yield "second"; }
   * for await (const block of model.embedStream(lines())) console.log(block.length);
   * await model.close();
   */
  embedStream(
    texts: AsyncIterable<string> | Iterable<string>,
    options: EmbedOptions & { readonly blockSize?: number | undefined } = {},
  ): AsyncGenerator<Embeddings, void, undefined> {
    const host: StreamHost = {
      embed: (block, given) => this.embed(block, given),
      check: (given) => this.#checkStream(given),
      reading: this.#reading,
    };
    return new EmbeddingStream(host, texts, options, options?.blockSize ?? usualBlockSize);
  }

  /**
   * Tokens of a text as this model would read it, special tokens and prompt included, before truncation.
   * @throws InvalidArgumentError for a text or prompt that is not a string, or an unknown prompt name
   */
  countTokens(text: string, options: Pick<EmbedOptions, "prompt" | "promptName"> = {}): number {
    checkString(text, "The text");
    checkEmbed(options);
    return this.#engine.countTokens(text, options);
  }

  /**
   * The ids of a text's tokens as this model would read it, prompt included, before truncation. With `specialTokens: false` those around
   * the text are left out.
   *
   * @throws InvalidArgumentError for a text or prompt that is not a string, or an unknown prompt name
   * @example
   * import { EmbeddingModel } from "metal-candle";
   * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
   * console.log(model.tokenIds("hello")); // [CLS], hello, [SEP]: Int32Array [101, 7592, 102]
   * await model.close();
   */
  tokenIds(
    text: string,
    options: Pick<EmbedOptions, "prompt" | "promptName"> & { readonly specialTokens?: boolean | undefined } = {},
  ): Int32Array {
    const { specialTokens = true, ...prompt } = options;
    checkString(text, "The text");
    checkEmbed(prompt);
    return this.#engine.tokenIds(text, prompt, specialTokens);
  }

  /**
   * Where the tokens of a text stand in it, prompt included: their ids and the bytes [start, end) of its UTF-8, as Hugging Face's tokenizers tell it;
   * those around the text are left out. Slower than tokenIds by far: it is for showing tokens, not for embedding.
   *
   * @throws InvalidArgumentError for a text or prompt that is not a string, or an unknown prompt name
   * @example
   * import { EmbeddingModel } from "metal-candle";
   * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
   * console.log(model.tokenPlaces("Hello you")); // [{ id: 7592, start: 0, end: 5 }, { id: 2017, start: 6, end: 9 }]
   * await model.close();
   */
  tokenPlaces(text: string, options: Pick<EmbedOptions, "prompt" | "promptName"> = {}): TokenPlace[] {
    checkString(text, "The text");
    checkEmbed(options);
    return this.#engine.tokenPlaces(text, options);
  }

  /** What runs, and what decided it. */
  info(): ModelInfo {
    return this.#engine.info();
  }

  /** Counters since the model was loaded. */
  stats(): ModelStats {
    return this.#engine.stats();
  }

  /**
   * Waits for the calls of embed that are under way, then frees the device's memory. Of a stream (embedStream) it waits for the block
   * that is being embedded, which is still handed out; the source is read no further, and what is asked of the stream after that
   * rejects with ModelClosedError, unless the source had ended. So nobody who stopped asking holds it up. Calling it again gives the
   * same promise.
   */
  close(): Promise<void> {
    for (const reader of this.#reading) reader.stop(this.#closedError());
    return this.#life.close(() => this.#engine.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #closedError(): ModelClosedError {
    return new ModelClosedError(`${this.#engine.info().id} is closed.`);
  }

  async #checkStream(options: EmbedOptions & { readonly blockSize?: number | undefined }): Promise<void> {
    this.#life.requireOpen();
    checkEmbed(options);
    const { blockSize = usualBlockSize } = options;
    if (!Number.isInteger(blockSize) || blockSize < 1) {
      throw new InvalidArgumentError(`blockSize is ${blockSize}; it must be a whole number of at least 1.`);
    }
    await this.#engine.check(options);
  }
}

/** What does the work is imported when it is known where: a page whose engine runs in a worker does not fetch another for itself. */
async function loadEngine(idOrFolder: string, options: LoadOptions): Promise<EmbeddingEngine> {
  if (options.devices !== undefined) {
    const { SeveralDevices } = await import("./devices/several-devices.ts");
    return SeveralDevices.load(idOrFolder, options);
  }
  const worker = await engineWorker(options);
  if (worker !== null) return RemoteEmbedding.load(worker, idOrFolder, options);
  const { LocalEmbedding } = await import("./engine/local-embedding.ts");
  return LocalEmbedding.load(idOrFolder, options);
}

/** Texts of a stream's block. */
const usualBlockSize = 1024;

function checkCall(texts: readonly string[], options: EmbedOptions): void {
  checkEmbed(options);
  options.signal?.throwIfAborted();
  checkTexts(texts, "Text");
}
