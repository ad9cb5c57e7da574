/**
 * The engine in this thread: tokenizer → packed batches → encoder (gpu | cpu) → vectors. What EmbeddingModel stands before.
 *
 * No arithmetic here and no knowledge of a device beyond the choice; each part has its own folder.
 */
import { BatchQueue } from "../batching/batch-queue.ts";
import { EmbedRequest, type RequestOptions } from "../batching/request.ts";
import { checkedDimensions } from "../check-options.ts";
import type { EmbeddingEngine, ModelInfo, ModelStats, PromptOptions } from "./engine.ts";
import { Embeddings } from "../embeddings.ts";
import { UnsupportedModelError } from "../errors.ts";
import { closeParts, loadParts, type ModelParts } from "../load-parts.ts";
import type { TokenizerFiles } from "../models/description.ts";
import type { EmbedOptions, LoadOptions, TokenOptions } from "../options.ts";
import { promptOf } from "./prompt-of.ts";
import { TokenVectors } from "../token-vectors.ts";
import { type TokenPlace, TokenPlaces } from "../tokenizers/offsets/token-places.ts";
import { tokenIdsOf } from "./text-tokens.ts";

export class LocalEmbedding implements EmbeddingEngine {
  readonly #parts: ModelParts;
  readonly #queue: BatchQueue;
  readonly #dimensions: number;
  #places: TokenPlaces | null = null;
  #counts = { texts: 0, tokens: 0, truncatedTexts: 0 };

  private constructor(parts: ModelParts, dimensions: number, onBatch: LoadOptions["onBatch"]) {
    const { description, tokenizer, encoder, pool } = parts;
    this.#parts = parts;
    this.#queue = new BatchQueue(encoder, tokenizer, description.maxLength, pool, onBatch);
    this.#dimensions = dimensions;
  }

  /** The errors are those of EmbeddingModel.load. */
  static async load(idOrFolder: string, options: LoadOptions): Promise<LocalEmbedding> {
    const parts = await loadParts(idOrFolder, "embedding", options);
    const { head } = parts.description;
    try {
      return new LocalEmbedding(
        parts,
        checkedDimensions(options.dimensions, head.truncateDimensions ?? head.dimensions, head.dimensions),
        options.onBatch,
      );
    } catch (error) {
      await closeParts(parts);
      throw error;
    }
  }

  /** The files that its tokenizer was made of, for one elsewhere. */
  get tokenizerFiles(): TokenizerFiles {
    return this.#parts.description.tokenizer;
  }

  async embed(texts: readonly string[], options: EmbedOptions): Promise<Embeddings> {
    const asked = this.#requestOptions(options);
    const { data, tokenCounts, truncated } = await this.#finished(texts, asked, options);
    return new Embeddings(data, asked.dimensions, tokenCounts, truncated);
  }

  async embedTokens(texts: readonly string[], options: TokenOptions): Promise<TokenVectors[]> {
    const { hiddenSize: dimensions } = this.#parts.description.encoder;
    const asked: RequestOptions = {
      ...this.#requestOptions(options),
      poolingSkip: 0,
      dimensions,
      encodedDimensions: dimensions,
      normalize: false,
      perToken: true,
    };
    const request = await this.#finished(texts, asked, options);
    const truncated = new Set(request.truncated);
    return request.tokenRows.map(
      ({ data, ids }, index) => new TokenVectors(data, dimensions, ids, truncated.has(index)),
    );
  }

  async #finished(texts: readonly string[], asked: RequestOptions, options: EmbedOptions): Promise<EmbedRequest> {
    const request = new EmbedRequest(texts, asked, options.signal, options.onProgress);
    this.#queue.add(request);
    await request.finished;
    const { cost } = request;
    this.#counts.texts += request.texts.length;
    this.#counts.truncatedTexts += request.truncated.length;
    this.#counts.tokens += cost.tokens;
    options.onCost?.(cost);
    return request;
  }

  check(options: EmbedOptions): void {
    // Made for its errors: a name that the model does not know is one, also where there is nothing to embed.
    this.#requestOptions(options);
  }

  countTokens(text: string, options: PromptOptions): number {
    return this.#parts.tokenizer.count(promptOf(this.#parts.description, options) + text);
  }

  tokenIds(text: string, options: PromptOptions, specialTokens: boolean): Int32Array {
    return tokenIdsOf(this.#parts.tokenizer, promptOf(this.#parts.description, options) + text, specialTokens);
  }

  tokenPlaces(text: string, options: PromptOptions): TokenPlace[] {
    const { description } = this.#parts;
    this.#places ??= new TokenPlaces(description.tokenizer);
    return this.#places.of(promptOf(description, options) + text);
  }

  info(): ModelInfo {
    const { description, chosen, encoder, tokenizer, pool } = this.#parts;
    const { id, revision, folder, modelType, maxLength, head, prompts, defaultPromptName, warnings } = description;
    return {
      id,
      revision,
      folder,
      modelType,
      device: chosen.device,
      reason: chosen.reason,
      thread: "own",
      ...encoder.report(),
      maxLength,
      dimensions: this.#dimensions,
      hiddenSize: description.encoder.hiddenSize,
      pooling: head.poolings,
      normalize: head.normalize,
      prompts,
      defaultPromptName,
      tokenizer: tokenizer.path,
      tokenizerThreads: pool?.threads ?? 0,
      tokenBudget: encoder.limits.tokenBudget,
      warnings,
    };
  }

  stats(): ModelStats {
    return { batches: this.#queue.batches, ...this.#counts, gpu: this.#parts.encoder.stats() };
  }

  async close(): Promise<void> {
    // Aborted calls may leave batches behind.
    await this.#queue.idle();
    await closeParts(this.#parts);
  }

  #requestOptions(options: EmbedOptions): RequestOptions {
    const { description, tokenizer } = this.#parts;
    const { head, maxLength } = description;
    const prompt = promptOf(description, options);
    const dimensions = checkedDimensions(options.dimensions, this.#dimensions, head.dimensions);
    this.#checkTaskLength(options);
    return {
      prompt,
      query: null,
      poolingSkip: head.includePrompt || prompt === "" ? 0 : tokenizer.promptLength(prompt, maxLength),
      dimensions,
      // A model's own normalisation is of the whole row, as in sentence-transformers; one that is asked for is of what is kept.
      encodedDimensions: options.normalize === undefined ? head.dimensions : dimensions,
      normalize: options.normalize ?? head.normalize,
    };
  }

  /** A length for queries or passages alone is not applied: then those are refused rather than read to another length. */
  #checkTaskLength({ promptName }: EmbedOptions): void {
    const { taskLengths, maxLength, id } = this.#parts.description;
    const isDocument = promptName === "document" || promptName === "passage";
    const length = promptName === "query" ? taskLengths.query : isDocument ? taskLengths.passage : null;
    if (length === null || length >= maxLength) return;
    throw new UnsupportedModelError(
      `${id} reads ${length} tokens of a ${promptName} (${promptName === "query" ? "query" : "document"}_length), which is not ` +
        "supported. Give the prompt's text as `prompt` to read up to the model's maximum length.",
    );
  }
}
