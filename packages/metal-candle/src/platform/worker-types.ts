/** What both sides of the worker door give. Types only; `worker.node.ts` and `worker.browser.ts` implement it. */

/** A thread as its owner sees it. */
export interface WorkerPort {
  /** Sends a message, which is answered by exactly one; what is in `transfer` is moved, not copied. */
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  /** Hears every answer. */
  onMessage(listener: (message: unknown) => void): void;
  /** Hears that the thread could not start, or died. */
  onFailure(listener: (reason: Error) => void): void;
  close(): Promise<void>;
}

/** What a thread answers to one message. */
export interface WorkerAnswer {
  readonly message: unknown;
  readonly transfer: ArrayBuffer[];
}
