/**
 * A pattern as a program for a machine that tries one way after the other: what matcher.ts runs as it is, and automaton.ts makes a
 * table of.
 */
import { UnsupportedModelError } from "../../../errors.ts";
import type { CharacterClass } from "./character-class.ts";
import type { Node } from "./syntax.ts";

export type Instruction =
  /** Takes one character of the set. */
  | { readonly take: CharacterClass }
  /** Goes on at `first`, or, if that fails, at `second`. */
  | { first: number; second: number }
  | { go: number }
  | { readonly ahead: CharacterClass; readonly negated: boolean }
  | { readonly match: true };

export type Program = readonly Instruction[];

const mostInstructions = 2000;

/** @throws UnsupportedModelError for a pattern that may match nothing, or that is too large */
export function compilePattern(node: Node, pattern: string): Program {
  if (matchesNothing(node)) throw unsupportedPattern(pattern, "it may match the empty text");
  const compiler = new Compiler(pattern);
  compiler.compile(node);
  compiler.program.push({ match: true });
  return compiler.program;
}

export function unsupportedPattern(pattern: string, what: string): UnsupportedModelError {
  const shown = pattern.length > 200 ? `${pattern.slice(0, 200)}…` : pattern;
  return new UnsupportedModelError(`the regular expression ${JSON.stringify(shown)} is not supported (${what}).`);
}

class Compiler {
  readonly program: Instruction[] = [];
  readonly #pattern: string;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  compile(node: Node): void {
    const program = this.program;
    if (program.length > mostInstructions) throw unsupportedPattern(this.#pattern, "its size");
    switch (node.kind) {
      case "set":
        program.push({ take: node.set });
        break;
      case "ahead":
        program.push({ ahead: node.set, negated: node.negated });
        break;
      case "sequence":
        for (const part of node.parts) this.compile(part);
        break;
      case "either":
        this.#compileEither(node.parts);
        break;
      case "repeat":
        for (let i = 0; i < node.least; i++) this.compile(node.part);
        if (node.most === Infinity) this.#compileLoop(node.part, node.lazy);
        else for (let i = node.least; i < node.most; i++) this.#compileOptional(node.part, node.lazy);
        break;
    }
  }

  #compileEither(parts: readonly Node[]): void {
    const program = this.program;
    const ends: { go: number }[] = [];
    for (const [index, part] of parts.entries()) {
      if (index === parts.length - 1) {
        this.compile(part);
        break;
      }
      const fork = { first: program.length + 1, second: 0 };
      program.push(fork);
      this.compile(part);
      const end = { go: 0 };
      ends.push(end);
      program.push(end);
      fork.second = program.length;
    }
    for (const end of ends) end.go = program.length;
  }

  /** part* */
  #compileLoop(part: Node, lazy: boolean): void {
    const program = this.program;
    if (matchesNothing(part)) throw unsupportedPattern(this.#pattern, "a repetition of what may match the empty text");
    const start = program.length;
    const fork = { first: 0, second: 0 };
    program.push(fork);
    this.compile(part);
    program.push({ go: start });
    [fork.first, fork.second] = lazy ? [program.length, start + 1] : [start + 1, program.length];
  }

  /** part? */
  #compileOptional(part: Node, lazy: boolean): void {
    const program = this.program;
    const fork = { first: 0, second: 0 };
    const start = program.length;
    program.push(fork);
    this.compile(part);
    [fork.first, fork.second] = lazy ? [program.length, start + 1] : [start + 1, program.length];
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
