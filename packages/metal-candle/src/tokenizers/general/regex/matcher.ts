/**
 * Finds the matches of a pattern as a backtracking engine finds them (leftmost; of the ways to match, the first one tried), in time
 * linear in the text: no state of the program is tried twice at one place, since it would fail again.
 *
 * That is exact because the patterns have no back references and capture nothing: whether the rest of a program matches from a place
 * depends on nothing that came before. Marks of failed states stay valid from one search to the next.
 */
import { UnsupportedModelError } from "../../../errors.ts";
import { contains, type CharacterClass } from "./character-class.ts";
import type { Node } from "./syntax.ts";

type Instruction =
  /** Takes one character of the set. */
  | { readonly take: CharacterClass }
  /** Goes on at `first`, or, if that fails, at `second`. */
  | { first: number; second: number }
  | { go: number }
  | { readonly ahead: CharacterClass; readonly negated: boolean }
  | { readonly match: true };

const mostInstructions = 2000;
/** Instructions × characters of a text: a bit for each. */
const mostMarks = 2 ** 30;

export class Matcher {
  readonly #program: Instruction[] = [];
  readonly #pattern: string;

  /** @throws UnsupportedModelError for a pattern that may match nothing, or that is too large */
  constructor(node: Node, pattern: string) {
    this.#pattern = pattern;
    if (matchesNothing(node)) throw this.#unsupported("it may match the empty text");
    this.#compile(node);
    this.#program.push({ match: true });
  }

  /** The places of all matches: [start, end], from left to right without overlap. */
  *matches(text: string): Generator<readonly [number, number]> {
    const program = this.#program;
    const width = program.length;
    if (width * (text.length + 1) > mostMarks) throw this.#unsupported(`for a text of ${text.length} characters`);
    const tried = new Uint8Array(Math.ceil((width * (text.length + 1)) / 8));
    // A stack of (instruction, place) to go back to.
    const stack: number[] = [];
    let start = 0;
    while (start < text.length) {
      const end = this.#matchAt(text, start, tried, stack);
      if (end > start) {
        yield [start, end];
        // States that led to the match are marked like those that failed; of places that are looked at again only `end` can have any.
        for (let state = end * width; state < (end + 1) * width; state++) tried[state >> 3]! &= ~(1 << (state & 7));
        start = end;
      } else {
        start += text.codePointAt(start)! > 0xffff ? 2 : 1;
      }
    }
  }

  /** Where the match that begins at `start` ends, or −1. */
  #matchAt(text: string, start: number, tried: Uint8Array, stack: number[]): number {
    const program = this.#program;
    const width = program.length;
    stack.length = 0;
    stack.push(0, start);
    while (stack.length > 0) {
      let at = stack.pop()!;
      let next = stack.pop()!;
      for (;;) {
        const state = at * width + next;
        if ((tried[state >> 3]! & (1 << (state & 7))) !== 0) break;
        tried[state >> 3]! |= 1 << (state & 7);
        const instruction = program[next]!;
        if ("match" in instruction) return at;
        if ("take" in instruction) {
          const codePoint = text.codePointAt(at);
          if (codePoint === undefined || !contains(instruction.take, codePoint)) break;
          at += codePoint > 0xffff ? 2 : 1;
          next++;
        } else if ("first" in instruction) {
          stack.push(instruction.second, at);
          next = instruction.first;
        } else if ("go" in instruction) {
          next = instruction.go;
        } else {
          const codePoint = text.codePointAt(at);
          const found = codePoint !== undefined && contains(instruction.ahead, codePoint);
          if (found === instruction.negated) break;
          next++;
        }
      }
    }
    return -1;
  }

  #compile(node: Node): void {
    const program = this.#program;
    if (program.length > mostInstructions) throw this.#unsupported("its size");
    switch (node.kind) {
      case "set":
        program.push({ take: node.set });
        break;
      case "ahead":
        program.push({ ahead: node.set, negated: node.negated });
        break;
      case "sequence":
        for (const part of node.parts) this.#compile(part);
        break;
      case "either":
        this.#compileEither(node.parts);
        break;
      case "repeat":
        for (let i = 0; i < node.least; i++) this.#compile(node.part);
        if (node.most === Infinity) this.#compileLoop(node.part, node.lazy);
        else for (let i = node.least; i < node.most; i++) this.#compileOptional(node.part, node.lazy);
        break;
    }
  }

  #compileEither(parts: readonly Node[]): void {
    const program = this.#program;
    const ends: { go: number }[] = [];
    for (const [index, part] of parts.entries()) {
      if (index === parts.length - 1) {
        this.#compile(part);
        break;
      }
      const fork = { first: program.length + 1, second: 0 };
      program.push(fork);
      this.#compile(part);
      const end = { go: 0 };
      ends.push(end);
      program.push(end);
      fork.second = program.length;
    }
    for (const end of ends) end.go = program.length;
  }

  /** part* */
  #compileLoop(part: Node, lazy: boolean): void {
    const program = this.#program;
    if (matchesNothing(part)) throw this.#unsupported("a repetition of what may match the empty text");
    const start = program.length;
    const fork = { first: 0, second: 0 };
    program.push(fork);
    this.#compile(part);
    program.push({ go: start });
    [fork.first, fork.second] = lazy ? [program.length, start + 1] : [start + 1, program.length];
  }

  /** part? */
  #compileOptional(part: Node, lazy: boolean): void {
    const program = this.#program;
    const fork = { first: 0, second: 0 };
    const start = program.length;
    program.push(fork);
    this.#compile(part);
    [fork.first, fork.second] = lazy ? [program.length, start + 1] : [start + 1, program.length];
  }

  #unsupported(what: string): UnsupportedModelError {
    const shown = this.#pattern.length > 200 ? `${this.#pattern.slice(0, 200)}…` : this.#pattern;
    return new UnsupportedModelError(`the regular expression ${JSON.stringify(shown)} is not supported (${what}).`);
  }
}

function matchesNothing(node: Node): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "ahead":
      return true;
    case "sequence":
      return node.parts.every(matchesNothing);
    case "either":
      return node.parts.some(matchesNothing);
    case "repeat":
      return node.least === 0 || matchesNothing(node.part);
  }
}
