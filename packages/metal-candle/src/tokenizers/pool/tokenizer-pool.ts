/**
 * Threads that tokenise, each with a tokenizer of its own. Started when the first block comes; a block goes to the thread with the
 * fewest before it. Nothing here knows of batches: batching/tokenize-ahead.ts decides what is sent.
 */
import { startTokenizerWorker } from "#platform/worker";
import type { TokenizerFiles } from "../../models/description.ts";
import type { WorkerPort } from "../../platform/worker-types.ts";
import type { TokenizedBlock } from "./tokenized-block.ts";
import type { TokenizerAnswer, TokenizerTask } from "./tokenizer-worker.ts";

interface Thread {
  readonly port: WorkerPort;
  /** Who waits for its answers, in order. */
  readonly waiting: { readonly resolve: (block: TokenizedBlock) => void; readonly reject: (reason: Error) => void }[];
}

export class TokenizerPool {
  readonly threads: number;
  readonly #files: TokenizerFiles;
  readonly #maxLength: number;
  readonly #start: () => WorkerPort;
  readonly #started: Thread[] = [];

  constructor(
    files: TokenizerFiles,
    maxLength: number,
    threads: number,
    start: () => WorkerPort = startTokenizerWorker,
  ) {
    this.#files = files;
    this.#maxLength = maxLength;
    this.threads = threads;
    this.#start = start;
  }

  /**
   * Tokenises a block of texts in some thread.
   * @throws Error when the thread could not start or died
   */
  encode(texts: readonly string[], prompt: string): Promise<TokenizedBlock> {
    const thread = this.#thread();
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject });
      thread.port.post({ texts, prompt } satisfies TokenizerTask);
    });
  }

  /** Ends all threads; blocks that are away reject. */
  async close(): Promise<void> {
    const threads = this.#started.splice(0);
    await Promise.all(threads.map(({ port }) => port.close()));
    for (const { waiting } of threads)
      for (const { reject } of waiting.splice(0)) reject(new Error("the model was closed"));
  }

  #thread(): Thread {
    if (this.#started.length < this.threads) {
      const idle = this.#started.find(({ waiting }) => waiting.length === 0);
      if (idle) return idle;
      const thread: Thread = { port: this.#start(), waiting: [] };
      this.#started.push(thread);
      const dead = (reason: Error): void => {
        const at = this.#started.indexOf(thread);
        if (at >= 0) this.#started.splice(at, 1);
        for (const { reject } of thread.waiting.splice(0))
          reject(new Error(`A tokenizer thread failed: ${reason.message}`));
      };
      thread.port.onFailure(dead);
      thread.port.onMessage((message) => {
        const answer = message as TokenizerAnswer | null;
        // The first answer only says that it heard which tokenizer.
        if (answer === null) return;
        const first = thread.waiting.shift();
        if ("block" in answer) first?.resolve(answer.block);
        else first?.reject(new Error(`A tokenizer thread failed: ${answer.failure}`));
      });
      thread.port.post({ files: this.#files, maxLength: this.#maxLength } satisfies TokenizerTask);
      return thread;
    }
    return this.#started.reduce((least, thread) => (thread.waiting.length < least.waiting.length ? thread : least));
  }
}
