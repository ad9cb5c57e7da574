/** Vectors on the GPU: every search holds the exact nearest, whatever the width, the number, the shards, ties and gaps. */
import { describe, expect, onTestFinished, test } from "vitest";
import { DeviceLostError, GpuOutOfMemoryError, InvalidArgumentError, ModelClosedError } from "../src/errors.ts";
import { openGpu } from "../src/gpu/device/context.ts";
import { checkValues } from "../src/gpu/prove/kernel-check.ts";
import { VectorSearch } from "../src/gpu/nearest/vector-search.ts";
import { VectorShards } from "../src/gpu/nearest/vector-shards.ts";
import { GpuVectors } from "../src/vectors.ts";

/** Cosines in double precision; NaN for a vector without a direction. */
function exactCosines(query: ArrayLike<number>, rows: ArrayLike<number>): Float64Array {
  const width = query.length;
  const length = (values: ArrayLike<number>, start: number): number => {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += values[start + i] ** 2;
    return Math.sqrt(squares);
  };
  return Float64Array.from({ length: rows.length / width }, (_, row) => {
    let product = 0;
    for (let i = 0; i < width; i++) product += query[i] * rows[row * width + i];
    return product / (length(query, 0) * length(rows, row * width));
  });
}

/** Slots of the `count` largest, equal ones in order of slot. */
function nearestSlots(cosines: Float64Array, count: number, counts: (slot: number) => boolean = () => true): number[] {
  return Array.from(cosines.keys())
    .filter((slot) => !Number.isNaN(cosines[slot]) && counts(slot))
    .toSorted((first, second) => cosines[second] - cosines[first] || first - second)
    .slice(0, count);
}

async function filled(dimensions: number, rows: Float32Array): Promise<GpuVectors> {
  const vectors = await GpuVectors.open({ dimensions, allowSoftwareAdapter: true });
  onTestFinished(() => vectors.close());
  await vectors.write(0, rows);
  return vectors;
}

/** Vectors of which every fifth is nearly another one's copy, one in fifty is zero, and some differ by less than f16 can tell. */
function awkwardRows(count: number, dimensions: number): Float32Array<ArrayBuffer> {
  const rows = checkValues(count * dimensions, 3, 2);
  const noise = checkValues(count * dimensions, 4, 1e-5);
  for (let row = 0; row < count; row++) {
    const at = row * dimensions;
    if (row % 50 === 7) rows.fill(0, at, at + dimensions);
    else if (row % 5 === 0) for (let i = 0; i < dimensions; i++) rows[at + i] = rows[i] + noise[at + i] * (row % 3);
  }
  return rows;
}

describe.each([
  [384, 3001],
  [768, 1500],
  [30, 5003],
  [1, 70],
])("%d dimensions, %d vectors", (dimensions, count) => {
  const rows = awkwardRows(count, dimensions);
  const queries = [checkValues(dimensions, 9), rows.slice(0, dimensions), rows.slice(3 * dimensions, 4 * dimensions)];

  test("the exact nearest are within twice the error of the last", async () => {
    const vectors = await filled(dimensions, rows);
    for (const query of queries) {
      const cosines = exactCosines(query, rows);
      for (const k of [1, 10, 100]) {
        const found = await vectors.nearest(query, k, { within: 2 * vectors.scoreError });
        const slots = new Set(found.map(({ slot }) => slot));
        expect(nearestSlots(cosines, k).filter((slot) => !slots.has(slot))).toEqual([]);
        const worst = Math.max(...found.map(({ slot, score }) => Math.abs(score - cosines[slot])));
        expect(worst).toBeLessThan(vectors.scoreError);
      }
    }
  });

  test("k are k, best first, ties by slot, and always the same", async () => {
    const vectors = await filled(dimensions, rows);
    const found = await vectors.nearest(queries[0], 17);
    expect(found.length).toBe(17);
    const sorted = found.toSorted((first, second) => second.score - first.score || first.slot - second.slot);
    expect(found).toEqual(sorted);
    expect(await vectors.nearest(queries[0], 17)).toEqual(found);
  });

  test("only the slots that are asked for", async () => {
    const vectors = await filled(dimensions, rows);
    const among = Array.from({ length: count }, (_, slot) => slot).filter((slot) => slot % 7 === 3);
    const found = await vectors.nearest(queries[0], 5, { among, within: 2 * vectors.scoreError });
    const slots = found.map(({ slot }) => slot);
    expect(slots.every((slot) => slot % 7 === 3)).toBe(true);
    const exact = nearestSlots(exactCosines(queries[0], rows), 5, (slot) => slot % 7 === 3);
    expect(slots).toEqual(expect.arrayContaining(exact));
    expect(await vectors.nearest(queries[0], 5, { among: [] })).toEqual([]);
    expect((await vectors.nearest(queries[0], 5, { among: [11, 1_000_000] })).map(({ slot }) => slot)).toEqual([11]);
    expect((await vectors.nearest(queries[0], 5)).length).toBe(5);
  });
});

describe("slots", () => {
  const dimensions = 32;
  const axis = (i: number): Float32Array<ArrayBuffer> => {
    const vector = new Float32Array(dimensions);
    vector[i] = 5;
    return vector;
  };

  test("are written, emptied and written again in place", async () => {
    const vectors = await filled(dimensions, Float32Array.of(...axis(0), ...axis(1), ...axis(2)));
    expect((await vectors.nearest(axis(1), 1))[0]).toEqual({ slot: 1, score: 1 });
    await vectors.clear([1]);
    expect((await vectors.nearest(axis(1), 9)).map(({ slot }) => slot)).toEqual([0, 2]);
    await vectors.write(1, axis(4));
    expect((await vectors.nearest(axis(4), 1))[0]).toEqual({ slot: 1, score: 1 });
    // Far away: what lies between stays empty, and what was there stays.
    await vectors.write(9000, axis(5));
    expect((await vectors.nearest(axis(5), 9)).map(({ slot }) => slot)).toEqual([9000, 0, 1, 2]);
    expect(vectors.size).toBe(9001);
  });

  test("without a direction are empty, and so is the answer to a query without one", async () => {
    const rows = new Float32Array(4 * dimensions);
    rows.set(axis(3), 3 * dimensions);
    rows[0] = Number.NaN;
    rows[dimensions] = Infinity;
    const vectors = await filled(dimensions, rows);
    expect((await vectors.nearest(axis(3), 9)).map(({ slot }) => slot)).toEqual([3]);
    expect(await vectors.nearest(new Float32Array(dimensions), 9)).toEqual([]);
    // Lengths that f32 cannot square.
    await vectors.write(
      4,
      axis(6).map((value) => value * 1e-30),
    );
    await vectors.write(
      5,
      axis(6).map((value) => value * -1e30),
    );
    expect(await vectors.nearest(axis(6), 9)).toEqual([
      { slot: 4, score: 1 },
      { slot: 3, score: 0 },
      { slot: 5, score: -1 },
    ]);
  });

  test("of equal vectors come back in order, also where there are more than an answer has room for", async () => {
    const rows = new Float32Array(7000 * dimensions);
    for (let row = 0; row < 7000; row++) rows.set(axis(row % 7 === 0 ? 1 : 0), row * dimensions);
    const vectors = await filled(dimensions, rows);
    expect((await vectors.nearest(axis(0), 3)).map(({ slot }) => slot)).toEqual([1, 2, 3]);
    expect((await vectors.nearest(axis(0), 3, { within: 0.001 })).length).toBe(6000);
    expect((await vectors.nearest(axis(1), 3)).map(({ slot }) => slot)).toEqual([0, 7, 14]);
    expect((await vectors.nearest(axis(1), 7000)).length).toBe(7000);
    expect((await vectors.nearest(axis(1), 2 ** 32)).length).toBe(7000);
  });
});

test("shards of any number are one whole", async () => {
  const dimensions = 96;
  const context = await openGpu(true);
  const { limits } = context.report;
  const small = { ...context, report: { ...context.report, limits: { ...limits, maxBufferSize: 2048 * 192 + 100 } } };
  const rows = awkwardRows(9000, dimensions);
  const vectors = new VectorShards(small, dimensions);
  const search = await VectorSearch.open(small, vectors);
  await vectors.reserve(3000);
  // Written across the border of two shards, and grown twice in between.
  await vectors.write(0, rows.subarray(0, 2500 * dimensions));
  await vectors.reserve(9000);
  await vectors.write(2500, rows.subarray(2500 * dimensions));
  expect(vectors.shards.length).toBe(5);
  const query = checkValues(dimensions, 9);
  const cosines = exactCosines(query, rows);
  const found = await search.nearest(query, 50, 0.002, vectors.taken);
  expect(found.map(({ slot }) => slot)).toEqual(expect.arrayContaining(nearestSlots(cosines, 50)));
  expect(new Set(found.map(({ slot }) => Math.floor(slot / 2048))).size).toBe(5);
  const whole = await filled(dimensions, rows);
  expect(await whole.nearest(query, 50, { within: 0.002 })).toEqual(found);
  search.release();
  vectors.release();
});

test("memory is what it says, and is given back", async () => {
  const { allocations } = await openGpu(true);
  const before = { ...allocations };
  const vectors = await GpuVectors.open({ dimensions: 384, allowSoftwareAdapter: true });
  await vectors.reserve(4000);
  await vectors.write(0, checkValues(4000 * 384, 1));
  await vectors.nearest(checkValues(384, 2), 10);
  expect(vectors.bytes).toBe(allocations.bytes - before.bytes);
  expect(vectors.bytes).toBeGreaterThan(4000 * 768);
  expect(vectors.bytes).toBeLessThan(4200 * 768 + 200_000);
  const { buffers, bytes } = allocations;
  for (let i = 0; i < 20; i++) await vectors.nearest(checkValues(384, i), 10, { among: [i, 2 * i] });
  expect(allocations).toEqual({ buffers, bytes });
  const closing = vectors.close();
  expect(vectors.close()).toBe(closing);
  await closing;
  expect(allocations).toEqual(before);
  await expect(vectors.nearest(checkValues(384, 2), 10)).rejects.toThrow(ModelClosedError);
});

test("what memory cannot hold is refused, and what is there stays", async () => {
  const vectors = await filled(4, new Float32Array(8).fill(1));
  await expect(vectors.reserve(2 ** 40)).rejects.toThrow(GpuOutOfMemoryError);
  await expect(vectors.write(2 ** 40, new Float32Array(4))).rejects.toThrow(
    /1099511627777 slots are wanted; buffers of .* hold/,
  );
  expect((await vectors.nearest([1, 1, 1, 1], 9)).length).toBe(2);
});

test("what makes no sense is refused by name", async () => {
  await expect(GpuVectors.open({ dimensions: 0.5 })).rejects.toThrow("dimensions is 0.5");
  await expect(GpuVectors.open({ dimensions: 2 ** 30, allowSoftwareAdapter: true })).rejects.toThrow(/at most \d+ are/);
  const vectors = await filled(4, new Float32Array(8).fill(1));
  await expect(vectors.write(0, new Float32Array(5))).rejects.toThrow("rows hold 5 values");
  await expect(vectors.write(-1, new Float32Array(4))).rejects.toThrow(InvalidArgumentError);
  await expect(vectors.nearest([1, 2, 3], 1)).rejects.toThrow("The query has 3 dimensions; the vectors have 4.");
  await expect(vectors.nearest([1, 2, 3, 4], 0)).rejects.toThrow("k is 0");
  await expect(vectors.nearest([1, 2, 3, 4], 1, { within: Number.NaN })).rejects.toThrow("within is NaN");
});

// Last: the process's device is another one afterwards.
test("a lost device is said, and another one takes the vectors again", async () => {
  const rows = checkValues(100 * 64, 5);
  const vectors = await filled(64, rows);
  const before = await vectors.nearest(rows.slice(0, 64), 5);
  const { device } = await openGpu(true);
  const running = vectors.nearest(rows.slice(0, 64), 5);
  device.destroy();
  await expect(running).rejects.toThrow(DeviceLostError);
  await expect(vectors.nearest(rows.slice(0, 64), 5)).rejects.toThrow(DeviceLostError);
  await expect(vectors.write(0, rows)).rejects.toThrow(/was lost/);
  const again = await filled(64, rows);
  expect(await again.nearest(rows.slice(0, 64), 5)).toEqual(before);
});
