/**
 * Parses in threads of their own, so that a PDF does not hold up the model, and a file that makes its parser hang, die or run out
 * of memory costs that file and not the run.
 *
 * Small files of simple formats are parsed where the caller is: sending them away would take longer. So is everything when ferris
 * runs from its TypeScript sources, which have no compiled worker to start. Memory outside of V8's heap (what a parser unpacks) has no
 * limit of its own in a thread, so the process is watched: when it grows too far, everything under way is taken back and parsed again
 * alone, one file at a time, until the one that is to blame has been found.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { DocumentError } from "../../errors.ts";
import type { ParsedDocument } from "../document.ts";
import { ParseThread, ThreadLost } from "./parse-thread.ts";
import { parseDocument, type ParseOptions } from "./parse.ts";
import { parserFor } from "../parsers/index.ts";

/** Larger files of quick formats are worth a thread too. */
const quickUpTo = 2 ** 16;

const mostWorkers = 4;
const watchMilliseconds = 100;

export interface ParsePoolOptions {
  /** The compiled worker; null to parse in this thread. Defaults to the one beside this file, if it is there. */
  readonly worker?: string | null;
  /** A file whose parser takes longer is given up. */
  readonly mostSeconds?: number;
  /** One parser may take this much: its heap, and what the process grows by meanwhile. */
  readonly mostMegabytes?: number;
  /** See ParserInput. */
  readonly ocr?: ParseOptions["ocr"];
}

interface Waiting {
  readonly alone: boolean;
  readonly start: () => void;
}

export class ParsePool {
  /** How many files are worth having under way. */
  readonly size: number;
  readonly #worker: string | null;
  readonly #mostSeconds: number;
  readonly #mostMegabytes: number;
  readonly #ocr: ParseOptions["ocr"];
  readonly #idle: ParseThread[] = [];
  readonly #all = new Set<ParseThread>();
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #runsAlone = false;
  #closed: DocumentError | null = null;
  #watch: NodeJS.Timeout | null = null;
  #quietBytes = 0;

  constructor({ worker = compiledWorker(), mostSeconds = 120, mostMegabytes = 2_048, ocr }: ParsePoolOptions = {}) {
    this.#ocr = ocr;
    this.#worker = worker;
    this.#mostSeconds = mostSeconds;
    this.#mostMegabytes = mostMegabytes;
    this.size = Math.max(1, Math.min(mostWorkers, availableParallelism() - 1));
  }

  /**
   * The same as `parseDocument`, and DocumentError too when the parser hangs or dies, or the pool is closed meanwhile. `bytes` stay the
   * caller's.
   */
  async parse(path: string, bytes: Uint8Array): Promise<ParsedDocument> {
    const isQuick = bytes.length <= quickUpTo && parserFor(path, bytes).isQuick === true;
    if (this.#worker === null || isQuick) return parseDocument(path, bytes, { ocr: this.#ocr });
    try {
      return await this.#parseInThread(path, bytes, false);
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      return await this.#parseInThread(path, bytes, true).catch((again: unknown) => {
        throw again instanceof ThreadLost ? new DocumentError("damaged", again.message) : again;
      });
    }
  }

  /** Ends all threads. What is under way or waiting rejects; later calls too. */
  async close(): Promise<void> {
    this.#closed = new DocumentError("damaged", "parsing was stopped");
    if (this.#watch) clearInterval(this.#watch);
    for (const { start } of this.#waiting.splice(0)) start();
    await Promise.all([...this.#all].map((thread) => thread.end(this.#closed!)));
    this.#all.clear();
  }

  /** @param alone with nothing else under way, so that memory has one to blame. Throws ThreadLost when others may be to blame */
  async #parseInThread(path: string, bytes: Uint8Array, alone: boolean): Promise<ParsedDocument> {
    await this.#turn(alone);
    try {
      if (this.#closed) throw this.#closed;
      const thread = this.#take(alone);
      const answer = await thread.ask({ path, bytes, ocr: this.#ocr }, this.#mostSeconds);
      if (!thread.isLost) this.#idle.push(thread);
      if ("failure" in answer) throw new DocumentError(answer.failure.reason, answer.failure.message);
      return answer.document;
    } finally {
      this.#running--;
      this.#runsAlone = false;
      this.#next();
    }
  }

  /** @param fresh one that no other file has been in */
  #take(fresh: boolean): ParseThread {
    for (let idle = fresh ? undefined : this.#idle.pop(); idle; idle = this.#idle.pop()) if (!idle.isLost) return idle;
    const thread = new ParseThread(this.#worker!, this.#mostMegabytes, () => {
      this.#all.delete(thread);
      const at = this.#idle.indexOf(thread);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    this.#all.add(thread);
    return thread;
  }

  /** Resolves when there is room: a file alone waits for all others, and others wait for it. Counts it as running. */
  #turn(alone: boolean): Promise<void> {
    return new Promise((resolve) => {
      const start = () => {
        this.#running++;
        this.#runsAlone = alone;
        if (this.#running === 1 || alone) this.#startWatching();
        resolve();
      };
      // Who was taken back comes first.
      if (alone) this.#waiting.unshift({ alone, start });
      else this.#waiting.push({ alone, start });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running === 0 && this.#watch) {
      clearInterval(this.#watch);
      this.#watch = null;
    }
    while (this.#waiting.length > 0 && !this.#runsAlone) {
      const isRoom = this.#waiting[0].alone ? this.#running === 0 : this.#running < this.size;
      if (!isRoom) return;
      this.#waiting.shift()!.start();
    }
  }

  #startWatching(): void {
    if (this.#closed) return;
    this.#quietBytes = process.memoryUsage.rss();
    this.#watch ??= setInterval(() => {
      if (process.memoryUsage.rss() - this.#quietBytes < this.#mostMegabytes * 2 ** 20) return;
      const lost = new ThreadLost(`its parser took more than ${this.#mostMegabytes} MB of memory`);
      for (const thread of this.#all) if (thread.isBusy) void thread.end(lost);
      this.#quietBytes = Number.POSITIVE_INFINITY;
    }, watchMilliseconds);
    this.#watch.unref();
  }
}

function compiledWorker(): string | null {
  const file = fileURLToPath(new URL("./parse-worker.js", import.meta.url));
  return existsSync(file) ? file : null;
}
