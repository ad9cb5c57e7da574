/**
 * Where a text has the words of a query: for coverage, snippets and highlighting.
 *
 * Words match as full-text search matches them: by stem, folded, in parts of identifiers; Chinese, Japanese, Thai by their characters. Positions are
 * those of the text as it is.
 */
import { fold } from "../../words/fold.ts";
import { partsOf } from "../../words/identifiers.ts";
import { type LanguageCode, languageOf } from "../../words/language.ts";
import { stemOf } from "../../words/stems.ts";
import { charactersOf, isUnspaced, piecesOf } from "../../words/unspaced.ts";
import type { QueryUnit } from "./query.ts";

/** A stretch of a text, in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A word of a query in a text; `unit` is its place in the query's units. */
export interface Match extends Range {
  readonly unit: number;
}

/** A match in a word, from the word's beginning on. */
interface Within {
  readonly unit: number;
  readonly from: number;
  readonly length: number;
}

const word = /[\p{L}\p{N}\p{M}\u00AD\u200B\u2060]+|(?![\x00-\x7f©®™])\p{Extended_Pictographic}/gu;
/** A piece of a name that is worth looking for inside of others. */
const identifierPiece = /\p{Ll}\p{Lu}|\p{L}\p{N}|\p{N}\p{L}/u;
const shortestPiece = 6;

export class WordMatcher {
  readonly #languages: readonly LanguageCode[];
  readonly #byStem = new Map<string, number[]>();
  readonly #words: { readonly unit: number; readonly text: string }[] = [];
  readonly #prefixes: { readonly unit: number; readonly text: string }[] = [];
  readonly #pieces: { readonly unit: number; readonly text: string }[] = [];
  readonly #unspaced: { readonly unit: number; readonly characters: readonly string[] }[] = [];
  readonly #known = new Map<LanguageCode | null, Map<string, readonly Within[]>>();
  readonly #stems = new Map<LanguageCode, ReadonlyMap<string, readonly number[]>>();

  /** @param languages of which the index has stems */
  constructor(units: readonly QueryUnit[], languages: readonly LanguageCode[] = []) {
    this.#languages = languages;
    units.forEach(({ kind, text }, unit) => {
      const folded = fold(text.toLowerCase()).trim();
      // Whoever cares that these are whole looks for them otherwise (coverage.ts).
      if (kind === "version" || kind === "name")
        for (const [part] of text.matchAll(word)) this.#note(stemOf(part), unit);
      else if (kind === "prefix") this.#prefixes.push({ unit, text: folded });
      else if (isUnspaced(folded)) this.#unspaced.push({ unit, characters: charactersOf(folded) });
      else {
        this.#words.push({ unit, text: folded });
        this.#note(stemOf(text), unit);
        if (text.length >= shortestPiece && identifierPiece.test(text)) this.#pieces.push({ unit, text: folded });
      }
    });
  }

  /** Matches in order of their start; those of unspaced scripts may overlap. */
  find(text: string): Match[] {
    const found: Match[] = [];
    const language = this.#languages.length > 0 ? languageOf(text) : null;
    const known = this.#knownIn(language);
    const add = (run: string, start: number): void => {
      for (const { unit, from, length } of this.#look(run, language, known)) {
        found.push({ start: start + from, end: start + from + length, unit });
      }
    };
    for (const { 0: run, index } of text.matchAll(word)) {
      if (known.has(run) || !isUnspaced(run)) add(run, index);
      else {
        for (const piece of piecesOf(run)) {
          if (piece.isUnspaced) this.#lookAtCharacters(piece.text, index + piece.start, found);
          else add(piece.text, index + piece.start);
        }
      }
    }
    return found;
  }

  /** Words come again and again in what a query finds: each is looked at once. */
  #look(run: string, language: LanguageCode | null, known: Map<string, readonly Within[]>): readonly Within[] {
    let within = known.get(run);
    if (within === undefined) known.set(run, (within = this.#lookAt(run, language)));
    return within;
  }

  #lookAt(run: string, language: LanguageCode | null): readonly Within[] {
    const whole = (unit: number): Within => ({ unit, from: 0, length: run.length });
    const units =
      this.#byStem.get(stemOf(run)) ??
      (language === null ? undefined : this.#stemsIn(language).get(stemOf(run, language)));
    if (units) return units.map(whole);
    const found: Within[] = [];
    for (const { start: from, text } of partsWithPlaces(run)) {
      for (const unit of this.#byStem.get(stemOf(text)) ?? []) found.push({ unit, from, length: text.length });
    }
    if (this.#prefixes.length + this.#pieces.length === 0) return found;
    const folded = fold(run.toLowerCase()).trim();
    for (const { unit, text } of this.#prefixes) if (folded.startsWith(text)) found.push(whole(unit));
    for (const { unit, text } of this.#pieces) if (folded.includes(text)) found.push(whole(unit));
    return found;
  }

  #knownIn(language: LanguageCode | null): Map<string, readonly Within[]> {
    let known = this.#known.get(language);
    if (known === undefined) this.#known.set(language, (known = new Map()));
    return known;
  }

  #lookAtCharacters(run: string, start: number, found: Match[]): void {
    if (this.#unspaced.length === 0) return;
    const characters = charactersOf(run);
    const folded = characters.map((character) => fold(character));
    let at = start;
    characters.forEach((character, i) => {
      for (const { unit, characters: wanted } of this.#unspaced) {
        if (!wanted.every((one, k) => folded[i + k] === one)) continue;
        const length = characters.slice(i, i + wanted.length).join("").length;
        found.push({ start: at, end: at + length, unit });
      }
      at += character.length;
    });
  }

  #note(stem: string, unit: number): void {
    const known = this.#byStem.get(stem);
    if (known) known.push(unit);
    else this.#byStem.set(stem, [unit]);
  }

  #stemsIn(language: LanguageCode): ReadonlyMap<string, readonly number[]> {
    let stems = this.#stems.get(language);
    if (stems === undefined) {
      stems = new Map(this.#words.map(({ unit, text }) => [stemOf(text, language), [unit]]));
      this.#stems.set(language, stems);
    }
    return stems;
  }
}

function partsWithPlaces(run: string): { start: number; text: string }[] {
  let at = 0;
  return partsOf(run).map((text) => {
    const start = run.indexOf(text, at);
    at = start + text.length;
    return { start, text };
  });
}
