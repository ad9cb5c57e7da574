/** The page's end of the worker: calls by name, events to a listener. */
import type { CallName, Calls, Message, Told } from "../protocol.ts";

/** An error of the index or the engine, as the worker told it. */
export class IndexError extends Error {
  override readonly name: string = "IndexError";
  readonly code: string | null;
  constructor(code: string | null, message: string) {
    super(message);
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export class IndexClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;

  constructor(hear: (told: Told) => void) {
    this.#worker = new Worker(new URL("../worker/index-worker.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      if ("event" in data) return hear(data);
      const waiting = this.#waiting.get(data.number);
      this.#waiting.delete(data.number);
      if ("failure" in data) waiting?.reject(new IndexError(data.failure.code, data.failure.message));
      else waiting?.resolve(data.answer as never);
    });
    this.#worker.addEventListener("error", (event) => {
      const error = new IndexError(null, `The index's worker failed: ${event.message || "it could not be loaded"}`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** @throws IndexError */
  call<Name extends CallName>(name: Name, given: Calls[Name]["given"]): Promise<Calls[Name]["answer"]> {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, name, given });
    });
  }

  /** Closes the index and ends the worker. */
  async close(): Promise<void> {
    await this.call("close", null).catch(() => {});
    this.#worker.terminate();
  }
}
