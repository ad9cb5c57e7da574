/** WGSL that attention kernels begin with: which queries of which sequence are a workgroup's, and those queries in workgroup memory. */

/** `start` (row of the sequence's first token), `keys` (its length) and `firstQuery`, out of the host's work list. */
export const workItem = /* wgsl */ `let item = batch[HEADER_WORK_AT] + group.x * 2u;
  let start = batch[item];
  let keys = batch[item + 1u] & 0xffffu;
  let firstQuery = batch[item + 1u] >> 16u;`;

/** Fills `queries` with QUERY_ROWS queries of `head`, scaled. @param lastQuery an expression: the last one that the sequence has */
export function stageQueries(lastQuery: string): string {
  return /* wgsl */ `for (var i = thread; i < QUERY_ROWS * HEAD4; i += THREADS) {
    let query = firstQuery + i / HEAD4;
    // Rows past the sequence's end repeat its last query: computed, never stored.
    queries[i] = vec4f(qkv[(start + min(query, ${lastQuery})) * QKV + head * HEAD4 + i % HEAD4]) * SCALE;
  }`;
}
