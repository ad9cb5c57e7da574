/**
 * How much of a text the exact path is given: from the word that the tables do not describe up to the next place where nothing before
 * can matter to what follows, and of a word that is too long only as much as shows it.
 *
 * Such a place is before white space, an ideograph or punctuation: a word ends there, and a canonical reordering does, since all of
 * them are starters (combining class 0). Only an added token of normalised text could reach across: where one may have begun
 * shortly before, and has that character behind its first one, the run goes on.
 */
import { ideographs, nonspacingMarks, normalizing, punctuation, removed } from "../unicode/code-points.ts";
import type { WordPieceSettings } from "./settings.ts";
import { aloneUnit, complexUnit, removedUnit, severalUnit, spaceUnit, unknownUnit, wordUnit } from "./unit-table.ts";
import type { UnitTable } from "./unit-table.ts";

/** Kinds of this many code points above U+FFFF are remembered. */
const mostRemembered = 1 << 14;

export class ExactRuns {
  /** Where the last run ended in its text. */
  end = 0;
  readonly #table: UnitTable;
  readonly #settings: WordPieceSettings;
  /** The first units of the added tokens of normalised text, what they have behind them, and how much of it at most. */
  readonly #heads: string;
  readonly #tails: string;
  readonly #longestTail: number;
  /** Plain characters in a row from which on their word is unknown whatever more there are, even if a token takes the first few. */
  readonly #enough: number;
  /** Kinds of the code points above U+FFFF seen so far. */
  readonly #kindsOfPairs = new Map<number, number>();

  constructor(settings: WordPieceSettings, table: UnitTable) {
    const patterns = settings.normalizedTokens.map(({ pattern }) => pattern);
    this.#settings = settings;
    this.#table = table;
    this.#heads = patterns.map((pattern) => pattern.charAt(0)).join("");
    this.#tails = patterns.map((pattern) => pattern.slice(1)).join("");
    this.#longestTail = Math.max(0, ...patterns.map(({ length }) => length - 1));
    this.#enough = settings.model.longestWord + 1 + this.#longestTail;
  }

  /** The run that begins at text[start] and ends before text[limit], without what would change none of its ids. */
  take(text: string, start: number, limit: number): string {
    let run = "";
    let keptFrom = start;
    let wordLength = 0;
    /** Characters that a token which may have begun in this run may still take. */
    let reach = 0;
    let at = start;
    while (at < limit) {
      const codePoint = text.codePointAt(at)!;
      const kind = this.#kindOf(codePoint);
      const becomes = kind === aloneUnit ? this.#becomes(codePoint) : "";
      const ends = kind === spaceUnit || (kind === aloneUnit && (reach <= 0 || !this.#tails.includes(becomes)));
      if (ends && at > start) break;
      if (kind === complexUnit || (kind === aloneUnit && this.#heads.includes(becomes))) reach = this.#longestTail;
      else if (kind !== removedUnit) reach--;
      if (kind === wordUnit || kind === severalUnit) {
        if (++wordLength === this.#enough + 1) run += text.slice(keptFrom, at);
      } else if (kind !== removedUnit) {
        if (wordLength > this.#enough) keptFrom = at;
        wordLength = 0;
      }
      at += codePoint > 0xffff ? 2 : 1;
    }
    this.end = Math.min(at, limit);
    return wordLength > this.#enough ? run : run + text.slice(keptFrom, this.end);
  }

  /** What a code point of the kind `aloneUnit` becomes. */
  #becomes(codePoint: number): string {
    return codePoint > 0xffff ? String.fromCodePoint(codePoint) : String.fromCharCode(this.#table.becomes[codePoint]!);
  }

  /** A kind of unit-table.ts. */
  #kindOf(codePoint: number): number {
    if (codePoint > 0xffff) {
      let kind = this.#kindsOfPairs.get(codePoint);
      if (kind === undefined) {
        kind = this.#classifyPair(codePoint);
        if (this.#kindsOfPairs.size >= mostRemembered) this.#kindsOfPairs.clear();
        this.#kindsOfPairs.set(codePoint, kind);
      }
      return kind;
    }
    const kind = this.#table.kinds[codePoint]!;
    return kind === unknownUnit ? this.#table.kindOf(codePoint) : kind;
  }

  #classifyPair(codePoint: number): number {
    if (this.#settings.normalization.handleChineseChars && ideographs.has(codePoint)) return aloneUnit;
    if (normalizing.has(codePoint) || removed.has(codePoint) || nonspacingMarks.has(codePoint)) return complexUnit;
    return punctuation.has(codePoint) ? aloneUnit : wordUnit;
  }
}
