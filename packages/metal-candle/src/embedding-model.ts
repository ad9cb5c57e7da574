/**
 * EmbeddingModel: texts in, vectors out. Wires the parts: model folder → tokenizer → packed batches → encoder (gpu | cpu) → vectors.
 *
 * No arithmetic here and no knowledge of a device beyond the choice; each part has its own folder.
 */
import { BatchQueue } from "./batching/batch-queue.ts";
import type { Encoder } from "./encoder/encoder.ts";
import type { EncoderReport, GpuStats } from "./encoder/report.ts";
import type { BlockReader } from "./block-reader.ts";
import { checkedDimensions, checkEmbed, checkString } from "./check-options.ts";
import { checkTexts } from "./batching/check-texts.ts";
import { EmbedRequest, type RequestOptions } from "./batching/request.ts";
import type { ChosenDevice } from "./device-policy.ts";
import { EmbeddingStream, type StreamHost } from "./embed-stream.ts";
import { Embeddings } from "./embeddings.ts";
import { InvalidArgumentError, ModelClosedError, UnsupportedModelError } from "./errors.ts";
import type { ModelDescription } from "./models/description.ts";
import { Lifecycle } from "./lifecycle.ts";
import { closeParts, loadParts, type ModelParts } from "./load-parts.ts";
import type { EmbedOptions, LoadOptions } from "./options.ts";
import type { TokenizerPool } from "./tokenizers/pool/tokenizer-pool.ts";
import type { Tokenizer } from "./tokenizers/tokenizer.ts";

/** What `info()` says: everything that decided the numbers. */
export interface ModelInfo extends EncoderReport {
  readonly id: string;
  readonly revision: string;
  readonly folder: string;
  readonly modelType: string;
  readonly device: "gpu" | "cpu";
  /** Which device and why, for a person. */
  readonly reason: string;
  readonly maxLength: number;
  readonly dimensions: number;
  readonly pooling: readonly string[];
  readonly normalize: boolean;
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPromptName: string | null;
  readonly tokenizer: string;
  /** Threads that tokenise large calls beside the caller's own. */
  readonly tokenizerThreads: number;
  readonly tokenBudget: number;
  readonly warnings: readonly string[];
}

/** Counters since the model was loaded. On the GPU, buffers and pipelines stop growing after the first batches. */
export interface ModelStats {
  readonly batches: number;
  readonly texts: number;
  readonly tokens: number;
  readonly truncatedTexts: number;
  /** Null on the CPU. */
  readonly gpu: GpuStats | null;
}

export class EmbeddingModel {
  readonly #description: ModelDescription;
  readonly #tokenizer: Tokenizer;
  readonly #encoder: Encoder;
  readonly #queue: BatchQueue;
  readonly #pool: TokenizerPool | null;
  readonly #chosen: ChosenDevice;
  readonly #dimensions: number;
  readonly #life = new Lifecycle(() => this.#closedError());
  #counts = { texts: 0, tokens: 0, truncatedTexts: 0 };
  /** Streams that wait for their source. */
  readonly #reading = new Set<BlockReader>();

  private constructor({ description, tokenizer, encoder, chosen, pool }: ModelParts, dimensions: number) {
    this.#description = description;
    this.#tokenizer = tokenizer;
    this.#encoder = encoder;
    this.#queue = new BatchQueue(encoder, tokenizer, description.maxLength, pool);
    this.#pool = pool;
    this.#chosen = chosen;
    this.#dimensions = dimensions;
  }

  /**
   * Loads a model by Hugging Face id (from the standard cache, or downloaded) or by folder, and readies it on a device.
   *
   * @throws ModelNotFoundError, ModelFileError, UnsupportedModelError for what is wrong with the model
   * @throws GpuUnavailableError for `device: "gpu"` without one; CpuUnavailableError without onnxruntime
   * @throws InvalidArgumentError for an option out of its range
   * @example
   * import { EmbeddingModel } from "metal-candle";
   * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
   * const embeddings = await model.embed(["a text", "another"]);
   * console.log(embeddings.length, embeddings.dimensions);
   * await model.close();
   */
  static async load(idOrFolder: string, options: LoadOptions = {}): Promise<EmbeddingModel> {
    const parts = await loadParts(idOrFolder, "embedding", options);
    const { head } = parts.description;
    try {
      return new EmbeddingModel(
        parts,
        checkedDimensions(options.dimensions, head.truncateDimensions ?? head.dimensions, head.dimensions),
      );
    } catch (error) {
      await closeParts(parts);
      throw error;
    }
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
    checkEmbed(options);
    options.signal?.throwIfAborted();
    checkTexts(texts, "Text");
    const request = new EmbedRequest(texts, this.#requestOptions(options), options.signal, options.onProgress);
    this.#queue.add(request);
    await request.finished;
    this.#counts.texts += request.texts.length;
    this.#counts.truncatedTexts += request.truncated.length;
    this.#counts.tokens += request.tokenCounts.reduce((sum, count) => sum + count, 0);
    return new Embeddings(request.data, request.options.dimensions, request.tokenCounts, request.truncated);
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
    return this.#tokenizer.count(this.#prompt(options) + text);
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
    const whole = this.#prompt(prompt) + text;
    const length = this.#tokenizer.count(whole);
    const ids = new Int32Array(length);
    this.#tokenizer.encode(whole, ids, 0, length);
    const { leadingSpecialTokens: leading, specialTokens: around } = this.#tokenizer;
    return specialTokens ? ids : ids.slice(leading, length - (around - leading));
  }

  /** What runs, and what decided it. */
  info(): ModelInfo {
    const { id, revision, folder, modelType, maxLength, head, prompts, defaultPromptName, warnings } =
      this.#description;
    return {
      id,
      revision,
      folder,
      modelType,
      device: this.#chosen.device,
      reason: this.#chosen.reason,
      ...this.#encoder.report(),
      maxLength,
      dimensions: this.#dimensions,
      pooling: head.poolings,
      normalize: head.normalize,
      prompts,
      defaultPromptName,
      tokenizer: this.#tokenizer.path,
      tokenizerThreads: this.#pool?.threads ?? 0,
      tokenBudget: this.#encoder.limits.tokenBudget,
      warnings,
    };
  }

  /** Counters since the model was loaded. */
  stats(): ModelStats {
    return { batches: this.#queue.batches, ...this.#counts, gpu: this.#encoder.stats() };
  }

  /**
   * Waits for the calls of embed that are under way, then frees the device's memory. Of a stream (embedStream) it waits for the block
   * that is being embedded, which is still handed out; the source is read no further, and what is asked of the stream after that
   * rejects with ModelClosedError, unless the source had ended. So nobody who stopped asking holds it up. Calling it again gives the
   * same promise.
   */
  close(): Promise<void> {
    for (const reader of this.#reading) reader.stop(this.#closedError());
    return this.#life.close(async () => {
      // Aborted calls may leave batches behind.
      await this.#queue.idle();
      await closeParts({ encoder: this.#encoder, description: this.#description, pool: this.#pool });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #closedError(): ModelClosedError {
    return new ModelClosedError(`${this.#description.id} is closed.`);
  }

  #checkStream(options: EmbedOptions & { readonly blockSize?: number | undefined }): void {
    this.#life.requireOpen();
    checkEmbed(options);
    const { blockSize = usualBlockSize } = options;
    if (!Number.isInteger(blockSize) || blockSize < 1) {
      throw new InvalidArgumentError(`blockSize is ${blockSize}; it must be a whole number of at least 1.`);
    }
    // Made for its errors: a name that the model does not know is one, also where there is nothing to embed.
    this.#requestOptions(options);
  }

  #requestOptions(options: EmbedOptions): RequestOptions {
    const { head } = this.#description;
    const prompt = this.#prompt(options);
    const dimensions = checkedDimensions(options.dimensions, this.#dimensions, head.dimensions);
    this.#checkTaskLength(options);
    return {
      prompt,
      query: null,
      poolingSkip:
        head.includePrompt || prompt === "" ? 0 : this.#tokenizer.promptLength(prompt, this.#description.maxLength),
      dimensions,
      // A model's own normalisation is of the whole row, as in sentence-transformers; one that is asked for is of what is kept.
      encodedDimensions: options.normalize === undefined ? head.dimensions : dimensions,
      normalize: options.normalize ?? head.normalize,
    };
  }

  /** A length for queries or passages alone is not applied: then those are refused rather than read to another length. */
  #checkTaskLength({ promptName }: EmbedOptions): void {
    const { taskLengths, maxLength, id } = this.#description;
    const isDocument = promptName === "document" || promptName === "passage";
    const length = promptName === "query" ? taskLengths.query : isDocument ? taskLengths.passage : null;
    if (length === null || length >= maxLength) return;
    throw new UnsupportedModelError(
      `${id} reads ${length} tokens of a ${promptName} (${promptName === "query" ? "query" : "document"}_length), which is not ` +
        "supported. Give the prompt's text as `prompt` to read up to the model's maximum length.",
    );
  }

  #prompt({ prompt, promptName }: Pick<EmbedOptions, "prompt" | "promptName">): string {
    if (prompt !== undefined && promptName !== undefined) {
      throw new InvalidArgumentError(`prompt and promptName were both given; give one of them.`);
    }
    if (prompt !== undefined) return prompt;
    const { prompts, defaultPromptName } = this.#description;
    const name = promptName ?? defaultPromptName;
    if (name === null) return "";
    if (!Object.hasOwn(prompts, name)) {
      const names = Object.keys(prompts).map((known) => `"${known}"`);
      throw new InvalidArgumentError(
        `${this.#description.id} has no prompt named "${name}"; it has ${names.join(", ")}.`,
      );
    }
    return prompts[name];
  }
}

/** Texts of a stream's block. */
const usualBlockSize = 1024;
