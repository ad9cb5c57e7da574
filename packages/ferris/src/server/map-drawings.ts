/**
 * Maps that a client has asked for: one is drawn at a time, goes on without anybody waiting, and ends at its own end, at a cancel, or with the
 * server.
 */
import type { MapProgress } from "../map/corpus-map.ts";
import type { NamedFerris } from "../several-indexes.ts";
import { Problem } from "./problems.ts";
import { Watched } from "./watched.ts";

export interface MapDrawing {
  /** The index, by name. */
  readonly index: string;
  readonly state: "drawing" | "done" | "cancelled" | "failed";
  readonly progress: MapProgress | null;
  /** Why it failed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Entry {
  readonly watched: Watched<MapDrawing>;
  readonly abort: AbortController;
}

export class MapDrawings {
  /** The last of each index. */
  readonly #entries = new Map<string, Entry>();

  constructor(closing: AbortSignal) {
    closing.addEventListener("abort", () => this.#entries.forEach(({ abort }) => abort.abort(closing.reason)), {
      once: true,
    });
  }

  /** The one that is being drawn, where it is this index's. @throws Problem where another is being drawn */
  start({ name, ferris }: NamedFerris): MapDrawing {
    const running = [...this.#entries.values()].find(({ watched }) => watched.state.state === "drawing");
    if (running?.watched.state.index === name) return running.watched.state;
    if (running !== undefined) {
      throw new Problem(
        "conflict",
        `the map of ${running.watched.state.index} is being drawn: wait for it, or cancel it`,
        {
          retryAfter: 10,
        },
      );
    }
    const watched = new Watched<MapDrawing>({ index: name, state: "drawing", progress: null, error: null });
    const abort = new AbortController();
    this.#entries.set(name, { watched, abort });
    const { signal } = abort;
    ferris.map({ signal, onProgress: (progress) => watched.change({ progress }) }).then(
      () => watched.change({ state: "done" }),
      (error: Error & { code?: unknown }) => {
        const code = typeof error.code === "string" ? error.code : "UNEXPECTED";
        watched.change({ state: signal.aborted ? "cancelled" : "failed", error: { code, message: error.message } });
      },
    );
    return watched.state;
  }

  /** The last one of this index, or null. */
  of(name: string): MapDrawing | null {
    return this.#entries.get(name)?.watched.state ?? null;
  }

  cancel(name: string): void {
    this.#entries.get(name)?.abort.abort(new Error("the drawing was cancelled"));
  }

  /** How the last one of this index stands, until it has ended. @throws Problem where there is none */
  follow(name: string, signal: AbortSignal): AsyncGenerator<MapDrawing> {
    const entry = this.#entries.get(name);
    if (!entry) throw new Problem("not-found", "no map of this index is being drawn");
    return entry.watched.follow(({ state }) => state !== "drawing", signal);
  }
}
