/**
 * Text to ids step by step, on strings: normalise, take out the added tokens of normalised text, split at white space and
 * punctuation, cut each word into pieces. Slow and plain; the fast path hands over the runs that its tables do not describe.
 */
import { AddedTokens } from "../added-tokens.ts";
import { isWhiteSpace, punctuation, wellFormed } from "../unicode/code-points.ts";
import { normalizeBert } from "./normalize.ts";
import type { WordPieceSettings } from "./settings.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Runs are remembered up to this length in UTF-16 units, and this many of them. */
const longestRemembered = 64;
const mostRemembered = 1 << 14;

export class ExactPath {
  readonly #settings: WordPieceSettings;
  readonly #vocabulary: Vocabulary;
  readonly #normalizedTokens: AddedTokens;
  readonly #remembered = new Map<string, readonly number[]>();

  constructor(settings: WordPieceSettings, vocabulary: Vocabulary) {
    this.#settings = settings;
    this.#vocabulary = vocabulary;
    this.#normalizedTokens = new AddedTokens(settings.normalizedTokens);
  }

  /** The ids of a run of text that white space or word boundaries delimit. */
  ids(run: string): readonly number[] {
    const known = this.#remembered.get(run);
    if (known !== undefined) return known;
    const ids = this.#compute(wellFormed(run));
    if (run.length <= longestRemembered) {
      if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
      this.#remembered.set(run, ids);
    }
    return ids;
  }

  #compute(run: string): number[] {
    const text = normalizeBert(run, this.#settings.normalization);
    const ids: number[] = [];
    let start = 0;
    this.#normalizedTokens.search(text);
    while (this.#normalizedTokens.next()) {
      this.#addWords(text.slice(start, this.#normalizedTokens.start), ids);
      ids.push(this.#normalizedTokens.id);
      start = this.#normalizedTokens.end;
    }
    this.#addWords(text.slice(start), ids);
    return ids;
  }

  #addWords(text: string, ids: number[]): void {
    let word = "";
    const close = (): void => {
      const units = Uint16Array.from({ length: word.length }, (_, i) => word.charCodeAt(i));
      const pieces = new Int32Array(Math.max(word.length, 1));
      const count = this.#vocabulary.cut(units, units.length, pieces);
      for (let i = 0; i < count; i++) ids.push(pieces[i]!);
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
