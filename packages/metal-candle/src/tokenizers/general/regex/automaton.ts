/**
 * A pattern as a table: one look per character, whatever the alternatives. Made as texts ask for it (a lazy DFA).
 *
 * A state is the list of instructions that wait for the next character, those first that a backtracking engine would try first; an
 * instruction behind one that matches is not in it, because the engine would never come to it. So the last match that a run passes is
 * the one that the engine finds. What looks ahead looks at the character that the state waits for.
 */
import { contains, type CharacterClass } from "./character-class.ts";
import type { Program } from "./program.ts";

/** Characters that no set of the pattern tells apart are one class; patterns that tokenizers have know about twenty. */
const mostClasses = 64;
const mostStates = 512;

const unknownClass = 0;
const endOfText = 1;
/** A unit that is half of a character. */
const surrogate = 2;
const firstClass = 3;

const unknownEntry = 0;
/** An entry of the table: twice the next state, plus 1 where there is a match before the character; states count from 1. */
const matched = 1;
const deadState = 1;
const startState = 2;

export class Automaton {
  /** Characters that were looked at. */
  steps = 0;
  readonly #program: Program;
  readonly #sets: readonly CharacterClass[];
  /** By UTF-16 unit. */
  readonly #classes = new Uint8Array(0x10000).fill(surrogate, 0xd800, 0xe000);
  /** Of the characters above U+FFFF that were seen. */
  readonly #rareClasses = new Map<number, number>();
  readonly #classByMembership = new Map<string, number>();
  /** A character of each class. */
  readonly #examples: number[] = [];
  readonly #table = new Int32Array(mostClasses * mostStates);
  /** By state. */
  readonly #waiting: (readonly number[])[] = [[], [], [0]];
  readonly #stateByWaiting = new Map<string, number>([
    ["", deadState],
    ["0", startState],
  ]);

  constructor(program: Program) {
    this.#program = program;
    const sets = program.flatMap((instruction) =>
      "take" in instruction ? [instruction.take] : "ahead" in instruction ? [instruction.ahead] : [],
    );
    this.#sets = [...new Set(sets)];
  }

  /**
   * Where the match that begins at text[start] ends, or −1; text[end] counts as the end of the text.
   * @throws TooManyStates
   */
  matchEnd(text: string, start: number, end: number): number {
    const table = this.#table;
    const classes = this.#classes;
    let state = startState;
    let last = -1;
    let at = start;
    for (;;) {
      let width = 1;
      let kind = endOfText;
      if (at < end) {
        kind = classes[text.charCodeAt(at)]!;
        if (kind < firstClass) {
          const codePoint = text.codePointAt(at)!;
          kind = this.#classOf(codePoint);
          if (codePoint > 0xffff) width = 2;
        }
      }
      let entry = table[state * mostClasses + kind]!;
      if (entry === unknownEntry) entry = this.#step(state, kind);
      if ((entry & matched) !== 0) last = at;
      state = entry >> 1;
      if (state === deadState) break;
      at += width;
    }
    this.steps += at - start;
    return last;
  }

  #classOf(codePoint: number): number {
    const known = codePoint > 0xffff ? this.#rareClasses.get(codePoint) : this.#classes[codePoint];
    if (known !== undefined && known >= firstClass) return known;
    const membership = this.#sets.map((set) => (contains(set, codePoint) ? "1" : "0")).join("");
    let kind = this.#classByMembership.get(membership);
    if (kind === undefined) {
      kind = firstClass + this.#classByMembership.size;
      if (kind >= mostClasses) throw new TooManyStates();
      this.#classByMembership.set(membership, kind);
      this.#examples[kind] = codePoint;
    }
    if (codePoint > 0xffff) this.#rareClasses.set(codePoint, kind);
    // A surrogate on its own is a character of its own; its place in the table says that it may be half of one.
    else if (this.#classes[codePoint] === unknownClass) this.#classes[codePoint] = kind;
    return kind;
  }

  /** Fills an entry of the table. */
  #step(state: number, kind: number): number {
    const example = kind === endOfText ? null : this.#examples[kind]!;
    const program = this.#program;
    const seen = new Set<number>();
    const waiting: number[] = [];
    let matches = 0;
    // What is to be tried, the next one last.
    const stack = this.#waiting[state]!.toReversed();
    while (stack.length > 0) {
      const next = stack.pop()!;
      if (seen.has(next)) continue;
      seen.add(next);
      const instruction = program[next]!;
      if ("match" in instruction) {
        matches = matched;
        break;
      }
      if ("take" in instruction) {
        if (example !== null && contains(instruction.take, example)) waiting.push(next + 1);
      } else if ("first" in instruction) {
        stack.push(instruction.second, instruction.first);
      } else if ("go" in instruction) {
        stack.push(instruction.go);
      } else {
        const found = example !== null && contains(instruction.ahead, example);
        if (found !== instruction.negated) stack.push(next + 1);
      }
    }
    return (this.#table[state * mostClasses + kind] = 2 * this.#stateOf(waiting) + matches);
  }

  #stateOf(waiting: readonly number[]): number {
    const key = waiting.join();
    const known = this.#stateByWaiting.get(key);
    if (known !== undefined) return known;
    const state = this.#waiting.length;
    if (state >= mostStates) throw new TooManyStates();
    this.#waiting.push(waiting);
    this.#stateByWaiting.set(key, state);
    return state;
  }
}

/** The pattern is none of those that a table is worth for. Never leaves this folder's users: they have a matcher, too. */
export class TooManyStates extends Error {}
