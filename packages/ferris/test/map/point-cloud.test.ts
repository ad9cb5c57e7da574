/** The picture alone: what is alike lies together, the same each time, whatever the vectors are. */
import { describe, expect, test } from "vitest";
import { noCluster } from "../../src/map/density-clusters.ts";
import { findNeighbours, makeLists } from "../../src/map/neighbours.ts";
import { type Picture, type PictureProgress, PointCloud } from "../../src/map/point-cloud.ts";
import { principalAxes, project } from "../../src/map/principal-axes.ts";
import { topicVectors } from "./support/topics.ts";

function ended<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

function pictureOf(vectors: Float32Array, dimensions: number, { block = 100, mostLaidOut = 100_000 } = {}): Picture {
  const cloud = new PointCloud(vectors.slice(0, 200 * dimensions), dimensions, mostLaidOut);
  for (let at = 0; at < vectors.length; at += block * dimensions) cloud.add(vectors.slice(at, at + block * dimensions));
  return ended(cloud.draw());
}

/** Of the points that are in a cluster of the finest level, those that are of its commonest topic; and how many are in one at all. */
function purity({ levels }: Picture, topicOf: Uint8Array) {
  const finest = levels.at(-1)!;
  const counts = finest.clusters.map(() => new Map<number, number>());
  let inside = 0;
  finest.clusterOf.forEach((cluster, point) => {
    if (cluster === noCluster) return;
    inside++;
    const own = counts[cluster]!;
    own.set(topicOf[point]!, (own.get(topicOf[point]!) ?? 0) + 1);
  });
  const pure = counts.reduce((sum, own) => sum + Math.max(0, ...own.values()), 0);
  return { pure: pure / inside, inside: inside / topicOf.length };
}

describe("a picture", () => {
  test("parts six topics into six clusters, and is the same however the vectors come", () => {
    const { vectors, topicOf } = topicVectors(600, 6);
    const picture = pictureOf(vectors, 32);
    const { pure, inside } = purity(picture, topicOf);
    expect(pure).toBeGreaterThan(0.98);
    expect(inside).toBeGreaterThan(0.9);
    expect(picture.levels.at(-1)!.clusters.length).toBe(6);
    expect(Math.max(...picture.positions.map(Math.abs))).toBeLessThan(1.16);
    expect(pictureOf(vectors, 32, { block: 37 })).toEqual(picture);
  });

  test("puts those that are too many among those that were laid out", () => {
    const { vectors, topicOf } = topicVectors(900, 6);
    const picture = pictureOf(vectors, 32, { mostLaidOut: 400 });
    expect(picture.positions.length).toBe(1800);
    expect(purity(picture, topicOf).pure).toBeGreaterThan(0.95);
  });

  test.each([0, 1, 2, 3, 17])("of %i points", (rows) => {
    const { positions, levels } = pictureOf(topicVectors(rows, 2).vectors, 32);
    expect(positions.length).toBe(rows * 2);
    expect(positions.every(Number.isFinite)).toBe(true);
    expect(levels.every(({ clusterOf }) => clusterOf.length === rows)).toBe(true);
  });

  test.each([
    ["all the same", () => new Float32Array(200 * 8).fill(0.3)],
    ["all zeros", () => new Float32Array(200 * 8)],
    ["one dimension", () => Float32Array.from({ length: 200 * 8 }, (_, i) => (i % 8 === 0 ? i / 1600 : 0))],
  ])("of vectors that are %s", (_, vectors) => {
    const { positions } = pictureOf(vectors(), 8);
    expect(positions.every(Number.isFinite)).toBe(true);
  });

  test("tells how far it is, never backwards", () => {
    const cloud = new PointCloud(topicVectors(300, 3).vectors, 32);
    cloud.add(topicVectors(300, 3).vectors);
    const stages = ["neighbours", "layout", "clusters"];
    const told: PictureProgress[] = [...cloud.draw()];
    const parts = told.map(({ stage, part }) => stages.indexOf(stage) + part);
    expect(parts).toEqual(parts.toSorted((a, b) => a - b));
    expect(new Set(told.map(({ stage }) => stage))).toEqual(new Set(stages));
  });
});

test("the first axes hold the most variance", () => {
  const { vectors } = topicVectors(400, 4);
  const axes = principalAxes(vectors, 32);
  const projected = project(axes, vectors);
  const variance = (axis: number) => {
    let sum = 0;
    for (let row = 0; row < 400; row++) sum += projected[row * axes.count + axis]! ** 2;
    return sum;
  };
  expect(variance(0)).toBeGreaterThan(variance(5));
  expect(variance(1)).toBeGreaterThan(variance(10));
  // All of them together lose nothing.
  const all = Array.from({ length: axes.count }, (_, axis) => variance(axis)).reduce((a, b) => a + b);
  let whole = 0;
  for (const [i, value] of vectors.entries()) whole += (value - axes.mean[i % 32]!) ** 2;
  expect(all / whole).toBeCloseTo(1, 3);
});

test("neighbours in lists are the true ones in nine of ten cases", () => {
  const { vectors } = topicVectors(3000, 30, 16);
  const found = ended(findNeighbours(ended(makeLists(vectors, 16)), vectors, 5, true));
  let right = 0;
  for (let row = 0; row < 3000; row += 100) {
    const distances = Array.from({ length: 3000 }, (_, other) => {
      let sum = 0;
      for (let i = 0; i < 16; i++) sum += (vectors[row * 16 + i]! - vectors[other * 16 + i]!) ** 2;
      return { other, sum };
    });
    const nearest = distances.filter(({ other }) => other !== row).toSorted((a, b) => a.sum - b.sum);
    const expected = new Set(nearest.slice(0, 5).map(({ other }) => other));
    right += found.indices.slice(row * 5, row * 5 + 5).reduce((sum, other) => sum + Number(expected.has(other)), 0);
  }
  expect(right / 150).toBeGreaterThan(0.9);
});
