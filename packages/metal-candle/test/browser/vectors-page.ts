/** Runs in the page: vectors kept on the browser's GPU, as an application's code would use them. */
import { GpuVectors, type Neighbour } from "../../src/vectors.ts";

/** The k nearest to each query; the second half of the vectors is written after the first search, and one slot emptied before the last. */
export async function nearest(
  dimensions: number,
  rows: number[],
  queries: number[][],
  k: number,
  emptied: number,
): Promise<Neighbour[][]> {
  const vectors = await GpuVectors.open({ dimensions, allowSoftwareAdapter: true });
  try {
    const half = Math.floor(rows.length / dimensions / 2);
    await vectors.write(0, Float32Array.from(rows.slice(0, half * dimensions)));
    await vectors.nearest(queries[0], 1);
    await vectors.write(half, Float32Array.from(rows.slice(half * dimensions)));
    await vectors.clear([emptied]);
    return await Promise.all(queries.map((query) => vectors.nearest(query, k)));
  } finally {
    await vectors.close();
  }
}
