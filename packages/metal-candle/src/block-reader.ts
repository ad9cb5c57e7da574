/**
 * Texts of any source in blocks, for a reader that may give up at any time: a source that has stalled holds nobody up.
 *
 * An async generator queues return() behind the next() that it has not answered, so return() is called either way, and waited for
 * only where the source owes nothing.
 */
import { describe } from "./describe.ts";
import { InvalidArgumentError } from "./errors.ts";

export class BlockReader {
  /** Whether the source has no more texts, by its own account. */
  ended = false;
  readonly #source: AsyncIterator<string> | Iterator<string>;
  readonly #size: number;
  #pending = false;
  #stopped: { readonly reason: unknown } | null = null;
  #giveUp: ((reason: unknown) => void) | null = null;
  #closed: Promise<void> | null = null;

  /**
   * @param size texts in a block; the last may have fewer
   * @throws InvalidArgumentError for what is not a source: also for a string, which would be read letter by letter
   */
  constructor(texts: AsyncIterable<string> | Iterable<string>, size: number) {
    const source = typeof texts === "object" && texts !== null ? (texts as Partial<typeof texts>) : {};
    if (Symbol.asyncIterator in source) this.#source = (texts as AsyncIterable<string>)[Symbol.asyncIterator]();
    else if (Symbol.iterator in source) this.#source = (texts as Iterable<string>)[Symbol.iterator]();
    else {
      throw new InvalidArgumentError(
        `The texts are ${describe(texts)}; they must be an iterable of strings, such as an array or an async generator.`,
      );
    }
    this.#size = size;
  }

  /** The next block, or null where there is none. Rejects with the source's error, or with the reason of stop(). */
  async next(): Promise<string[] | null> {
    const block: string[] = [];
    while (!this.ended && block.length < this.#size) {
      const step = await this.#step();
      if (!step.done) block.push(step.value);
    }
    return block.length === 0 ? null : block;
  }

  /** Gives up: a next() that waits rejects with the reason, later ones too, and the source is closed. */
  stop(reason: unknown): void {
    this.#stopped ??= { reason };
    this.#giveUp?.(reason);
    // Whoever wants to know how the source ended asks close().
    this.close().catch(() => undefined);
  }

  /** Tells the source that no more is wanted; resolves at once while it owes a text. A second time is the first. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.ended) return;
    const owes = this.#pending;
    const returned = (async () => this.#source.return?.())();
    if (owes) returned.catch(() => undefined);
    else await returned;
  }

  #step(): Promise<IteratorResult<string>> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== null) {
        reject(this.#stopped.reason);
        return;
      }
      this.#giveUp = reject;
      this.#ask().then(resolve, reject);
    });
  }

  async #ask(): Promise<IteratorResult<string>> {
    this.#pending = true;
    try {
      const step = await this.#source.next();
      this.ended = step.done === true;
      if (step.done) return step;
      // A list may hold promises of texts, as `for await` has it.
      return { done: false, value: await (step.value as string | Promise<string>) };
    } catch (error) {
      // A source that threw has ended: there is nothing to return from.
      this.ended = true;
      throw error;
    } finally {
      this.#pending = false;
    }
  }
}
