/**
 * The page's end of the engine's worker: calls with numbers, their aborts, and the worker's death, which ends all that wait.
 */
import { WorkerLostError } from "../errors.ts";
import type { Answered, Asked, CallName, Calls, Told } from "./messages.ts";
import { receivedError } from "./sent-errors.ts";
import type { WorkerLike } from "./worker-like.ts";

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  readonly hear: (told: Told) => void;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly hear?: (told: Told) => void;
  readonly transfer?: ArrayBuffer[];
}

/** The browser's locks, as much of them as is used here. */
interface Locks {
  request(name: string, options: object, work: () => Promise<void> | void): Promise<unknown>;
}

let connections = 0;

export class EngineConnection {
  readonly #worker: WorkerLike;
  readonly #waiting = new Map<number, Waiting>();
  readonly #abandoned = new AbortController();
  #calls = 0;
  #lost: WorkerLostError | null = null;
  #onReady: (() => void) | null = null;
  #onFailure: ((reason: Error) => void) | null = null;

  private constructor(worker: WorkerLike) {
    this.#worker = worker;
  }

  /**
   * Waits until the worker answers.
   * @throws Error when its file does not load, or it dies before
   */
  static async open(worker: WorkerLike): Promise<EngineConnection> {
    const connection = new EngineConnection(worker);
    worker.addEventListener("message", (event: { data: Answered }) => connection.#heard(event.data));
    worker.addEventListener("messageerror", () => connection.#failed("a message of its could not be read"));
    worker.addEventListener("error", (event: { message?: string; preventDefault?(): void }) => {
      event.preventDefault?.();
      connection.#failed(event.message || "its file did not load");
    });
    const random = Math.random().toString(36).slice(2);
    const lock = `metal-candle engine ${++connections} ${random}`;
    await new Promise<void>((resolve, reject) => {
      connection.#onReady = resolve;
      connection.#onFailure = reject;
      connection.#post({ kind: "start", lock });
    });
    connection.#onFailure = null;
    if (worker.reportsItsEnd !== true) connection.#watch(lock);
    return connection;
  }

  /** Whether the worker is gone, by itself or by `close`. */
  get lost(): boolean {
    return this.#lost !== null;
  }

  /** A number for a model, or for texts that are sent before their call. */
  number(): number {
    return ++this.#calls;
  }

  /**
   * Asks, and waits for the answer. An abort rejects at once with the signal's reason; the worker hears of it.
   * @throws what the worker threw; WorkerLostError when it died
   */
  call<Name extends CallName>(
    name: Name,
    asked: Calls[Name]["asked"],
    { signal, hear = () => {}, transfer = [] }: CallOptions = {},
  ): Promise<Calls[Name]["answer"]> {
    signal?.throwIfAborted();
    if (this.#lost !== null) return Promise.reject(this.#lost);
    const call = ++this.#calls;
    return new Promise<Calls[Name]["answer"]>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(call);
        this.#post({ kind: "abort", call });
        reject(signal!.reason as Error);
      };
      const ended = (): void => signal?.removeEventListener("abort", abort);
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiting.set(call, {
        resolve: (answer) => {
          ended();
          resolve(answer);
        },
        reject: (error) => {
          ended();
          reject(error as Error);
        },
        hear,
      });
      this.#post({ kind: "call", call, name, asked }, transfer);
    });
  }

  /** Ends the worker. Calls that wait reject. */
  close(): void {
    this.#end(new WorkerLostError("The worker that ran the engine was ended."));
  }

  #post(message: Asked, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #heard(message: Answered): void {
    if (message.kind === "ready") {
      this.#onReady?.();
      return;
    }
    const waiting = this.#waiting.get(message.call);
    if (waiting === undefined) return;
    if (message.kind === "told") {
      waiting.hear(message.told);
      return;
    }
    this.#waiting.delete(message.call);
    if (message.kind === "answer") waiting.resolve(message.answer as never);
    else waiting.reject(receivedError(message.error));
  }

  #failed(reason: string): void {
    this.#onFailure?.(new Error(reason));
    const message = this.#worker.reportsItsEnd
      ? `The engine's process is gone: ${reason}.`
      : `The worker that ran the engine died (${reason}); its models are gone with it. Load them again to go on.`;
    this.#end(new WorkerLostError(message));
  }

  /** A worker that dies without a word (out of memory, ended from elsewhere) lets go of its lock, and then it is ours. */
  #watch(lock: string): void {
    const { locks } = (globalThis.navigator ?? {}) as { locks?: Locks };
    locks
      ?.request(lock, { signal: this.#abandoned.signal }, () => this.#failed("it ended without a word"))
      .catch(() => undefined);
  }

  #end(lost: WorkerLostError): void {
    if (this.#lost !== null) return;
    this.#lost = lost;
    this.#abandoned.abort();
    this.#worker.terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(lost);
  }
}
