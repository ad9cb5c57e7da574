/** Blocks that wait for a device: of each call in order, and calls in turn. A block that a dead process had comes first. */
import type { RemoteEmbedding } from "../worker/remote-embedding.ts";
import type { Block } from "./blocks.ts";

/** A block on its way. */
export interface BlockWork extends Block {
  /** Does it there, and marks it as done. */
  run(engine: RemoteEmbedding): Promise<void>;
}

interface Call {
  readonly waiting: OwnBlock[];
  /** Blocks that are not done, here and on devices. */
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface OwnBlock extends BlockWork {
  readonly call: Call;
  /** Processes that died with it. */
  deaths: number;
}

/** A block that this many processes died with is what kills them. */
const mostDeathsOfBlock = 3;

export class WorkList {
  readonly #calls: Call[] = [];

  /** Resolves when `work` was done for all blocks; rejects with the first failure, or the signal's reason. */
  add(
    blocks: readonly Block[],
    work: (engine: RemoteEmbedding, block: BlockWork) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const aborted = (): void => this.#end(call, () => reject(signal!.reason as Error));
      const unlisten = (): void => signal?.removeEventListener("abort", aborted);
      const call: Call = {
        waiting: [],
        left: blocks.length,
        resolve: () => {
          unlisten();
          resolve();
        },
        reject: (error) => {
          unlisten();
          reject(error as Error);
        },
      };
      for (const { start, end } of blocks) {
        const block: OwnBlock = {
          start,
          end,
          call,
          deaths: 0,
          run: async (engine) => {
            await work(engine, block);
            if (--call.left === 0) this.#end(call, call.resolve);
          },
        };
        call.waiting.push(block);
      }
      signal?.addEventListener("abort", aborted, { once: true });
      this.#calls.push(call);
    });
  }

  /** The next block; the call that it is of goes behind the others. */
  take(): BlockWork | null {
    const index = this.#calls.findIndex(({ waiting }) => waiting.length > 0);
    if (index < 0) return null;
    const [call] = this.#calls.splice(index, 1);
    this.#calls.push(call!);
    return call!.waiting.shift()!;
  }

  /** The process died that had it. */
  giveBack(block: BlockWork, error: Error): void {
    const own = block as OwnBlock;
    if (++own.deaths >= mostDeathsOfBlock) this.failCall(block, error);
    else if (this.#calls.includes(own.call)) own.call.waiting.unshift(own);
  }

  /** Ends the call that it is of. */
  failCall(block: BlockWork, error: unknown): void {
    const { call } = block as OwnBlock;
    this.#end(call, () => call.reject(error));
  }

  /** Ends all calls. */
  fail(error: Error): void {
    for (let call = this.#calls[0]; call !== undefined; call = this.#calls[0]) {
      const { reject } = call;
      this.#end(call, () => reject(error));
    }
  }

  #end(call: Call, how: () => void): void {
    const index = this.#calls.indexOf(call);
    if (index < 0) return;
    this.#calls.splice(index, 1);
    call.waiting.length = 0;
    how();
  }
}
