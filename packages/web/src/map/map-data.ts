/** The map as the server sends it: a header in JSON and arrays of numbers, as docs/map.md describes. */

export interface MapCluster {
  readonly words: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

export interface MapSummary {
  readonly points: number;
  readonly passages: number;
  readonly added: number;
  readonly removed: number;
  readonly isTrue: boolean;
  readonly drawnTime: number;
  readonly levels: readonly { readonly clusters: readonly MapCluster[] }[];
}

export interface MapDocument {
  readonly id: number;
  readonly path: string;
  readonly type: string;
}

export interface MapData extends Omit<MapSummary, "levels"> {
  readonly ids: Float64Array;
  readonly positions: Float32Array;
  readonly documentOf: Uint32Array;
  readonly documents: readonly MapDocument[];
  readonly levels: readonly { readonly clusters: readonly MapCluster[]; readonly clusterOf: Uint16Array }[];
}

/** The cluster of a point that is in none. */
export const noCluster = 65_535;
const version = 1;

export function decodeMap(bytes: ArrayBuffer): MapData {
  const view = new DataView(bytes);
  const magic = new TextDecoder().decode(new Uint8Array(bytes, 0, 4));
  if (magic !== "FMAP" || view.getUint32(4, true) !== version) {
    throw new Error("The server's map is of another version than this page: reload the page.");
  }
  let at = 12 + view.getUint32(8, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 12, at - 12))) as MapSummary & {
    readonly documents: readonly MapDocument[];
  };
  const { points, levels } = header;
  const from = (perPoint: number): number => (at += points * perPoint) - points * perPoint;
  return {
    ...header,
    ids: new Float64Array(bytes, from(8), points),
    positions: new Float32Array(bytes, from(8), points * 2),
    documentOf: new Uint32Array(bytes, from(4), points),
    levels: levels.map(({ clusters }) => ({ clusters, clusterOf: new Uint16Array(bytes, from(2), points) })),
  };
}

/** The point of a passage, or -1. `ids` are ascending. */
export function pointOf({ ids }: MapData, id: number): number {
  let [low, high] = [0, ids.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (ids[middle] === id) return middle;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function nameOf({ words }: MapCluster): string {
  return words.length === 0 ? "without a name" : words.join(" · ");
}
