/**
 * What the three kernels of a nearest-neighbour search and the host agree on: how vectors are stored, what a query carries, and what
 * comes back. No arithmetic here.
 *
 * A search is scores (every vector against the query) → threshold (a lower bound of the k-th best) → collect (who is above it).
 */

/** Values of one vector that a lane reads at a time: eight halves in a vec4u. Rows are padded to a multiple. */
export const chunkValues = 8;

/** Slots that one workgroup of the scores kernel compares. */
export const workgroupSlots = 128;

/** Slots whose largest score is kept for the threshold kernel. */
export const tileSlots = 32;

/**
 * Slots are made in multiples of this: a shard's part of the mask (a bit a slot), of the maxima and of the scores then starts at a
 * multiple of 256 bytes, as a binding must.
 */
export const slotStep = 2048;

/**
 * Vectors are stored at length 2¹⁴ and the query at 2⁻¹⁴: no half is then subnormal unless it is below 4e-9 of the vector, and
 * adapters may flush subnormals. Powers of two, so nothing is rounded by it.
 */
export const storedLength = 2 ** 14;

/** The score of a slot that is empty or not asked for: below any cosine. */
export const noScore = -2;

/** Any real score is above this: cosines, give or take a rounding. */
export const leastScore = -1.5;

/** Words of a query in front of its values. */
export const queryHeader = { nonce: 0, wanted: 1, slots: 2, within: 3, words: 4 } as const;

/** Words of an answer in front of its (slot, score) pairs. */
export const hitsHeader = { count: 0, nonce: 1, threshold: 2, words: 4 } as const;

/** Columns of a stored vector. */
export function storedColumns(dimensions: number): number {
  return Math.ceil(dimensions / chunkValues) * chunkValues;
}

/** The answer's buffer in WGSL, as binding `index`. */
export function hitsBinding(index: number): string {
  return /* wgsl */ `
struct Hits { count: atomic<u32>, nonce: u32, threshold: f32, unused: u32, list: array<vec2u> }
@group(0) @binding(${index}) var<storage, read_write> hits: Hits;`;
}
