/**
 * A map as it was drawn: what is kept of it, and how it is written down. Paths and types are not part of it: documents move, and the index knows.
 *
 *     "FMAP", version, bytes of the header      4 + 4 + 4
 *     header: JSON in UTF-8, padded with spaces  to a multiple of 8 from the start
 *     ids f64, positions f32 × 2, per level clusterOf u16        [points] each, little-endian
 *
 * What is read may be a stranger's: lengths and numbers are checked, and whatever does not fit is no map.
 */
import { noCluster } from "./density-clusters.ts";
import type { MapLevel } from "./corpus-map.ts";

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

/** Goes up with every change of the format, and with every change that would draw another picture of the same vectors. */
export const mapVersion = 1;
/** Of a map's file. A million points take 24 MB. */
export const mostMapBytes = 2 ** 27;

const magic = "FMAP";
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
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = text.length + padding(12 + text.length);
  const parts = [ids, positions, ...levels.map(({ clusterOf }) => clusterOf)];
  const bytes = new Uint8Array(12 + headerBytes + parts.reduce((sum, part) => sum + part.byteLength, 0)).fill(0x20);
  bytes.set(new TextEncoder().encode(magic));
  const view = new DataView(bytes.buffer);
  view.setUint32(4, mapVersion, true);
  view.setUint32(8, headerBytes, true);
  bytes.set(text, 12);
  let at = 12 + headerBytes;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return bytes;
}

/** Null for what is no map, or one of another version. */
export function decodeMap(bytes: Uint8Array): DrawnMap | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || new TextDecoder().decode(bytes.subarray(0, 4)) !== magic) return null;
  if (view.getUint32(4, true) !== mapVersion) return null;
  let at = 12 + view.getUint32(8, true);
  if (at > bytes.length) return null;
  const header = checkedHeader(bytes.subarray(12, at));
  if (header === null) return null;
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

function padding(length: number): number {
  return (8 - (length % 8)) % 8;
}

function checkedHeader(bytes: Uint8Array): Header | null {
  let header: Header;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes)) as Header;
  } catch {
    return null;
  }
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
