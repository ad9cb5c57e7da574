/**
 * The map of an index, kept in a file beside it: read where it is there and still true, drawn where it is not.
 *
 * The file is a cache: whatever is wrong with it, the map is drawn again, and where it cannot be written the map is drawn each time a process starts.
 */
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRegularFile } from "../files/read-file.ts";
import { keptMap } from "../store/own-folder.ts";
import type { StoreReader } from "../store/store.ts";
import type { CorpusMap, MapDocument, MapLevel, MapOptions } from "./corpus-map.ts";
import { drawMap, marksOf, usualMostPoints } from "./draw-map.ts";
import { decodeMap, type DrawnMap, encodeMap, mostMapBytes } from "./drawn-map.ts";

/** @param folder the index's; null for one without, whose map is drawn each time @throws the signal's reason; IndexUnusableError */
export async function mapOf(
  reader: StoreReader,
  folder: string | null,
  options: MapOptions = {},
): Promise<CorpusMap | null> {
  const { draw = true, signal, onProgress } = options;
  const kept = folder === null ? null : await readMap(reader, folder);
  if (kept !== null) {
    const map = await asOfNow(reader, kept);
    if (!draw || isTrue(map)) return map;
  } else if (!draw) return null;
  const drawn = await drawMap(reader, { signal, onProgress });
  if (folder !== null) await writeMap(folder, drawn);
  return asOfNow(reader, drawn);
}

/** Whether the index is as it was when the map was drawn. Of an index with more passages than points some never have one. */
export function isTrue({ added, removed, passages, ids }: CorpusMap): boolean {
  return removed === 0 && (added === 0 || (passages > usualMostPoints && ids.length === usualMostPoints));
}

async function readMap(reader: StoreReader, folder: string): Promise<DrawnMap | null> {
  const bytes = await readRegularFile(join(folder, keptMap), { mostBytes: mostMapBytes }).catch(() => null);
  const map = bytes && decodeMap(bytes);
  return map && (await isOfIndex(reader, map)) ? map : null;
}

/** Passages that are still there have the vectors that they had. */
async function isOfIndex(reader: StoreReader, { marks }: DrawnMap): Promise<boolean> {
  const ids = Float64Array.from(marks, ({ id }) => id);
  const now = new Map((await marksOf(reader, ids)).map(({ id, values }) => [id, values]));
  return marks.every(({ id, values }) => {
    const found = now.get(id);
    // Zeros: it is gone.
    return found === undefined || found.every((value, i) => value === values[i]) || found.every((value) => value === 0);
  });
}

async function writeMap(folder: string, map: DrawnMap): Promise<void> {
  const path = join(folder, keptMap);
  // Whole or not at all, and never through a link that lies there.
  const temporary = `${path}.part`;
  try {
    await rm(temporary, { force: true });
    await writeFile(temporary, encodeMap(map), { flag: "wx" });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** With what the index says now: documents, and which passages are gone or new. */
async function asOfNow(reader: StoreReader, map: DrawnMap): Promise<CorpusMap> {
  const { ids: all, documentIds } = await reader.chunkDocuments();
  const [points, documents]: [number[], number[]] = [[], []];
  let at = 0;
  map.ids.forEach((id, point) => {
    while (at < all.length && all[at]! < id) at++;
    if (all[at] !== id) return;
    points.push(point);
    documents.push(documentIds[at]!);
  });
  const places = new Map<number, number>();
  for (const id of documents) if (!places.has(id)) places.set(id, places.size);
  const list: MapDocument[] = Array.from({ length: places.size });
  for (const { id, path, type } of await reader.documents()) {
    const place = places.get(id);
    if (place !== undefined) list[place] = { id, path, type };
  }
  return {
    ids: Float64Array.from(points, (point) => map.ids[point]!),
    positions: Float32Array.from(
      { length: points.length * 2 },
      (_, i) => map.positions[points[i >> 1]! * 2 + (i & 1)]!,
    ),
    documentOf: Uint32Array.from(documents, (id) => places.get(id)!),
    documents: list,
    levels: map.levels.map((level) => only(level, points)),
    drawnTime: map.drawnTime,
    passages: all.length,
    added: all.length - points.length,
    removed: map.ids.length - points.length,
  };
}

/** A level with these points alone. */
function only({ clusters, clusterOf }: MapLevel, points: readonly number[]): MapLevel {
  return { clusters, clusterOf: Uint16Array.from(points, (point) => clusterOf[point]!) };
}
