/** Random numbers of a run of `npm run test:faults`: one seed for all, printed, and a stream of its own for each fault. */

/** What `FERRIS_FAULTS_SEED` says, else 1: every run tries the same unless somebody asks for another. */
export const faultSeed = Number(process.env.FERRIS_FAULTS_SEED ?? "1");

export interface Random {
  /** From 0 up to 1. */
  (): number;
  /** A whole number from 0 up to `limit`. */
  below(limit: number): number;
  /** One of these. */
  of<T>(items: readonly T[]): T;
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** A fault's own seed: the run's, and the fault's name. */
export function seedOf(name: string): number {
  let hash = faultSeed | 0;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 16_777_619);
  return hash;
}

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return Object.assign(next, {
    below,
    of: <T>(items: readonly T[]): T => items[below(items.length)]!,
    bytes: (length: number) => Uint8Array.from({ length }, () => below(256)),
  });
}
