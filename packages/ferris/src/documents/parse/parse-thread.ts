/**
 * One thread that parses, one file at a time, and what becomes of the file when the thread dies.
 *
 * It is listened to as long as it lives: a late error of a parser's library, after its answer or between two files, ends the thread and
 * nothing else. An idle thread does not keep the process alive.
 */
import { Worker } from "node:worker_threads";
import { DocumentError } from "../../errors.ts";
import type { Block, ParsedDocument } from "../document.ts";
import type { ParseAnswer, ParsePart, ParseTask } from "./parse-worker.ts";

/** What came of a file: a document, all of it, or why there is none. */
export type ParseOutcome = { readonly document: ParsedDocument } | Extract<ParseAnswer, { failure: unknown }>;

/** The thread ended for the whole process's sake, or after other files had been in it: this one may be innocent. */
export class ThreadLost extends Error {}

export class ParseThread {
  readonly #worker: Worker;
  readonly #mostMegabytes: number;
  #settle: ((outcome: ParseOutcome | null, error?: Error) => void) | null = null;
  #partial: ParsedDocument | null = null;
  #ended: Error | null = null;
  #timer: NodeJS.Timeout | null = null;
  #files = 0;

  /** @param onLost called once, when it will take no more files */
  constructor(file: string, mostMegabytes: number, onLost: () => void) {
    this.#mostMegabytes = mostMegabytes;
    this.#worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: mostMegabytes } });
    this.#worker.on("message", (answer: ParseAnswer) => this.#hear(answer));
    this.#worker.on("messageerror", (error) => this.#lose(this.#died(error)));
    // An error may overtake an answer that was given before it; the exit that follows it does not.
    let cause: unknown = null;
    this.#worker.on("error", (error) => (cause = error));
    this.#worker.on("exit", () => {
      this.#lose(this.#died(cause));
      onLost();
    });
    this.#worker.unref();
  }

  get isLost(): boolean {
    return this.#ended !== null;
  }

  get isBusy(): boolean {
    return this.#settle !== null;
  }

  /** @throws DocumentError when the thread dies or takes longer than `mostSeconds`; what `end` was given */
  ask(task: ParseTask, mostSeconds: number): Promise<ParseOutcome> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => void this.end(new DocumentError("damaged", `its parser was given up after ${mostSeconds} s`)),
        mostSeconds * 1000,
      );
      this.#timer = timer;
      this.#files++;
      this.#worker.ref();
      this.#settle = (outcome, error) => {
        this.#settle = this.#partial = null;
        clearTimeout(timer);
        this.#worker.unref();
        if (outcome) resolve(outcome);
        else reject(error!);
      };
      // Copied: when the thread is lost, its file may be parsed once more.
      this.#worker.postMessage(task, []);
    });
  }

  /** Ends the thread; what is under way rejects with `reason`. Resolves when it is gone. */
  async end(reason: Error): Promise<void> {
    this.#lose(reason);
    await this.#worker.terminate();
  }

  #hear(answer: ParseAnswer): void {
    // A parser that reads a hundred scanned pages is not stuck.
    if ("alive" in answer) return void (this.#settle && this.#timer?.refresh());
    if ("part" in answer) return this.#add(answer.part);
    if (!("document" in answer) || !answer.more) return this.#settle?.(answer);
    this.#partial = answer.document;
    this.#worker.postMessage("next", []);
  }

  #add({ blocks, lineRuns, more }: ParsePart): void {
    const document = this.#partial!;
    for (const block of blocks) (document.blocks as Block[]).push(block);
    if (document.lineRuns) for (const run of lineRuns) (document.lineRuns as (typeof run)[]).push(run);
    if (more) this.#worker.postMessage("next", []);
    else this.#settle?.({ document });
  }

  #lose(reason: Error): void {
    this.#ended ??= reason;
    this.#settle?.(null, this.#ended);
  }

  #died(error: unknown): Error {
    const isMemory = (error as NodeJS.ErrnoException | null)?.code === "ERR_WORKER_OUT_OF_MEMORY";
    const detail = error instanceof Error ? `: ${error.message}` : "";
    const message = isMemory
      ? `its parser took more than ${this.#mostMegabytes} MB of memory`
      : `its parser died${detail}`;
    if (this.#files > 1 && !isMemory) return new ThreadLost(message, { cause: error });
    return new DocumentError("damaged", message, { cause: error });
  }
}
