/**
 * Sends parts of large calls to tokenizer threads, from the end of a call backwards, while packers tokenise it from the start: the
 * two meet in the middle, and nobody waits for the other as long as there are texts left.
 *
 * Rows find their places by index, so that a batch may take them in any order.
 */
import type { TokenizerPool } from "../tokenizers/pool/tokenizer-pool.ts";
import type { EmbedRequest } from "./request.ts";

/** Texts of one block: enough that sending them away costs little, few enough that the ends of a call meet closely. */
const blockTexts = 256;

/** Blocks that a thread may have before it: one to work on and one to follow. */
const blocksPerThread = 2;

/** Finished blocks that may wait for a packer, for each thread: memory stays bounded where the device is what is slow. */
const readyPerThread = 4;

export class TokenizeAhead {
  readonly #pool: TokenizerPool;
  readonly #onBlock: () => void;
  #away = 0;

  /** @param onBlock called when there is something new to pack, or a call has failed */
  constructor(pool: TokenizerPool, onBlock: () => void) {
    this.#pool = pool;
    this.#onBlock = onBlock;
  }

  /** Sends away what the threads can take, of the calls in turn. */
  send(waiting: readonly EmbedRequest[]): void {
    const most = blocksPerThread * this.#pool.threads;
    let ready = waiting.reduce((sum, request) => sum + request.ready.length, 0);
    for (let sent = true; sent;) {
      sent = false;
      for (const request of waiting) {
        if (this.#away >= most || this.#away + ready >= readyPerThread * this.#pool.threads) return;
        if (!this.#isLarge(request)) continue;
        this.#sendBlock(request);
        sent = true;
        ready = waiting.reduce((sum, { ready: blocks }) => sum + blocks.length, 0);
      }
    }
  }

  /** Pairs are left to the packer, and so are the last texts before it: it is there sooner than they would be back. */
  #isLarge(request: EmbedRequest): boolean {
    return request.live && request.options.query === null && request.until - request.next >= 2 * blockTexts;
  }

  #sendBlock(request: EmbedRequest): void {
    const first = request.until - blockTexts;
    const texts = request.texts.slice(first, request.until);
    request.until = first;
    request.blocksAway += 1;
    this.#away += 1;
    void this.#pool
      .encode(texts, request.options.prompt)
      .then(
        (block) => request.ready.push({ block, first, taken: 0, offset: 0 }),
        (reason: unknown) => request.fail(reason),
      )
      .finally(() => {
        request.blocksAway -= 1;
        this.#away -= 1;
        this.#onBlock();
      });
  }
}
