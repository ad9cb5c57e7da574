/**
 * How much of a text the exact path is given: from the word that the tables do not describe up to the next place where nothing before
 * can matter to what follows, and of a word that is too long only as much as shows it.
 *
 * Such a place is before white space, an ideograph or punctuation: a word ends there, and a canonical reordering does, since all of
 * them are starters (combining class 0). Only an added token of normalised text could reach across, if it has that character
 * behind its first one; there the run goes on.
 */
import { ideographs, nonspacingMarks, normalizing, punctuation, removed } from "../unicode/code-points.ts";
import type { WordPieceSettings } from "./settings.ts";
import { ALONE, COMPLEX, REMOVED, SEVERAL, SPACE, UNKNOWN, WORD } from "./unit-table.ts";
import type { UnitTable } from "./unit-table.ts";

export class ExactRuns {
  /** Where the last run ended in its text. */
  end = 0;
  private readonly table: UnitTable;
  private readonly settings: WordPieceSettings;
  /** What the added tokens of normalised text have behind their first unit. */
  private readonly tails: string;
  /** Plain characters in a row from which on their word is unknown whatever more there are, even if a token takes the first few. */
  private readonly enough: number;
  /** Kinds of the code points above U+FFFF seen so far. */
  private readonly kindsOfPairs = new Map<number, number>();

  constructor(settings: WordPieceSettings, table: UnitTable) {
    const patterns = settings.normalizedTokens.map(({ pattern }) => pattern);
    this.settings = settings;
    this.table = table;
    this.tails = patterns.map((pattern) => pattern.slice(1)).join("");
    this.enough = settings.model.longestWord + 1 + Math.max(0, ...patterns.map(({ length }) => length));
  }

  /** The run that begins at text[start] and ends before text[limit], without what would change none of its ids. */
  take(text: string, start: number, limit: number): string {
    let run = "";
    let keptFrom = start;
    let wordLength = 0;
    let at = start;
    while (at < limit) {
      const codePoint = text.codePointAt(at)!;
      const kind = this.kindOf(codePoint);
      if ((kind === SPACE || kind === ALONE) && at > start) break;
      if (kind === WORD || kind === SEVERAL) {
        if (++wordLength === this.enough + 1) run += text.slice(keptFrom, at);
      } else if (kind !== REMOVED) {
        if (wordLength > this.enough) keptFrom = at;
        wordLength = 0;
      }
      at += codePoint > 0xffff ? 2 : 1;
    }
    this.end = Math.min(at, limit);
    return wordLength > this.enough ? run : run + text.slice(keptFrom, this.end);
  }

  /** A kind of unit-table.ts: ALONE only where a run may end, COMPLEX wherever that or the length of a word is in doubt. */
  private kindOf(codePoint: number): number {
    if (codePoint > 0xffff) {
      let kind = this.kindsOfPairs.get(codePoint);
      if (kind === undefined) {
        kind = this.classifyPair(codePoint);
        this.kindsOfPairs.set(codePoint, kind);
      }
      return kind;
    }
    const { kinds, becomes } = this.table;
    let kind = kinds[codePoint]!;
    if (kind === UNKNOWN) kind = this.table.kindOf(codePoint);
    if (kind === ALONE && this.tails.includes(String.fromCharCode(becomes[codePoint]!))) return COMPLEX;
    return kind;
  }

  private classifyPair(codePoint: number): number {
    if (this.tails.includes(String.fromCodePoint(codePoint))) return COMPLEX;
    if (this.settings.normalization.handleChineseChars && ideographs.has(codePoint)) return ALONE;
    if (normalizing.has(codePoint) || removed.has(codePoint) || nonspacingMarks.has(codePoint)) return COMPLEX;
    return punctuation.has(codePoint) ? ALONE : WORD;
  }
}
