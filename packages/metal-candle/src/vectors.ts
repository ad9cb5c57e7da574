/** metal-candle/vectors: vectors kept on the GPU, and the nearest of them to a query. */
export { GpuVectors, type GpuVectorsOptions, type NearestOptions } from "./gpu-vectors.ts";
export type { Neighbour } from "./gpu/nearest/neighbour.ts";
