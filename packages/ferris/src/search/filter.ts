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
  /** Globs on paths that are left out. */
  readonly exclude?: readonly string[];
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
 * @throws UsageError for a glob that is too long or nested too deep, an unknown type, or an invalid time
 */
export function makeFilter(written: WrittenFilter, now = Date.now()): DocumentFilter | undefined {
  const { paths, exclude, types, since } = written;
  if (!paths?.length && !exclude?.length && !types?.length && since === undefined) return undefined;
  const filter: DocumentFilter = {
    paths: paths?.length ? paths : undefined,
    exclude: exclude?.length ? exclude : undefined,
    types: types?.length ? types : undefined,
    modifiedSince: since === undefined ? undefined : parseSince(since, now),
  };
  checkFilter(filter);
  return filter;
}

/** @throws UsageError for a glob that is too long or nested too deep, an unknown type, or a time that is not a number */
export function checkFilter(filter: DocumentFilter | undefined): void {
  if (filter === undefined) return;
  const { paths, exclude, types, excludeTypes, modifiedSince } = filter;
  paths?.forEach(checkGlob);
  exclude?.forEach(checkGlob);
  checkTypes(types);
  checkTypes(excludeTypes);
  if (modifiedSince !== undefined && (typeof modifiedSince !== "number" || Number.isNaN(modifiedSince))) {
    throw new UsageError(
      `modifiedSince is ${String(modifiedSince)}: it must be a number, milliseconds since 1970 as Date.now() gives them`,
    );
  }
}

/** Whether a text is a pattern that can be matched. */
export function isGlob(text: string): boolean {
  try {
    checkGlob(text);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds since 1970. Dates are days of the local calendar. */
function parseSince(text: string, now: number): number {
  const time = sinceTime(text, now);
  if (time !== null) return time;
  throw new UsageError(
    `invalid time "${text}": use a date such as 2026-01-31, a time such as 2026-01-31T12:00, or an age such as 12h, 7d, 4w or 1y`,
  );
}

/** The same; null for a text that means no time. */
export function sinceTime(text: string, now: number): number | null {
  const ago = /^(\d+)([hdwy])$/.exec(text);
  if (ago) return now - Number(ago[1]) * units[ago[2]!]!;
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const time = day ? startOfDay(Number(day[1]), Number(day[2]), Number(day[3])) : Date.parse(text);
  return /^\d{4}-\d{2}-\d{2}(T|$)/.test(text) && !Number.isNaN(time) ? time : null;
}

/** NaN for a day that the calendar does not have. */
function startOfDay(year: number, month: number, day: number): number {
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : Number.NaN;
}
