/**
 * Vectors into a picture: the whole way from rows of an index to places on a plane and clusters. No file, no thread, no store.
 *
 * Vectors come in one block after another and are kept along their principal axes alone, so 100,000 of them take 19 MB. Up to `mostLaidOut` of them are laid out
 * against each other; the others are put among those that they are near to.
 */
import { type ClusterLevel, findClusters } from "./density-clusters.ts";
import { layOut } from "./layout.ts";
import { neighbourGraph } from "./neighbour-graph.ts";
import { findNeighbours, makeLists, type PointLists } from "./neighbours.ts";
import { principalAxes, type PrincipalAxes, project } from "./principal-axes.ts";
import { seededRandom } from "./random.ts";

export type MapStage = "vectors" | "neighbours" | "layout" | "clusters" | "names";

export interface Picture {
  /** [points][2], within the unit circle or nearly so. */
  readonly positions: Float32Array;
  readonly levels: readonly ClusterLevel[];
}

/** What is done: a stage, and which part of it. */
export interface PictureProgress {
  readonly stage: MapStage;
  /** 0 to 1 */
  readonly part: number;
}

export const usualMostLaidOut = 100_000;
const neighboursPerPoint = 15;
const neighboursOfOthers = 5;
/** The spread of the first picture, in the units of the layout, where 1 is near. */
const firstSpread = 10;

export class PointCloud {
  readonly #axes: PrincipalAxes;
  readonly #blocks: Float32Array[] = [];
  readonly #mostLaidOut: number;

  /** @param sample [rows][dimensions]: some of the vectors, from all over them */
  constructor(sample: Float32Array, dimensions: number, mostLaidOut: number = usualMostLaidOut) {
    this.#axes = principalAxes(sample, dimensions);
    this.#mostLaidOut = mostLaidOut;
  }

  /** @param vectors [rows][dimensions]: the next ones */
  add(vectors: Float32Array): void {
    this.#blocks.push(project(this.#axes, vectors));
  }

  /** Takes the vectors that were added, and yields as it gets on. */
  *draw(): Generator<PictureProgress, Picture> {
    const width = this.#axes.count;
    const points = joined(this.#blocks);
    this.#blocks.length = 0;
    const count = points.length / width;
    const laidOut = evenly(count, Math.min(count, this.#mostLaidOut));
    const rows = laidOut.length === count ? points : rowsOf(points, width, laidOut);

    const lists = yield* inStage("neighbours", 0, 0.2, makeLists(rows, width));
    const perPoint = Math.min(neighboursPerPoint, Math.max(0, laidOut.length - 1));
    const found = yield* inStage("neighbours", 0.2, 1, findNeighbours(lists, rows, perPoint, true));
    const places = firstPicture(rows, width);
    if (perPoint > 0) yield* inStage("layout", 0, 1, layOut(neighbourGraph(found), places));
    const positions =
      laidOut.length === count ? places : yield* inStage("layout", 1, 1, putAmong(lists, points, laidOut, places));
    fitUnitCircle(positions);
    return { positions, levels: yield* inStage("clusters", 0, 1, findClusters(positions)) };
  }
}

/** `count` numbers below `of`, in order and evenly apart. */
export function evenly(of: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * of) / count));
}

function* inStage<T>(
  stage: MapStage,
  from: number,
  to: number,
  work: Generator<number, T>,
): Generator<PictureProgress, T> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    yield { stage, part: from + (to - from) * value };
  }
}

/** Along the two axes of the most variance, with a little noise: what is alike must be able to part. */
function firstPicture(rows: Float32Array, width: number): Float32Array {
  const count = rows.length / width;
  const random = seededRandom(4);
  const positions = new Float32Array(count * 2);
  let most = 0;
  for (let row = 0; row < count; row++) {
    for (let axis = 0; axis < 2; axis++) most = Math.max(most, Math.abs(rows[row * width + axis]!));
  }
  for (let at = 0; at < positions.length; at++) {
    const value = rows[(at >> 1) * width + (at & 1)]!;
    positions[at] = (most > 0 ? (value / most) * firstSpread : 0) + (random() - 0.5) * 0.02;
  }
  return positions;
}

/** Every point at the mean of the places of those it is nearest to. */
function* putAmong(
  lists: PointLists,
  points: Float32Array,
  laidOut: Uint32Array,
  places: Float32Array,
): Generator<number, Float32Array> {
  const { indices, distances } = yield* findNeighbours(lists, points, neighboursOfOthers, false);
  const count = points.length / lists.width;
  const positions = new Float32Array(count * 2);
  for (let point = 0; point < count; point++) {
    let total = 0;
    for (let at = point * neighboursOfOthers; at < (point + 1) * neighboursOfOthers; at++) {
      const weight = 1 / (1e-6 + distances[at]!);
      total += weight;
      positions[point * 2]! += weight * places[indices[at]! * 2]!;
      positions[point * 2 + 1]! += weight * places[indices[at]! * 2 + 1]!;
    }
    positions[point * 2]! /= total;
    positions[point * 2 + 1]! /= total;
  }
  laidOut.forEach((point, i) => positions.set(places.subarray(i * 2, i * 2 + 2), point * 2));
  return positions;
}

/** How far out a point may lie, where nearly all lie within 1. */
const farthest = 1.15;

/** Moves the middle to 0 and nearly all points to within 1 of it; the few that lie far out are brought near. */
function fitUnitCircle(positions: Float32Array): void {
  const count = positions.length / 2;
  if (count === 0) return;
  const middle = [0, 1].map((axis) =>
    quantile(
      Float32Array.from({ length: count }, (_, i) => positions[i * 2 + axis]!),
      [0.01, 0.99],
    ),
  );
  const [x, y] = middle.map(([low, high]) => (low! + high!) / 2);
  const radii = new Float32Array(count);
  for (let i = 0; i < count; i++) radii[i] = Math.hypot(positions[i * 2]! - x!, positions[i * 2 + 1]! - y!);
  const [radius] = quantile(radii, [0.99]);
  for (let i = 0; i < count; i++) {
    const r = radii[i]! / (radius! || 1);
    const scale = (r > farthest ? farthest / r : 1) / (radius! || 1);
    positions[i * 2] = (positions[i * 2]! - x!) * scale;
    positions[i * 2 + 1] = (positions[i * 2 + 1]! - y!) * scale;
  }
}

function quantile(values: Float32Array, wanted: readonly number[]): number[] {
  const sorted = values.slice().sort();
  return wanted.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
}

function joined(blocks: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

function rowsOf(points: Float32Array, width: number, rows: Uint32Array): Float32Array {
  const chosen = new Float32Array(rows.length * width);
  rows.forEach((row, i) => chosen.set(points.subarray(row * width, (row + 1) * width), i * width));
  return chosen;
}
