/**
 * Clusters of a picture: where points lie close together, with thinner stretches between. At several levels, from a few large ones to many small ones.
 *
 * Points are counted in the cells of a grid and the counts are smoothed; each hill of the smoothed picture is a cluster, and hills with no real valley between
 * them are one. How far is smoothed is the level. Linear in the points, and the same for the same picture.
 */

/** No cluster: the point lies where hardly any others do. */
export const noCluster = 0xff_ff;

export interface Cluster {
  /** Where it is thickest. */
  readonly x: number;
  readonly y: number;
  /** How many points are in it. */
  readonly size: number;
}

export interface ClusterLevel {
  /** The largest first. */
  readonly clusters: readonly Cluster[];
  /** The cluster of each point, by its place in `clusters`, or `noCluster`. */
  readonly clusterOf: Uint16Array;
}

/** Smoothing as a part of the picture's radius, and how many clusters there are at most. */
const levels = [
  { radius: 0.085, most: 12 },
  { radius: 0.045, most: 48 },
  { radius: 0.022, most: 160 },
] as const;
const cells = 256;
const half = 1.2;
/** A valley less deep than this part of the lower hill parts nothing. */
const leastValley = 0.1;
/** Of the highest hill: below, there is no cluster. */
const leastHeight = 0.02;
const leastShare = 0.001;
const fewest = 5;

/** @param positions [points][2], in -1.2 to 1.2 */
export function* findClusters(positions: Float32Array): Generator<number, ClusterLevel[]> {
  const points = positions.length / 2;
  const cellOf = new Uint32Array(points);
  const counts = new Float32Array(cells * cells);
  for (let point = 0; point < points; point++) {
    const cell = cellAt(positions[point * 2]!) + cells * cellAt(positions[point * 2 + 1]!);
    cellOf[point] = cell;
    counts[cell]!++;
  }
  const found: ClusterLevel[] = [];
  for (const { radius, most } of levels) {
    yield found.length / levels.length;
    found.push(clustersOf(cellOf, smoothed(counts, (radius / half) * (cells / 2)), most));
  }
  return found;
}

function cellAt(place: number): number {
  return Math.max(0, Math.min(cells - 1, Math.floor(((place + half) / (2 * half)) * cells)));
}

function placeAt(cell: number): number {
  return ((cell + 0.5) / cells) * 2 * half - half;
}

function clustersOf(cellOf: Uint32Array, heights: Float32Array, most: number): ClusterLevel {
  const hillOf = hills(heights);
  const sizes = new Map<number, number>();
  for (const cell of cellOf) if (hillOf[cell]! >= 0) sizes.set(hillOf[cell]!, (sizes.get(hillOf[cell]!) ?? 0) + 1);
  const least = Math.max(fewest, cellOf.length * leastShare);
  const kept = [...sizes]
    .filter(([, size]) => size >= least)
    .toSorted(([a, sizeA], [b, sizeB]) => sizeB - sizeA || a - b)
    .slice(0, most);
  const numberOf = new Map(kept.map(([peak], i) => [peak, i]));
  return {
    clusters: kept.map(([peak, size]) => ({ x: placeAt(peak % cells), y: placeAt(Math.floor(peak / cells)), size })),
    clusterOf: Uint16Array.from(cellOf, (cell) => numberOf.get(hillOf[cell]!) ?? noCluster),
  };
}

/** For each cell the top of its hill, as a cell; -1 where it is too low. From the top down, like islands when the water falls. */
function hills(heights: Float32Array): Int32Array {
  const lowest = heights.reduce((most, height) => Math.max(most, height), 0) * leastHeight;
  const order = Uint32Array.from(heights.keys())
    .filter((cell) => heights[cell]! > lowest)
    .sort((a, b) => heights[b]! - heights[a]! || a - b);
  const above = new Int32Array(heights.length).fill(-1);
  const topOf = (cell: number): number => {
    let top = cell;
    while (above[top] !== top) top = above[top] = above[above[top]!]!;
    return top;
  };
  for (const cell of order) {
    above[cell] = cell;
    for (const next of around(cell)) {
      if (above[next] === -1) continue;
      const [mine, theirs] = [topOf(cell), topOf(next)];
      if (mine === theirs) continue;
      const [higher, lower] = isHigher(mine, theirs) ? [mine, theirs] : [theirs, mine];
      // A cell that has just come out of the water, or a hill that hardly rises above the pass to the next one.
      if (lower === cell || heights[lower]! - heights[cell]! < leastValley * heights[lower]!) above[lower] = higher;
    }
  }
  return Int32Array.from(above, (top, cell) => (top === -1 ? -1 : topOf(cell)));

  function isHigher(a: number, b: number): boolean {
    return heights[a]! > heights[b]! || (heights[a] === heights[b] && a < b);
  }
}

function around(cell: number): number[] {
  const x = cell % cells;
  const y = Math.floor(cell / cells);
  const found: number[] = [];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const [toX, toY] = [x + dx, y + dy];
      if ((dx !== 0 || dy !== 0) && toX >= 0 && toY >= 0 && toX < cells && toY < cells) found.push(toX + cells * toY);
    }
  }
  return found;
}

/** A Gaussian of `sigma` cells, along one axis and then the other. */
function smoothed(counts: Float32Array, sigma: number): Float32Array {
  const reach = Math.ceil(sigma * 3);
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)),
  );
  return along(along(counts, 1, cells), cells, 1);

  function along(values: Float32Array, step: number, across: number): Float32Array {
    const result = new Float32Array(values.length);
    for (let line = 0; line < cells; line++) {
      for (let at = 0; at < cells; at++) {
        let sum = 0;
        for (let i = Math.max(0, reach - at); i <= Math.min(2 * reach, cells - 1 - at + reach); i++) {
          sum += kernel[i]! * values[line * across + (at + i - reach) * step]!;
        }
        result[line * across + at * step] = sum;
      }
    }
    return result;
  }
}
