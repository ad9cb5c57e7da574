/**
 * The one buffer that goes up with each batch: a header, then token ids, positions, cumulative lengths, pooling skips and the
 * attention work list, all u32. Compact, so that one writeBuffer carries it; the header says where each part starts.
 *
 * Written by `run/batch-writer.ts`, read by the kernels through the constants below.
 */

/** Header words, by index. */
export const headerWords = {
  tokens: 0,
  sequences: 1,
  /** This batch's number: comes back in every row's trailer. */
  nonce: 2,
  /** Width of the rows asked for. */
  dimensions: 3,
  /** 1: L2-normalise. */
  normalize: 4,
  positionsAt: 5,
  cuSeqlensAt: 6,
  /** 0 when no sequence skips tokens in pooling. */
  poolingSkipsAt: 7,
  workAt: 8,
  /** Items of the attention work list. */
  workItems: 9,
} as const;

/** Token ids start here. */
export const tokensAt = 16;

/** Words of the batch buffer. */
export function batchWords(tokenBudget: number, maxSequences: number, maxWorkItems: number): number {
  return tokensAt + 2 * tokenBudget + (maxSequences + 1) + maxSequences + 2 * maxWorkItems;
}

/** Words of the trailer that ends each row that comes back: squared norm before normalisation, nonce, flags. */
export const trailerWords = 3;

/** The same names as WGSL constants. `positions` are position | tokenType << 16. */
export const batchLayoutConstants = [
  ...Object.entries(headerWords).map(([name, index]) => `const ${constantName(name)} = ${index}u;`),
  `const TOKENS_AT = ${tokensAt}u;`,
].join("\n");

function constantName(name: string): string {
  return `HEADER_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
