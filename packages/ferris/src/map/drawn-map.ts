/**
 * A map as it was drawn: what is kept of it. Paths and types are not part of it: documents move, and the index knows.
 *
 * Kept as packed.ts has it: ids f64, positions f32 × 2, and for each level clusterOf u16. What is read may be a stranger's: lengths and numbers are checked, and
 * whatever does not fit is not a map.
 */
import { noCluster } from "./density-clusters.ts";
import type { MapLevel } from "./corpus-map.ts";
import { pack, unpack } from "./packed.ts";

export interface DrawnMap {
  readonly ids: Float64Array;
  readonly positions: Float32Array;
  readonly levels: readonly MapLevel[];
  readonly drawnTime: number;
  /** A few numbers of a few vectors: an index that was made anew has passages of the same numbers and other vectors. */
  readonly marks: readonly VectorMark[];
}

export interface VectorMark {
  readonly id: number;
  readonly values: readonly number[];
}

/** Of a map's file. A million points take 24 MB. */
export const mostMapBytes = 2 ** 27;

const mostLevels = 8;
const mostClusters = 1_000;
const mostWords = 8;
const longestWord = 100;
const mostMarks = 256;

interface Header {
  readonly points: number;
  readonly drawnTime: number;
  readonly marks: readonly VectorMark[];
  readonly levels: readonly { readonly clusters: MapLevel["clusters"] }[];
}

export function encodeMap({ ids, positions, levels, drawnTime, marks }: DrawnMap): Uint8Array {
  const header: Header = { points: ids.length, drawnTime, marks, levels: levels.map(({ clusters }) => ({ clusters })) };
  return pack(header, [ids, positions, ...levels.map(({ clusterOf }) => clusterOf)]);
}

/** Null for what is not a map, or a map of another version. */
export function decodeMap(bytes: Uint8Array): DrawnMap | null {
  const unpacked = unpack(bytes);
  const header = unpacked && checkedHeader(unpacked.header);
  if (unpacked === null || header === null) return null;
  let at = unpacked.start;
  const { points, drawnTime, marks, levels } = header;
  if (bytes.length !== at + points * (16 + 2 * levels.length)) return null;
  const part = (perPoint: number): ArrayBuffer => {
    // A copy, in a buffer of its own: Buffer's slice would be neither.
    const copy = new Uint8Array(points * perPoint);
    copy.set(bytes.subarray(at, (at += copy.length)));
    return copy.buffer;
  };
  const ids = new Float64Array(part(8));
  const positions = new Float32Array(part(8));
  const clusters = levels.map((level) => ({ clusters: level.clusters, clusterOf: new Uint16Array(part(2)) }));
  const isSound =
    ids.every((id, i) => Number.isSafeInteger(id) && id > (ids[i - 1] ?? 0)) &&
    positions.every((place) => Math.abs(place) < 4) &&
    clusters.every(({ clusters: named, clusterOf }) => clusterOf.every((of) => of < named.length || of === noCluster));
  return isSound ? { ids, positions, levels: clusters, drawnTime, marks } : null;
}

function checkedHeader(found: unknown): Header | null {
  const header = found as Header;
  const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
  const isList = (value: unknown, most: number): boolean => Array.isArray(value) && value.length <= most;
  const isSound =
    header !== null &&
    Number.isSafeInteger(header.points) &&
    header.points >= 0 &&
    isNumber(header.drawnTime) &&
    isList(header.marks, mostMarks) &&
    header.marks.every((mark) => isNumber(mark?.id) && isList(mark.values, 16) && mark.values.every(isNumber)) &&
    isList(header.levels, mostLevels) &&
    header.levels.every(
      (level) =>
        isList(level?.clusters, mostClusters) &&
        level.clusters.every(
          (cluster) =>
            isNumber(cluster?.x) &&
            isNumber(cluster.y) &&
            isNumber(cluster.size) &&
            isList(cluster.words, mostWords) &&
            cluster.words.every((word) => typeof word === "string" && word.length <= longestWord),
        ),
    );
  return isSound ? header : null;
}
