/** The map of an index: what it is made of, and what is told while it is drawn. Types only; docs/map.md says what the picture means. */
import type { MapStage } from "./point-cloud.ts";

/** A cluster with its name. */
export interface NamedCluster {
  /** Words that are frequent in it and rare elsewhere, as the texts have them, the most telling first; empty where there are none. */
  readonly words: readonly string[];
  /** Where it is thickest. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

export interface MapLevel {
  /** The largest first. */
  readonly clusters: readonly NamedCluster[];
  /** For each point the place of its cluster in `clusters`, or 65535 for none. */
  readonly clusterOf: Uint16Array;
}

export interface MapDocument {
  readonly id: number;
  /** Absolute. */
  readonly path: string;
  readonly type: string;
}

/** A picture of all passages: near each other on it, they mean something alike. */
export interface CorpusMap {
  /** Passages, ascending. One each for a point. */
  readonly ids: Float64Array;
  /** [points][2]: nearly all within 1 of the middle, none farther than 1.15. */
  readonly positions: Float32Array;
  /** For each point the place of its document in `documents`. */
  readonly documentOf: Uint32Array;
  readonly documents: readonly MapDocument[];
  /** From a few large clusters to many small ones. */
  readonly levels: readonly MapLevel[];
  /** When it was drawn, in milliseconds since 1970. */
  readonly drawnTime: number;
  /** Passages that the index has. */
  readonly passages: number;
  /** Of these, newer than the map: without a point. */
  readonly added: number;
  /** Points of the map whose passages are gone; they are left out of it. */
  readonly removed: number;
}

export interface MapProgress {
  readonly stage: MapStage;
  /** Of the whole, 0 to 1: by what stages take as a rule. */
  readonly part: number;
  readonly points: number;
  readonly seconds: number;
}

export interface MapOptions {
  /** False: the map as it was drawn last, or null. Else it is drawn where there is none, or the index has changed since. */
  readonly draw?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MapProgress) => void) | undefined;
}
