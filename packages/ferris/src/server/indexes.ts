/**
 * The indexes that one process has open for its callers: each opened once, all over one pool of models, and closed when nobody has asked
 * it anything for a while, so that no file is held for ever.
 */
import type { ModelSource } from "../engine.ts";
import { Ferris } from "../ferris.ts";
import { lease } from "../models/lease.ts";
import type { FerrisOptions } from "../options.ts";

export interface IndexPoolOptions {
  readonly models: ModelSource;
  /** Milliseconds without a caller after which an index is closed. */
  readonly idleMs?: number;
  /** Most indexes that stay open without a caller. */
  readonly mostIdle?: number;
}

interface OpenIndex {
  readonly ferris: Promise<Ferris>;
  /** What was said meanwhile: every caller should hear it. */
  readonly notices: string[];
  callers: number;
  timer: NodeJS.Timeout | undefined;
}

export class IndexPool {
  readonly #models: ModelSource;
  readonly #idleMs: number;
  readonly #mostIdle: number;
  /** In the order of their last use. */
  readonly #open = new Map<string, OpenIndex>();
  readonly #closing = new Set<Promise<void>>();

  constructor({ models, idleMs = 10 * 60_000, mostIdle = 8 }: IndexPoolOptions) {
    this.#models = models;
    this.#idleMs = idleMs;
    this.#mostIdle = mostIdle;
  }

  /** The index, open until the caller closes what it is given. `options.db` must be absolute. */
  async open(options: FerrisOptions): Promise<Ferris> {
    const { onNotice, onDownload, models: _, ...identity } = options;
    const key = JSON.stringify(identity);
    const entry = this.#open.get(key) ?? this.#start(key, identity, onDownload);
    this.#open.delete(key);
    this.#open.set(key, entry);
    clearTimeout(entry.timer);
    entry.callers++;
    for (const notice of entry.notices) onNotice?.(notice);
    return lease(await entry.ferris, () => this.#release(key, entry));
  }

  #start(key: string, options: FerrisOptions, onDownload: FerrisOptions["onDownload"]): OpenIndex {
    const notices: string[] = [];
    const onNotice = (line: string): void => {
      if (!notices.includes(line) && notices.length < 20) notices.push(line);
    };
    const ferris = Ferris.open({ ...options, onNotice, onDownload, models: this.#models });
    const entry: OpenIndex = { ferris, notices, callers: 0, timer: undefined };
    // What could not be opened is nothing to keep: the next caller tries again.
    ferris.catch(() => this.#open.get(key) === entry && this.#open.delete(key));
    return entry;
  }

  #release(key: string, entry: OpenIndex): void {
    entry.callers -= 1;
    if (entry.callers > 0) return;
    entry.timer = setTimeout(() => this.#close(key, entry), this.#idleMs);
    entry.timer.unref();
    const idle = [...this.#open].filter(([, { callers }]) => callers === 0);
    for (const [oldest, open] of idle.slice(0, Math.max(0, idle.length - this.#mostIdle))) this.#close(oldest, open);
  }

  #close(key: string, entry: OpenIndex): void {
    if (this.#open.get(key) === entry) this.#open.delete(key);
    clearTimeout(entry.timer);
    const closing: Promise<void> = entry.ferris
      .then((ferris) => ferris.close())
      .catch(() => {})
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Closes all, when the calls under way have ended. */
  async close(): Promise<void> {
    for (const [key, entry] of this.#open) this.#close(key, entry);
    await Promise.all(this.#closing);
  }
}
