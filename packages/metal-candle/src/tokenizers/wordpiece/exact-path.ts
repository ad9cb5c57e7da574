/**
 * Text to ids step by step, on strings: normalise, take out the added tokens of normalised text, split at white space and
 * punctuation, cut each word into pieces. Slow and plain; the fast path hands over the runs that its tables do not describe.
 */
import { AddedTokens } from "../added-tokens.ts";
import { isWhiteSpace, punctuation, wellFormed } from "../unicode/code-points.ts";
import { normalizeBert } from "./normalize.ts";
import { wordPieces } from "./pieces.ts";
import type { WordPieceSettings } from "./settings.ts";

/** Runs are remembered up to this length in UTF-16 units, and this many of them. */
const LONGEST_REMEMBERED = 64;
const MOST_REMEMBERED = 1 << 14;

export class ExactPath {
  private readonly settings: WordPieceSettings;
  private readonly normalizedTokens: AddedTokens;
  private readonly remembered = new Map<string, readonly number[]>();

  constructor(settings: WordPieceSettings) {
    this.settings = settings;
    this.normalizedTokens = new AddedTokens(settings.normalizedTokens);
  }

  /** The ids of a run of text that white space or word boundaries delimit. */
  ids(run: string): readonly number[] {
    const known = this.remembered.get(run);
    if (known !== undefined) return known;
    const ids = this.compute(wellFormed(run));
    if (run.length <= LONGEST_REMEMBERED) {
      if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
      this.remembered.set(run, ids);
    }
    return ids;
  }

  private compute(run: string): number[] {
    const text = normalizeBert(run, this.settings.normalization);
    const ids: number[] = [];
    let start = 0;
    this.normalizedTokens.search(text);
    while (this.normalizedTokens.next()) {
      this.addWords(text.slice(start, this.normalizedTokens.start), ids);
      ids.push(this.normalizedTokens.id);
      start = this.normalizedTokens.end;
    }
    this.addWords(text.slice(start), ids);
    return ids;
  }

  private addWords(text: string, ids: number[]): void {
    let word = "";
    const close = (): void => {
      for (const id of wordPieces(word, this.settings)) ids.push(id);
      word = "";
    };
    for (const character of text) {
      const c = character.codePointAt(0)!;
      if (isWhiteSpace(c)) {
        close();
      } else if (punctuation.has(c)) {
        close();
        word = character;
        close();
      } else {
        word += character;
      }
    }
    close();
  }
}
