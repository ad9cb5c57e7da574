/**
 * Finds the matches of a pattern as a backtracking engine finds them (leftmost; of the ways to match, the first one tried), in time
 * linear in the text: no state of the program is tried twice at one place, since it would fail again.
 *
 * That is exact because the patterns have no back references and capture nothing: whether the rest of a program matches from a place
 * depends on nothing that came before. Marks of failed states stay valid from one search to the next.
 */
import { contains } from "./character-class.ts";
import { compilePattern, unsupportedPattern, type Program } from "./program.ts";
import type { Node } from "./syntax.ts";

/** Instructions × characters of a text: a bit for each. */
const mostMarks = 2 ** 30;

export class Matcher {
  readonly #program: Program;
  readonly #pattern: string;

  /** @throws UnsupportedModelError for a pattern that may match nothing, or that is too large */
  constructor(node: Node, pattern: string) {
    this.#pattern = pattern;
    this.#program = compilePattern(node, pattern);
  }

  /** The places of all matches: [start, end], from left to right without overlap. */
  *matches(text: string): Generator<readonly [number, number]> {
    const program = this.#program;
    const width = program.length;
    if (width * (text.length + 1) > mostMarks)
      throw unsupportedPattern(this.#pattern, `for a text of ${text.length} characters`);
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
}
