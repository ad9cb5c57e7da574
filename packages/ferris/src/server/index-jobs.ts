/**
 * Runs of indexing that a client has started: each goes on by itself, is watched by whoever asks, and ends at its own end, at a cancel, or
 * with the server.
 */
import { randomUUID } from "node:crypto";
import type { FileOutcome, IndexProgress, IndexReport } from "../indexing/report.ts";
import type { FerrisIndexOptions } from "../options.ts";
import type { NamedFerris } from "../several-indexes.ts";
import { Problem } from "./problems.ts";
import { Watched } from "./watched.ts";

export type JobState = "running" | "done" | "cancelled" | "failed";

export interface IndexJob {
  readonly id: string;
  /** The index, by name. */
  readonly index: string;
  readonly paths: readonly string[];
  readonly state: JobState;
  /** Milliseconds since 1970; null while it runs. */
  readonly startedTime: number;
  readonly endedTime: number | null;
  readonly progress: IndexProgress | null;
  readonly report: IndexReport | null;
  /** Why it failed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Entry {
  readonly watched: Watched<IndexJob>;
  readonly abort: AbortController;
  readonly leftOut: FileOutcome[];
}

/** How many of those that have ended are remembered. */
const mostEnded = 50;
/** Files that a job left out and names; the report counts them all. */
const mostLeftOut = 2_000;
const takenIn: ReadonlySet<string> = new Set(["added", "changed", "unchanged", "renamed", "removed"]);

export class IndexJobs {
  readonly #entries = new Map<string, Entry>();

  constructor(closing: AbortSignal) {
    closing.addEventListener("abort", () => this.#running().forEach(({ abort }) => abort.abort()), { once: true });
  }

  /** @throws Problem where one runs in this index already */
  start({ name, ferris }: NamedFerris, paths: readonly string[], options: FerrisIndexOptions): IndexJob {
    const other = this.#running().find(({ watched }) => watched.state.index === name);
    if (other) {
      throw new Problem("conflict", `index job ${other.watched.state.id} is running: wait for it, or cancel it`, {
        retryAfter: 5,
      });
    }
    const startedTime = Date.now();
    const job: IndexJob = {
      id: randomUUID(),
      index: name,
      paths,
      state: "running",
      startedTime,
      endedTime: null,
      progress: null,
      report: null,
      error: null,
    };
    const entry: Entry = { watched: new Watched(job), abort: new AbortController(), leftOut: [] };
    this.#entries.set(job.id, entry);
    this.#forgetOld();
    const change = (news: Partial<IndexJob>): void => entry.watched.change(news);
    const onFile = (file: FileOutcome): void => {
      if (!takenIn.has(file.outcome) && entry.leftOut.length < mostLeftOut) entry.leftOut.push(file);
    };
    const { signal } = entry.abort;
    ferris.index(paths, { ...options, signal, onFile, onProgress: (progress) => change({ progress }) }).then(
      (report) => change({ state: report.interrupted ? "cancelled" : "done", report, endedTime: Date.now() }),
      (error: Error & { code?: unknown }) => {
        const code = typeof error.code === "string" ? error.code : "UNEXPECTED";
        const state = signal.aborted ? "cancelled" : "failed";
        change({ state, endedTime: Date.now(), error: { code, message: error.message } });
      },
    );
    return job;
  }

  /** The latest first. */
  list(): IndexJob[] {
    return [...this.#entries.values()].map(({ watched }) => watched.state).toReversed();
  }

  /** @throws Problem for an id that no job has */
  get(id: string): IndexJob {
    return this.#entry(id).watched.state;
  }

  /** Files that a job has left out so far, and why; at most 2,000. @throws Problem for an id that no job has */
  leftOut(id: string): readonly FileOutcome[] {
    return this.#entry(id).leftOut;
  }

  /** Asks a job to stop; what it has written stays. @throws Problem for an id that no job has */
  cancel(id: string): IndexJob {
    const entry = this.#entry(id);
    entry.abort.abort();
    return entry.watched.state;
  }

  /** The job after each of its changes, the last when it has ended. @throws Problem for an id that no job has */
  follow(id: string, signal: AbortSignal): AsyncGenerator<IndexJob> {
    return this.#entry(id).watched.follow(({ state }) => state !== "running", signal);
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new Problem("not-found", `there is no index job ${JSON.stringify(id.slice(0, 100))}`);
    return entry;
  }

  #running(): Entry[] {
    return [...this.#entries.values()].filter(({ watched }) => watched.state.state === "running");
  }

  #forgetOld(): void {
    const ended = [...this.#entries.values()].filter(({ watched }) => watched.state.state !== "running");
    for (const { watched } of ended.slice(0, Math.max(0, ended.length - mostEnded))) {
      this.#entries.delete(watched.state.id);
    }
  }
}
