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
    const foreign = language === null ? null : this.#stemsIn(language);
    for (const { 0: run, index } of text.matchAll(word)) {
      if (!isUnspaced(run)) this.#look(run, index, language, foreign, found);
      else {
        for (const piece of piecesOf(run)) {
          if (piece.isUnspaced) this.#lookAtCharacters(piece.text, index + piece.start, found);
          else this.#look(piece.text, index + piece.start, language, foreign, found);
        }
      }
    }
    return found;
  }

  #look(
    run: string,
    start: number,
    language: LanguageCode | null,
    foreign: ReadonlyMap<string, readonly number[]> | null,
    found: Match[],
  ): void {
    const add = (unit: number, from = start, length = run.length) =>
      found.push({ start: from, end: from + length, unit });
    const units = this.#byStem.get(stemOf(run)) ?? (foreign ? foreign.get(stemOf(run, language)) : undefined);
    for (const unit of units ?? []) add(unit);
    if (units) return;
    for (const part of partsWithPlaces(run)) {
      for (const unit of this.#byStem.get(stemOf(part.text)) ?? []) add(unit, start + part.start, part.text.length);
    }
    if (this.#prefixes.length + this.#pieces.length === 0) return;
    const folded = fold(run.toLowerCase()).trim();
    for (const { unit, text } of this.#prefixes) if (folded.startsWith(text)) add(unit);
    for (const { unit, text } of this.#pieces) if (folded.includes(text)) add(unit);
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

  #stemsIn(language: LanguageCode): Map<string, number[]> {
    return new Map(this.#words.map(({ unit, text }) => [stemOf(text, language), [unit]]));
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
