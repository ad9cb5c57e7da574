/** What every attention kernel is compiled for, and what follows from it. */
import type { StorageType } from "../../wgsl/storage.ts";

export interface AttentionShape {
  readonly storage: StorageType;
  /** Of the queries. */
  readonly heads: number;
  /** Of keys and values, a divisor of `heads`: query head h reads head ⌊h · keyValueHeads / heads⌋. Absent: as many. */
  readonly keyValueHeads?: number;
  /** As heads lie in memory (attention-heads.ts): a multiple of 4. */
  readonly headSize: number;
  /** What scores are multiplied by: 1 / √(the model's head size). */
  readonly scale: number;
  /** Elements between rows of the fused Q|K|V matrix. */
  readonly qkvStride: number;
  /** Elements between rows of the context matrix. */
  readonly contextStride: number;
  /** Longest sequence, in tokens. */
  readonly longest: number;
  /** Relative-position bias (MPNet): number of buckets, or null. */
  readonly relativePositionBuckets: number | null;
  /** A query sees no key behind itself. Absent: no. */
  readonly causal?: boolean;
  /** A query sees the keys with |query − key| ≤ window. Absent or null: all. */
  readonly window?: number | null;
}

/** A shape with nothing left out. */
export function wholeShape(shape: AttentionShape) {
  const { heads, keyValueHeads = heads, headSize, causal = false, window = null } = shape;
  const queryWidth = heads * headSize;
  return {
    ...shape,
    keyValueHeads,
    causal,
    window,
    /** Query heads that share a key head. */
    group: heads / keyValueHeads,
    /** Columns of a row where the keys begin, and the values. */
    keysAt: queryWidth,
    valuesAt: queryWidth + keyValueHeads * headSize,
    /** Every query sees every key, through a head of its own. */
    plain: keyValueHeads === heads && !causal && window === null,
  };
}

/** What distinguishes attention kernels in labels: "", or " 4 key heads causal window 64". */
export function attentionKind(shape: AttentionShape): string {
  const { heads, keyValueHeads, causal, window, relativePositionBuckets } = wholeShape(shape);
  return [
    relativePositionBuckets === null ? "" : " relative",
    keyValueHeads === heads ? "" : ` ${keyValueHeads} key heads`,
    causal ? " causal" : "",
    window === null ? "" : ` window ${window}`,
  ].join("");
}

/**
 * WGSL expressions: the first key that any of the queries `first` … `last` of a text of `keys` tokens sees, the end of those keys, and whether
 * a query sees a key that lies in between.
 */
export function visibility(shape: AttentionShape) {
  const { causal, window } = wholeShape(shape);
  const parts = [
    ...(causal ? ["key <= query"] : []),
    ...(window === null ? [] : [`key + ${window}u >= query`, ...(causal ? [] : [`key <= query + ${window}u`])]),
  ];
  return {
    firstKey: (first: string): string => (window === null ? "0u" : `max(${first}, ${window}u) - ${window}u`),
    endKey: (last: string): string => {
      if (causal) return `${last} + 1u`;
      return window === null ? "keys" : `min(keys, ${last} + ${window + 1}u)`;
    },
    /** On u32 variables named `query` and `key`; "" where all keys in between are seen. */
    sees: parts.join(" && "),
    /** The same on vec4u variables. */
    sees4: parts.map((part) => `(${part})`).join(" & "),
  };
}
