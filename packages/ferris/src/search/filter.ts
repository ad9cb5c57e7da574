/**
 * Filters as people and programs write them, checked: a misspelt one must not look like an empty index.
 */
import { UsageError } from "../errors.ts";
import { checkTypes } from "../documents/parse/parse.ts";
import { checkGlob } from "../documents/walk/glob.ts";
import type { DocumentFilter } from "../store/store.ts";

/** A filter in words, as on the command line. */
export interface WrittenFilter {
  /** Globs on paths. */
  readonly paths?: readonly string[];
  /** Parser names, such as markdown. */
  readonly types?: readonly string[];
  /** A date (2026-01-31), a time (2026-01-31T12:00), or how long ago: 12h, 7d, 4w, 1y. */
  readonly since?: string;
}

const hour = 3_600_000;
const units: Readonly<Record<string, number>> = { h: hour, d: 24 * hour, w: 7 * 24 * hour, y: 365 * 24 * hour };

/**
 * The store's filter, or undefined where nothing is filtered.
 *
 * @throws UsageError for a glob that is too long or nested too deep, a type that no parser has, or a time that is none
 */
export function makeFilter({ paths, types, since }: WrittenFilter, now = Date.now()): DocumentFilter | undefined {
  if (!paths?.length && !types?.length && since === undefined) return undefined;
  const filter: DocumentFilter = {
    paths: paths?.length ? paths : undefined,
    types: types?.length ? types : undefined,
    modifiedSince: since === undefined ? undefined : parseSince(since, now),
  };
  checkFilter(filter);
  return filter;
}

/** @throws UsageError for a glob that is too long or nested too deep, a type that no parser has, or a time that is no number */
export function checkFilter(filter: DocumentFilter | undefined): void {
  if (filter === undefined) return;
  const { paths, types, modifiedSince } = filter;
  paths?.forEach(checkGlob);
  checkTypes(types);
  if (modifiedSince !== undefined && (typeof modifiedSince !== "number" || Number.isNaN(modifiedSince))) {
    throw new UsageError(
      `modifiedSince is ${String(modifiedSince)}: it must be a number, milliseconds since 1970 as Date.now() gives them`,
    );
  }
}

/** Milliseconds since 1970. Dates are days of the local calendar. */
function parseSince(text: string, now: number): number {
  const ago = /^(\d+)([hdwy])$/.exec(text);
  if (ago) return now - Number(ago[1]) * units[ago[2]!]!;
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const time = day ? startOfDay(Number(day[1]), Number(day[2]), Number(day[3])) : Date.parse(text);
  if (/^\d{4}-\d{2}-\d{2}(T|$)/.test(text) && !Number.isNaN(time)) return time;
  throw new UsageError(
    `"${text}" is no time: write a date as 2026-01-31, a time as 2026-01-31T12:00, or an age as 12h, 7d, 4w, 1y`,
  );
}

/** NaN for a day that the calendar does not have. */
function startOfDay(year: number, month: number, day: number): number {
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : Number.NaN;
}
