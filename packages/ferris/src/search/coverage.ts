/**
 * How much of what was asked for a chunk has: the share of the query's words, where a version or a file name is one word.
 *
 * Full-text search cuts `1.0.4` into three numbers and finds them in `0.3.1...0.4.0` as well; here it counts where it stands as it was
 * typed. The document's name counts as its text does. Ranking and relevance rest on this.
 */
import type { StoredChunk } from "../store/store.ts";
import type { LanguageCode } from "../words/language.ts";
import { isCalled, nameWords } from "../words/names.ts";
import { WordMatcher } from "./query/matcher.ts";
import type { Query } from "./query/query.ts";

interface Whole {
  readonly kind: string;
  readonly text: string;
  readonly place: RegExp;
}

/** Of one query; each chunk is looked at once. */
export class Coverage {
  readonly #count: number;
  readonly #matcher: WordMatcher;
  readonly #whole: readonly Whole[];
  readonly #known = new Map<number, number>();

  constructor({ units }: Pick<Query, "units">, languages: readonly LanguageCode[] = []) {
    this.#count = units.length;
    const isWhole = (kind: string) => kind === "version" || kind === "name";
    const words = units.filter(({ kind }) => !isWhole(kind));
    this.#matcher = new WordMatcher(words, languages);
    this.#whole = units
      .filter(({ kind }) => isWhole(kind))
      .map(({ kind, text }) => ({ kind, text, place: literally(text, kind === "version") }));
  }

  /** The share, from 0 to 1, of the query's words that the chunk has in its text, headings or names. */
  of(chunk: StoredChunk): number {
    let share = this.#known.get(chunk.id);
    if (share === undefined) this.#known.set(chunk.id, (share = this.#measure(chunk)));
    return share;
  }

  #measure({ path, title, headingPath, text }: StoredChunk): number {
    if (this.#count === 0) return 0;
    const all = `${nameWords(path, title)}\n${headingPath.join("\n")}\n${text}`;
    const words = new Set(this.#matcher.find(all).map(({ unit }) => unit)).size;
    const whole = this.#whole.filter(
      ({ kind, text: name, place }) => place.test(all) || (kind === "name" && isCalled(path, name)),
    );
    return (words + whole.length) / this.#count;
  }
}

/** As typed, a version with or without its v, and not within a longer one. */
function literally(text: string, isVersion: boolean): RegExp {
  const escaped = (plain: string): string => plain.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  if (!isVersion) return new RegExp(escaped(text), "i");
  return new RegExp(`(?<![\\d.])v?${escaped(text.replace(/^v/i, ""))}(?!\\d|\\.\\d)`, "i");
}
