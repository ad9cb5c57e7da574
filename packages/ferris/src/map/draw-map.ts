/** From an index to the map of it: reads vectors, has the picture drawn, and names the clusters by the words of their texts. */
import { takingTurns } from "../main-thread/give-way.ts";
import type { StoreReader } from "../store/store.ts";
import { ClusterWords } from "./cluster-words.ts";
import type { MapLevel, MapProgress } from "./corpus-map.ts";
import { noCluster, type ClusterLevel } from "./density-clusters.ts";
import { drawPicture } from "./draw-picture.ts";
import type { DrawnMap, VectorMark } from "./drawn-map.ts";
import { evenly, type MapStage, type Picture } from "./point-cloud.ts";

/** Of a larger index, passages evenly spread over it. */
export const usualMostPoints = 400_000;
const sampleRows = 2_000;
/** Vectors read at once: a few milliseconds. */
const blockRows = 500;
const textsAtOnce = 50;
/** Texts that are looked at for words: this many per cluster of the finest level, and where these are few, this many in all. */
const textsPerCluster = 48;
const fewestTexts = 8_000;
const mostHeading = 200;
/** Of the coarse levels a name may say more. */
const wordsPerLevel = [3, 3, 2];
const marks = 64;
const valuesPerMark = 4;

/** Where each stage begins, as a part of the whole: what they take for 100,000 passages. */
const begins: Readonly<Record<MapStage | "end", number>> = {
  vectors: 0,
  neighbours: 0.1,
  layout: 0.5,
  clusters: 0.92,
  names: 0.93,
  end: 1,
};
const order = Object.keys(begins) as (MapStage | "end")[];

export interface DrawMapOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MapProgress) => void) | undefined;
  readonly mostPoints?: number;
  /** See drawPicture. */
  readonly worker?: string | null;
}

/** @throws the signal's reason */
export async function drawMap(reader: StoreReader, options: DrawMapOptions = {}): Promise<DrawnMap> {
  const { signal, onProgress, mostPoints = usualMostPoints, ...drawing } = options;
  const started = performance.now();
  const { ids: all } = await reader.chunkDocuments();
  const ids = Float64Array.from(evenly(all.length, Math.min(all.length, mostPoints)), (place) => all[place]!);
  const tell = (stage: MapStage, part: number): void => {
    const next = begins[order[order.indexOf(stage) + 1]!];
    const whole = begins[stage] + (next - begins[stage]) * part;
    onProgress?.({ stage, part: whole, points: ids.length, seconds: (performance.now() - started) / 1000 });
  };
  tell("vectors", 0);
  const { dimensions } = reader.identity;
  const sampled = Float64Array.from(evenly(ids.length, Math.min(ids.length, sampleRows)), (place) => ids[place]!);
  const sample = new Float32Array(sampled.length * dimensions);
  for await (const [at, block] of blocksOf(reader, sampled, signal)) sample.set(block, at * dimensions);
  const blocks = async function* (): AsyncGenerator<Float32Array> {
    for await (const [at, block] of blocksOf(reader, ids, signal)) {
      yield unitRows(block, dimensions);
      tell("vectors", at / ids.length);
    }
  };
  const picture = await drawPicture(
    { sample: unitRows(sample, dimensions), dimensions, blocks: blocks() },
    { ...drawing, signal, onProgress: ({ stage, part }) => tell(stage, part) },
  );
  const levels = await named(reader, ids, picture, signal, (part) => tell("names", part));
  return { ids, positions: picture.positions, levels, drawnTime: Date.now(), marks: await marksOf(reader, ids) };
}

/** A few numbers of a few of these passages' vectors. */
export async function marksOf(reader: StoreReader, ids: Float64Array): Promise<VectorMark[]> {
  const chosen = Float64Array.from(evenly(ids.length, Math.min(ids.length, marks)), (place) => ids[place]!);
  const vectors = await reader.vectorsOfChunks(chosen);
  const { dimensions } = reader.identity;
  return Array.from(chosen, (id, row) => ({
    id,
    values: Array.from(
      vectors.subarray(row * dimensions, row * dimensions + Math.min(dimensions, valuesPerMark)),
      asFinite,
    ),
  }));
}

async function* blocksOf(
  reader: StoreReader,
  ids: Float64Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly [at: number, vectors: Float32Array]> {
  const turn = takingTurns();
  for (let at = 0; at < ids.length; at += blockRows) {
    signal?.throwIfAborted();
    yield [at, await reader.vectorsOfChunks(ids.subarray(at, at + blockRows))];
    await turn();
  }
}

/** In place: search compares directions alone. What is not a number (an index may be a stranger's) counts as 0. */
function unitRows(vectors: Float32Array, dimensions: number): Float32Array {
  for (let from = 0; from < vectors.length; from += dimensions) {
    const row = vectors.subarray(from, from + dimensions);
    let squares = 0;
    for (const value of row) squares += value * value;
    if (Number.isFinite(squares) && squares > 0) {
      const scale = 1 / Math.sqrt(squares);
      for (let i = 0; i < dimensions; i++) row[i]! *= scale;
    } else row.fill(0);
  }
  return vectors;
}

function asFinite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

async function named(
  reader: StoreReader,
  ids: Float64Array,
  { levels }: Picture,
  signal: AbortSignal | undefined,
  tell: (part: number) => void,
): Promise<MapLevel[]> {
  const starts = levels.map((_, level) =>
    levels.slice(0, level).reduce((sum, { clusters }) => sum + clusters.length, 0),
  );
  const words = new ClusterWords(levels.reduce((sum, { clusters }) => sum + clusters.length, 0));
  const points = sampledPoints(levels, ids.length);
  const turn = takingTurns();
  for (let at = 0; at < points.length; at += textsAtOnce) {
    signal?.throwIfAborted();
    const some = points.slice(at, at + textsAtOnce);
    const placeOf = new Map(some.map((point) => [ids[point]!, point]));
    for (const { id, headingPath, text } of await reader.chunks([...placeOf.keys()])) {
      const clusters = levels.flatMap(({ clusterOf }, level) => {
        const cluster = clusterOf[placeOf.get(id)!]!;
        return cluster === noCluster ? [] : [starts[level]! + cluster];
      });
      words.add(`${headingPath.join(" ").slice(-mostHeading)}\n${text}`, clusters);
      await turn();
    }
    tell(at / points.length);
  }
  const result: MapLevel[] = [];
  for (const [level, { clusters, clusterOf }] of levels.entries()) {
    const places = clusters.map((_, i) => starts[level]! + i);
    const sizes = clusters.map(({ size }) => size);
    const namedClusters: MapLevel["clusters"][number][] = [];
    for (const [i, cluster] of clusters.entries()) {
      namedClusters.push({ ...cluster, words: words.wordsOf(places[i]!, places, sizes, wordsPerLevel[level] ?? 2) });
      await turn();
    }
    result.push({ clusters: namedClusters, clusterOf });
  }
  return result;
}

/** Points from every cluster of the finest level, and from outside of all of them, evenly spread. */
function sampledPoints(levels: readonly ClusterLevel[], points: number): number[] {
  const finest = levels.at(-1);
  if (finest === undefined || points <= fewestTexts) return Array.from({ length: points }, (_, point) => point);
  const members = new Map<number, number[]>();
  finest.clusterOf.forEach((cluster, point) => {
    const known = members.get(cluster);
    if (known) known.push(point);
    else members.set(cluster, [point]);
  });
  const most = Math.max(textsPerCluster, Math.ceil(fewestTexts / members.size));
  return [...members.values()].flatMap((own) =>
    Array.from(evenly(own.length, Math.min(own.length, most)), (place) => own[place]!),
  );
}
