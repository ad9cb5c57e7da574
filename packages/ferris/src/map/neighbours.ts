/**
 * The nearest neighbours of many points, nearly always the true ones: points lie in lists around centres (k-means), and each is compared with those of
 * the lists nearest to it. For 100,000 points that is a fortieth of all pairs.
 *
 * Generators: they yield the part that is done, so that whoever runs them can tell it and give way.
 */
import { seededRandom } from "./random.ts";

/** Points in lists around centres. */
export interface PointLists {
  readonly points: Float32Array;
  readonly width: number;
  readonly lists: number;
  /** [lists][width] */
  readonly centres: Float32Array;
  /** Where each list begins in `members`; one more at the end. */
  readonly starts: Uint32Array;
  /** Points by number, list after list. */
  readonly members: Uint32Array;
}

export interface Neighbours {
  readonly perPoint: number;
  /** [points][perPoint], the nearest first; the point itself is not among them. */
  readonly indices: Uint32Array;
  /** Euclidean. */
  readonly distances: Float32Array;
}

/** Below, every pair is compared. */
const oneListUpTo = 2_000;
/** Lists that a point looks into. */
const probes = 6;
const rounds = 5;
const samplePerList = 24;

/** @param points [rows][width] */
export function* makeLists(points: Float32Array, width: number): Generator<number, PointLists> {
  const rows = points.length / width;
  const lists = rows <= oneListUpTo ? 1 : Math.round(Math.sqrt(rows));
  const centres = firstCentres(points, width, lists);
  const every = Math.max(1, Math.floor(rows / (lists * samplePerList)));
  for (let round = 0; lists > 1 && round < rounds; round++) {
    const sums = new Float64Array(lists * width);
    const counts = new Uint32Array(lists);
    for (let row = 0; row < rows; row += every) {
      const list = nearestCentres(points, row, width, centres, lists, 1)[0]!;
      counts[list]!++;
      for (let i = 0; i < width; i++) sums[list * width + i]! += points[row * width + i]!;
      if (row % 512 === 0) yield ((round + row / rows) / rounds) * 0.5;
    }
    for (let at = 0; at < sums.length; at++) {
      const count = counts[Math.floor(at / width)]!;
      if (count > 0) centres[at] = sums[at]! / count;
    }
  }
  const listOf = new Uint32Array(rows);
  const starts = new Uint32Array(lists + 1);
  for (let row = 0; row < rows; row++) {
    const list = lists === 1 ? 0 : nearestCentres(points, row, width, centres, lists, 1)[0]!;
    listOf[row] = list;
    starts[list + 1]!++;
    if (row % 512 === 0) yield 0.5 + (row / rows) * 0.5;
  }
  for (let list = 0; list < lists; list++) starts[list + 1]! += starts[list]!;
  const next = starts.slice();
  const members = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) members[next[listOf[row]!]!++] = row;
  return { points, width, lists, centres, starts, members };
}

/**
 * For each row of `queries` the nearest points of `lists`.
 *
 * @param isSelf the queries are the points themselves, and none is its own neighbour
 */
export function* findNeighbours(
  lists: PointLists,
  queries: Float32Array,
  perPoint: number,
  isSelf: boolean,
): Generator<number, Neighbours> {
  const { points, width, starts, members, centres } = lists;
  const rows = queries.length / width;
  const indices = new Uint32Array(rows * perPoint);
  const distances = new Float32Array(rows * perPoint).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    const from = row * perPoint;
    for (const list of nearestCentres(queries, row, width, centres, lists.lists, probes)) {
      for (let at = starts[list]!; at < starts[list + 1]!; at++) {
        const other = members[at]!;
        if (isSelf && other === row) continue;
        const worst = distances[from + perPoint - 1]!;
        const distance = squaredUpTo(queries, row * width, points, other * width, width, worst);
        if (distance < worst) insert(indices, distances, from, perPoint, other, distance);
      }
    }
    // The lists nearby may hold too few: the nearest of them stands in.
    for (let i = from; i < from + perPoint; i++) {
      if (distances[i] === Number.POSITIVE_INFINITY) {
        [indices[i], distances[i]] =
          i === from ? [row % (points.length / width), 0] : [indices[i - 1]!, distances[i - 1]!];
      }
    }
    if (row % 64 === 0) yield row / rows;
  }
  for (let i = 0; i < distances.length; i++) distances[i] = Math.sqrt(distances[i]!);
  return { perPoint, indices, distances };
}

/** Points drawn by lot, no two the same. */
function firstCentres(points: Float32Array, width: number, lists: number): Float32Array {
  const rows = points.length / width;
  const random = seededRandom(2);
  const centres = new Float32Array(lists * width);
  const taken = new Set<number>();
  for (let list = 0; list < lists && rows > 0; list++) {
    let row = Math.floor(random() * rows);
    while (taken.has(row)) row = (row + 1) % rows;
    taken.add(row);
    centres.set(points.subarray(row * width, (row + 1) * width), list * width);
  }
  return centres;
}

/** The `count` nearest lists, the nearest first. */
function nearestCentres(
  points: Float32Array,
  row: number,
  width: number,
  centres: Float32Array,
  lists: number,
  count: number,
): Uint32Array {
  const kept = Math.min(count, lists);
  const indices = new Uint32Array(kept);
  const distances = new Float32Array(kept).fill(Number.POSITIVE_INFINITY);
  for (let list = 0; list < lists; list++) {
    const worst = distances[kept - 1]!;
    const distance = squaredUpTo(points, row * width, centres, list * width, width, worst);
    if (distance < worst) insert(indices, distances, 0, kept, list, distance);
  }
  return indices;
}

/** Squared distance; given up, with what there is so far, once it exceeds `most`. The first axes say the most, so that is soon. */
function squaredUpTo(
  a: Float32Array,
  fromA: number,
  b: Float32Array,
  fromB: number,
  width: number,
  most: number,
): number {
  let sum = 0;
  let i = 0;
  while (i < width && sum < most) {
    const end = Math.min(width, i + 8);
    for (; i < end; i++) {
      const difference = a[fromA + i]! - b[fromB + i]!;
      sum += difference * difference;
    }
  }
  return sum;
}

/** Into a short list in order of distance; the last falls off. */
function insert(
  indices: Uint32Array,
  distances: Float32Array,
  from: number,
  count: number,
  index: number,
  distance: number,
): void {
  let at = from + count - 1;
  for (; at > from && distances[at - 1]! > distance; at--) {
    distances[at] = distances[at - 1]!;
    indices[at] = indices[at - 1]!;
  }
  distances[at] = distance;
  indices[at] = index;
}
