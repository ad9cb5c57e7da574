/**
 * Patterns with wildcards, matched in time proportional to pattern times text, whatever a stranger wrote.
 *
 * A pattern is compiled to a small automaton, and a text is read once with all its possible states at the same time: nothing is tried
 * and taken back, so there is no pattern that takes for ever, as there is for regular expressions. What `*` or `**` mean is decided by
 * who builds the parts: glob.ts and gitignore-rules.ts.
 */

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

export class Wildcard {
  readonly #states: State[] = [];
  /** When a state was last entered, so that it is entered once for each code of a text. */
  readonly #entered: Float64Array;
  #now = 0;

  constructor(parts: readonly Part[]) {
    this.#add(parts);
    this.#states.push({ kind: "end" });
    this.#entered = new Float64Array(this.#states.length);
  }

  /** Whether the pattern matches all of `text`, given as codes (characters or bytes). */
  test(text: ArrayLike<number>): boolean {
    let current: number[] = [];
    this.#now++;
    this.#enter(0, current);
    for (let at = 0; at < text.length; at++) {
      const next: number[] = [];
      this.#now++;
      for (const index of current) {
        const state = this.#states[index];
        const takes =
          state.kind === "code" ? state.code === text[at] : state.kind === "some" ? state.test(text[at]) : false;
        if (takes) this.#enter(index + 1, next);
      }
      if (next.length === 0) return false;
      current = next;
    }
    return current.some((index) => this.#states[index].kind === "end");
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
export function charactersOf(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0)!);
}
