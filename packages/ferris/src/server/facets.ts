/** Counts of what was found, by folder, type and age. */
import { posix, sep } from "node:path";
import type { Ferris } from "../ferris.ts";

/** Passages further down are not answers, and each costs a look. */
export const mostCounted = 100;

/** A passage that was found. */
export interface Place {
  readonly ferris: Ferris;
  /** Absolute. */
  readonly path: string;
  readonly type: string;
}

/** A value that may be chosen. */
export interface Counted {
  /** What to ask for. */
  readonly value: string;
  /** What it is called. */
  readonly name: string;
  readonly count: number;
}

/** The folders just below `folder`; without one, those in which the paths part. Most passages first. */
export function foldersOf(places: readonly Place[], folder: string | undefined): Counted[] {
  const parts = places.map(({ path }) => path.split(sep).slice(0, -1));
  const [first = []] = parts;
  let depth = folder === undefined ? 0 : folder.split(sep).length;
  if (folder === undefined) {
    while (depth < first.length && parts.every((each) => each[depth] === first[depth])) depth++;
  }
  const below = parts.filter((each) => each.length > depth).map((each) => each.slice(0, depth + 1).join(sep));
  const counted = count(below, (value) => value.split(sep).at(-1)!);
  // One that holds everything tells nothing.
  return counted.length === 1 && counted[0]!.count === places.length ? [] : counted;
}

export function typesOf(places: readonly Place[]): Counted[] {
  return count(
    places.map(({ type }) => type),
    (value) => value,
  );
}

const day = 86_400_000;
const ages = [
  { value: "1d", name: "the last day", milliseconds: day },
  { value: "7d", name: "the last week", milliseconds: 7 * day },
  { value: "4w", name: "the last four weeks", milliseconds: 28 * day },
  { value: "1y", name: "the last year", milliseconds: 365 * day },
] as const;

/** By when the files were modified, as the filter `since` has it. Each age counts what the ones before it do. */
export async function agesOf(places: readonly Place[], now: number): Promise<Counted[]> {
  const times = new Map<string, Promise<number | null>>();
  const timeOf = ({ ferris, path }: Place): Promise<number | null> => {
    const known = times.get(path) ?? ferris.document(path).then((document) => document?.modifiedTime ?? null);
    times.set(path, known);
    return known;
  };
  const found = await Promise.all(places.map(timeOf));
  const counted = ages.map(({ value, name, milliseconds }) => {
    return { value, name, count: found.filter((time) => time !== null && time >= now - milliseconds).length };
  });
  // One that holds no more than the one before it tells nothing.
  return counted.filter(({ count: here }, i) => here > 0 && here !== counted[i - 1]?.count);
}

function count(values: readonly string[], nameOf: (value: string) => string): Counted[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, each]) => ({ value, name: nameOf(value), count: each }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

/** A glob for all that lies below a folder, whatever signs its name has. */
export function globBelow(folder: string): string {
  const name = folder.split(sep).join(posix.sep).replace(/\/$/, "");
  return `${name.replaceAll(/[\\*?[\]{}()!@+|,]/g, "\\$&")}/**`;
}
