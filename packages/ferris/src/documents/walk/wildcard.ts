/**
 * Patterns with wildcards, matched in time proportional to pattern times text, whatever a stranger wrote.
 *
 * A pattern is compiled to a small automaton, and a text is read once with all its possible states at the same time: nothing is tried
 * and taken back, so there is no pattern that takes for ever, as there is for regular expressions. Which states lead where is remembered,
 * so that the many paths of an index cost a look-up a character. What `*` or `**` mean is decided by
 * who builds the parts: glob.ts and gitignore-rules.ts.
 */

import { fromLatin1 } from "#platform/bytes";

/** A part of a pattern. `some` takes one code for which `test` is true; `repeat` takes its body `least` times or more. */
export type Part =
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "some"; readonly test: (code: number) => boolean }
  | { readonly kind: "repeat"; readonly body: readonly Part[]; readonly least: 0 | 1 }
  | { readonly kind: "either"; readonly options: readonly (readonly Part[])[] };

type State =
  | { kind: "code"; code: number }
  | { kind: "some"; test: (code: number) => boolean }
  | { kind: "go"; to: number[] }
  | { kind: "end" };

/** States that a text may be in at once, and where each code leads from there, as far as texts have asked. */
interface Together {
  readonly states: readonly number[];
  readonly isEnd: boolean;
  /** Null: no state is left. */
  readonly next: Map<number, Together | null>;
}

/** Then what was learnt is forgotten and learnt again: a hostile pattern would otherwise fill memory. */
const mostTogether = 64;

export class Wildcard {
  readonly #states: State[] = [];
  /** When a state was last entered, so that it is entered once for each code of a text. */
  readonly #entered: Float64Array;
  #now = 0;
  readonly #known = new Map<string, Together>();
  #start: Together | null = null;

  constructor(parts: readonly Part[]) {
    this.#add(parts);
    this.#states.push({ kind: "end" });
    this.#entered = new Float64Array(this.#states.length);
  }

  /** What the pattern takes in memory and, for each code of a text, at most in steps. */
  get size(): number {
    return this.#states.length;
  }

  /** Whether the pattern matches all of `text`, given as codes (characters or bytes). */
  test(text: ArrayLike<number>): boolean {
    let current = (this.#start ??= this.#from([0]));
    for (let at = 0; at < text.length; at++) {
      const code = text[at];
      let next = current.next.get(code);
      if (next === undefined) {
        const taken = current.states.filter((index) => this.#takes(index, code)).map((index) => index + 1);
        next = taken.length === 0 ? null : this.#from(taken);
        current.next.set(code, next);
      }
      if (next === null) return false;
      current = next;
    }
    return current.isEnd;
  }

  #takes(index: number, code: number): boolean {
    const state = this.#states[index];
    return state.kind === "code" ? state.code === code : state.kind === "some" && state.test(code);
  }

  #from(starts: readonly number[]): Together {
    const states: number[] = [];
    this.#now++;
    for (const start of starts) this.#enter(start, states);
    const key = states.sort((a, b) => a - b).join();
    let together = this.#known.get(key);
    if (together === undefined) {
      if (this.#known.size >= mostTogether) {
        this.#known.clear();
        this.#start = null;
      }
      const isEnd = states.some((index) => this.#states[index].kind === "end");
      this.#known.set(key, (together = { states, isEnd, next: new Map() }));
    }
    return together;
  }

  /** Puts the states that wait for a code, and the end, into `list`, going along from `start` without taking one. */
  #enter(start: number, list: number[]): void {
    const open = [start];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#entered[index] === this.#now) continue;
      this.#entered[index] = this.#now;
      const state = this.#states[index];
      if (state.kind === "go") open.push(...state.to);
      else list.push(index);
    }
  }

  #add(parts: readonly Part[]): void {
    for (const part of parts) {
      if (part.kind === "code" || part.kind === "some") {
        this.#states.push(part);
      } else if (part.kind === "repeat") {
        const choice = this.#go();
        const body = this.#states.length;
        this.#add(part.body);
        const again = this.#go();
        const after = this.#states.length;
        choice.to.push(body);
        if (part.least === 0) choice.to.push(after);
        again.to.push(body, after);
      } else {
        const choice = this.#go();
        const ends: { to: number[] }[] = [];
        for (const option of part.options) {
          choice.to.push(this.#states.length);
          this.#add(option);
          ends.push(this.#go());
        }
        for (const end of ends) end.to.push(this.#states.length);
      }
    }
  }

  #go(): { kind: "go"; to: number[] } {
    const state = { kind: "go" as const, to: [] };
    this.#states.push(state);
    return state;
  }
}

/** The codes of `text`, character by character. */
export function charactersOf(text: string): ArrayLike<number> {
  // Most paths: no character is more than one unit, or a byte.
  if (!/[^\0-\x7f]/.test(text)) return fromLatin1(text);
  return Array.from(text, (character) => character.codePointAt(0)!);
}
