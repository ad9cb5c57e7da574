/**
 * Neighbours as a graph whose edges say how surely two points belong together: UMAP's fuzzy simplicial set.
 *
 * Each point measures with a scale of its own, chosen so that its neighbours' memberships add up to log2 of their number; an edge is there if either end
 * says so. https://arxiv.org/abs/1802.03426, algorithms 2 and 3.
 */
import type { Neighbours } from "./neighbours.ts";

export interface NeighbourGraph {
  readonly points: number;
  /** An edge from `heads[i]` to `tails[i]`, each once. */
  readonly heads: Uint32Array;
  readonly tails: Uint32Array;
  /** In (0, 1]. */
  readonly weights: Float32Array;
}

const bisections = 40;

export function neighbourGraph({ perPoint, indices, distances }: Neighbours): NeighbourGraph {
  const points = perPoint === 0 ? 0 : indices.length / perPoint;
  const memberships = new Float32Array(indices.length);
  for (let point = 0; point < points; point++) measure(distances, memberships, point * perPoint, perPoint);

  const heads: number[] = [];
  const tails: number[] = [];
  const weights: number[] = [];
  for (let point = 0; point < points; point++) {
    for (let at = point * perPoint; at < (point + 1) * perPoint; at++) {
      const other = indices[at]!;
      // Where a point has fewer neighbours than asked for, the last one is there more than once.
      if (other === point || (at > point * perPoint && indices[at - 1] === other)) continue;
      const back = placeOf(indices, other * perPoint, perPoint, point);
      if (back >= 0 && other < point) continue;
      const [there, here] = [memberships[at]!, back < 0 ? 0 : memberships[back]!];
      heads.push(point);
      tails.push(other);
      weights.push(there + here - there * here);
    }
  }
  return {
    points,
    heads: Uint32Array.from(heads),
    tails: Uint32Array.from(tails),
    weights: Float32Array.from(weights),
  };
}

/** Memberships of one point's neighbours. */
function measure(distances: Float32Array, memberships: Float32Array, from: number, count: number): void {
  const to = from + count;
  let nearest = 0;
  for (let at = from; at < to && nearest === 0; at++) nearest = distances[at]!;
  const target = Math.log2(Math.max(2, count));
  let [low, high, scale] = [0, Number.POSITIVE_INFINITY, 1];
  for (let step = 0; step < bisections; step++) {
    let sum = 0;
    for (let at = from; at < to; at++) sum += Math.exp(-Math.max(0, distances[at]! - nearest) / scale);
    if (Math.abs(sum - target) < 1e-5) break;
    if (sum > target) high = scale;
    else low = scale;
    scale = high === Number.POSITIVE_INFINITY ? scale * 2 : (low + high) / 2;
  }
  // Neighbours that are all equally far would make the scale vanish.
  scale = Math.max(scale, 1e-3 * distances[to - 1]!, 1e-12);
  for (let at = from; at < to; at++) memberships[at] = Math.exp(-Math.max(0, distances[at]! - nearest) / scale);
}

function placeOf(indices: Uint32Array, from: number, count: number, wanted: number): number {
  for (let at = from; at < from + count; at++) if (indices[at] === wanted) return at;
  return -1;
}
