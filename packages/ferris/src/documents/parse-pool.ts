/**
 * Parses in threads of their own, so that a PDF does not hold up the model, and a file that makes its parser hang or run out
 * of memory costs that file and not the run.
 *
 * Small files of simple formats are parsed where the caller is: sending them away would take longer. So is everything when ferris
 * runs from its TypeScript sources, which have no compiled worker to start.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { DocumentError } from "../errors.ts";
import type { ParsedDocument } from "./document.ts";
import type { ParseAnswer, ParseTask } from "./parse-worker.ts";
import { parseDocument } from "./parse.ts";
import { parserFor } from "./parsers/index.ts";

/** Formats whose parsers take about as long as the file takes to copy. */
const simpleTypes = new Set(["markdown", "text", "csv", "json", "jsonl", "notebook"]);
const simpleUpTo = 2 ** 16;

const mostWorkers = 4;
const workerMegabytes = 2_048;

export interface ParsePoolOptions {
  /** The compiled worker; null to parse in this thread. Defaults to the one beside this file, if it is there. */
  readonly worker?: string | null;
  /** A file whose parser takes longer is given up. */
  readonly mostSeconds?: number;
}

export class ParsePool {
  /** How many files are worth having under way. */
  readonly size: number;
  readonly #worker: string | null;
  readonly #mostSeconds: number;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #waiting: ((worker: Worker) => void)[] = [];

  constructor({ worker = compiledWorker(), mostSeconds = 120 }: ParsePoolOptions = {}) {
    this.#worker = worker;
    this.#mostSeconds = mostSeconds;
    this.size = Math.max(1, Math.min(mostWorkers, availableParallelism() - 1));
  }

  /** The same as `parseDocument`, and DocumentError too when the parser hangs or dies. `bytes` may be taken away. */
  async parse(path: string, bytes: Uint8Array): Promise<ParsedDocument> {
    const isSimple = bytes.length <= simpleUpTo && simpleTypes.has(parserFor(path, bytes.subarray(0, 4096)).type);
    if (this.#worker === null || isSimple) return parseDocument(path, bytes);
    const worker = await this.#take();
    let isAlive = false;
    try {
      const answer = await this.#ask(worker, { path, bytes });
      isAlive = true;
      if ("failure" in answer) throw new DocumentError(answer.failure.reason, answer.failure.message);
      return answer.document;
    } finally {
      if (isAlive) this.#giveBack(worker);
      else await this.#replace(worker);
    }
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
    this.#all.clear();
  }

  async #take(): Promise<Worker> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#all.size < this.size) return this.#start();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #start(): Worker {
    const worker = new Worker(this.#worker!, { resourceLimits: { maxOldGenerationSizeMb: workerMegabytes } });
    this.#all.add(worker);
    return worker;
  }

  #giveBack(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next) next(worker);
    else this.#idle.push(worker);
  }

  async #replace(worker: Worker): Promise<void> {
    this.#all.delete(worker);
    await worker.terminate();
    const next = this.#waiting.shift();
    if (next) next(this.#start());
  }

  #ask(worker: Worker, task: ParseTask): Promise<ParseAnswer> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      };
      const fail = (message: string, cause?: unknown) => {
        settle();
        reject(new DocumentError("damaged", message, { cause }));
      };
      const onMessage = (answer: ParseAnswer) => {
        settle();
        resolve(answer);
      };
      const onError = (error: Error) => {
        const isMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
        fail(
          isMemory ? `its parser took more than ${workerMegabytes} MB of memory` : `its parser died: ${error.message}`,
          error,
        );
      };
      const onExit = () => fail("its parser died");
      const timer = setTimeout(
        () => fail(`its parser was given up after ${this.#mostSeconds} s`),
        this.#mostSeconds * 1000,
      );
      worker.on("message", onMessage).on("error", onError).on("exit", onExit);
      const { buffer, byteLength } = task.bytes;
      // A file's own buffer can be handed over; a slice of Node's shared pool must be copied.
      const owned = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
      worker.postMessage(task, owned ? [buffer] : []);
    });
  }
}

function compiledWorker(): string | null {
  const file = fileURLToPath(new URL("./parse-worker.js", import.meta.url));
  return existsSync(file) ? file : null;
}
