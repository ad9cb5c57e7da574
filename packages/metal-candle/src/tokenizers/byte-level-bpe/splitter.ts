/**
 * Cuts a text into words by a pattern. Table-driven; for patterns that a table does not suit, or that look far ahead for nothing, in
 * the way that is linear whatever the pattern.
 */
import { Automaton, TooManyStates } from "../general/regex/automaton.ts";
import { Matcher } from "../general/regex/matcher.ts";
import { compilePattern } from "../general/regex/program.ts";
import { parseRegex } from "../general/regex/syntax.ts";

/** The pattern of ByteLevel itself, GPT-2's. */
export const byteLevelPattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** Published patterns look at no character more than three times. */
const mostLooks = 16;
/** Not worth counting in short texts. */
const freeLooks = 10_000;

export class Splitter {
  /** Where the word ends that `next` found. */
  end = 0;
  readonly #automaton: Automaton;
  readonly #matcher: Matcher;
  /** What matches nothing is left out; otherwise it is a word, too. */
  readonly #dropsRest: boolean;
  #text = "";
  #textEnd = 0;
  #mostSteps = 0;
  /** Ends of the matches from here on, alternating with their starts; null while the table serves. */
  #places: number[] | null = null;
  #place = 0;
  #useTable = true;

  /** @throws UnsupportedModelError for a pattern that is not supported */
  constructor(pattern: string, dropsRest: boolean) {
    const node = parseRegex(pattern);
    this.#automaton = new Automaton(compilePattern(node, pattern));
    this.#matcher = new Matcher(node, pattern);
    this.#dropsRest = dropsRest;
  }

  /** Begins text[start … end − 1], which is a text of its own for the pattern. */
  begin(text: string, start: number, end: number): void {
    this.#text = text;
    this.#textEnd = end;
    this.end = start;
    this.#places = null;
    this.#automaton.steps = 0;
    this.#mostSteps = mostLooks * (end - start) + freeLooks;
  }

  /** Finds the next word; returns where it begins, or −1 at the end of the text. */
  next(): number {
    for (;;) {
      const start = this.end;
      if (start >= this.#textEnd) return -1;
      const stop = this.#matchEnd(start);
      if (stop > start) {
        this.end = stop;
        return start;
      }
      let at = start;
      do at += this.#text.codePointAt(at)! > 0xffff ? 2 : 1;
      while (at < this.#textEnd && this.#matchEnd(at) < 0);
      this.end = at;
      if (!this.#dropsRest) return start;
    }
  }

  #matchEnd(start: number): number {
    if (this.#places === null && this.#useTable && this.#automaton.steps <= this.#mostSteps) {
      try {
        return this.#automaton.matchEnd(this.#text, start, this.#textEnd);
      } catch (error) {
        if (!(error instanceof TooManyStates)) throw error;
        this.#useTable = false;
      }
    }
    if (this.#places === null) this.#findAll(start);
    const places = this.#places!;
    while (this.#place < places.length && places[this.#place]! < start) this.#place += 2;
    return places[this.#place] === start ? places[this.#place + 1]! : -1;
  }

  #findAll(start: number): void {
    this.#places = [];
    this.#place = 0;
    for (const [from, to] of this.#matcher.matches(this.#text.slice(start, this.#textEnd))) {
      this.#places.push(start + from, start + to);
    }
  }
}
