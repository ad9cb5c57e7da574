/**
 * How much of what was asked for a chunk has: the share of the query's words, where a version or a file name is one word.
 *
 * Full-text search cuts `1.0.4` into three numbers and finds them in `0.3.1...0.4.0` as well; here it counts where it stands as it was
 * typed. A file name also counts where the chunk's document is called so. Ranking and relevance rest on this; highlighting does not.
 */
import type { StoredChunk } from "../store/store.ts";
import { findTerms, queryStems } from "./terms.ts";

/** The share, from 0 to 1, of the query's words that a chunk has in its text, headings or file name. */
export type Coverage = (chunk: StoredChunk | undefined) => number;

const version = /^v?\d+(?:\.\d+)+(?:-[\w.]+)?$/i;
const fileName = /^(?:[^\s/]*\/)+[^\s/]*$|^[\w@.-]*[a-z_][\w@.-]*\.[a-z][a-z0-9]{0,7}$/i;

/** Shorter ones are abbreviations: e.g, i.e. */
const shortestName = 4;

/** What of a query names a file: `release.md`, `docs/keys.md`. Most specific things that a person can type, at most a few. */
export function fileNames(query: string): string[] {
  return parts(query)
    .filter((part) => part.length >= shortestName && fileName.test(part) && !version.test(part))
    .slice(0, 4);
}

/** Made once for a query. */
export function coverageOf(query: string): Coverage {
  const names = new Set(fileNames(query));
  const whole = parts(query).filter((part) => version.test(part) || names.has(part));
  const stems = wordStems(query, whole);
  const units = whole.map((part) => ({ part, place: literally(part) }));
  const count = stems.size + units.length;
  return (chunk) => {
    if (!chunk || count === 0) return 0;
    const text = `${chunk.headingPath.join(" ")} ${chunk.text}`;
    const terms = new Set(findTerms(text, stems).map((term) => term.stem)).size;
    const found = units.filter(
      ({ part, place }) => place.test(text) || (names.has(part) && isCalled(chunk.path, part)),
    );
    return (terms + found.length) / count;
  };
}

/** Stems of the words besides those that count whole. */
function wordStems(query: string, whole: readonly string[]): ReadonlySet<string> {
  const rest = whole.reduce((text, part) => text.replace(part, " "), query);
  return /[\p{L}\p{N}]/u.test(rest) ? queryStems(rest) : new Set();
}

function parts(query: string): string[] {
  return query
    .split(/[\s"]+/)
    .map((part) => part.replace(/^[([{<'`]+|[)\]}>'`,;:!?.]+$/g, ""))
    .filter((part) => part !== "");
}

/** As typed, a version with or without its v, and not within a longer one. */
function literally(part: string): RegExp {
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  if (!version.test(part)) return new RegExp(escaped(part), "i");
  return new RegExp(`(?<![\\d.])v?${escaped(part.replace(/^v/i, ""))}(?!\\d|\\.\\d)`, "i");
}

/** Whether a path ends in this name, folders included. */
export function isCalled(path: string, name: string): boolean {
  const [whole, tail] = [path, name].map((text) => text.replaceAll("\\", "/").toLowerCase());
  return whole === tail || whole.endsWith(`/${tail.replace(/^\.?\//, "")}`);
}
