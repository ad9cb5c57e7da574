/**
 * embedStream's stream: blocks of a source's texts, each embedded while the one before it is consumed.
 *
 * More than an async generator, which answers return() only after the next() before it: that may be waiting for a source that has
 * stalled, and whoever leaves must not wait with it. Reading is block-reader.ts; what a block becomes is the model's business.
 */
import { BlockReader } from "./block-reader.ts";
import type { Embeddings } from "./embeddings.ts";
import type { EmbedOptions } from "./options.ts";

/** What a stream needs of its model. */
export interface StreamHost {
  embed(texts: readonly string[], options: EmbedOptions): Promise<Embeddings>;
  /** @throws InvalidArgumentError for options that embed would refuse; ModelClosedError when the model is closed */
  check(options: EmbedOptions): Promise<void>;
  /** Readers that wait for their source: closing the model stops them. */
  readonly reading: Set<BlockReader>;
}

export class EmbeddingStream implements AsyncGenerator<Embeddings, void, undefined> {
  readonly #host: StreamHost;
  readonly #options: EmbedOptions;
  readonly #blocks: AsyncGenerator<Embeddings, void, undefined>;
  /** Ends the block that is under way, on the device or on its way from the source. */
  readonly #abort = new AbortController();
  /** The reason of a stream that was left. */
  readonly #left = new Error("The stream was left.");
  #reader: BlockReader | null = null;
  /** Texts read so far. */
  #read = 0;

  constructor(
    host: StreamHost,
    texts: AsyncIterable<string> | Iterable<string>,
    options: EmbedOptions,
    blockSize: number,
  ) {
    this.#host = host;
    this.#options = options;
    this.#blocks = this.#run(texts, blockSize);
  }

  next(): Promise<IteratorResult<Embeddings, void>> {
    return this.#blocks.next();
  }

  /** Leaves the stream at once: a next() that waits ends, and the source is told without being waited for. */
  return(): Promise<IteratorResult<Embeddings, void>> {
    this.#end(this.#left);
    return this.#blocks.return();
  }

  throw(error: unknown): Promise<IteratorResult<Embeddings, void>> {
    this.#end(this.#left);
    return this.#blocks.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async *#run(
    texts: AsyncIterable<string> | Iterable<string>,
    blockSize: number,
  ): AsyncGenerator<Embeddings, void, undefined> {
    await this.#host.check(this.#options);
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const reader = new BlockReader(texts, blockSize);
    this.#reader = reader;
    const abort = (): void => this.#end(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    let failed = false;
    try {
      let current = this.#nextBlock(reader);
      for (;;) {
        const embeddings = await current;
        this.#abort.signal.throwIfAborted();
        if (embeddings === null) return;
        current = this.#nextBlock(reader);
        // Its error surfaces when it is awaited; until then it must not count as unhandled.
        current.catch(() => undefined);
        yield embeddings;
      }
    } catch (error) {
      failed = true;
      if (error !== this.#left) throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
      // A source that owes nothing may end in order, as `for await` has it; its own error is told where there is no other.
      const closed = failed ? reader.close().catch(() => undefined) : reader.close();
      // An abort is told at once.
      if (!(failed && signal?.aborted)) await closed;
    }
  }

  async #nextBlock(reader: BlockReader): Promise<Embeddings | null> {
    if (reader.ended) return null;
    await this.#host.check(this.#options);
    this.#host.reading.add(reader);
    let block: string[] | null;
    try {
      block = await reader.next();
    } finally {
      this.#host.reading.delete(reader);
    }
    if (block === null) return null;
    const before = this.#read;
    this.#read += block.length;
    const total = this.#read;
    const { onProgress } = this.#options;
    return this.#host.embed(block, {
      ...this.#options,
      signal: this.#abort.signal,
      onProgress: onProgress && ((done) => onProgress(before + done, total)),
    });
  }

  #end(reason: unknown): void {
    this.#reader?.stop(reason);
    this.#abort.abort(reason);
  }
}
