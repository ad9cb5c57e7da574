/** A seeded random source, so that a failing fuzz case can be run again: mulberry32. */
export interface Random {
  /** 0 … limit − 1 */
  below(limit: number): number;
  pick<T>(list: ArrayLike<T>): T;
  /** Any code point but surrogates and U+0000. */
  codePoint(): number;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    below,
    pick: (list) => list[below(list.length)]!,
    codePoint() {
      const c = 1 + below(0x10ffff - 0x800);
      return c < 0xd800 ? c : c + 0x800;
    },
  };
}
