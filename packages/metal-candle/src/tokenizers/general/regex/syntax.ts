/**
 * The regular expressions that tokenizers are published with, read into a tree: GPT-2's, cl100k's, Llama's and Qwen's patterns, runs
 * of spaces, digits, single characters.
 *
 * A pattern comes with a model, so it is a stranger's. What is read here runs in linear time (matcher.ts) whatever it says; anything
 * else (back references, look-behind, possessive groups, flags but i, anchors) is refused by name, since half of a meaning is not a meaning.
 * The meaning is Oniguruma's, which the Rust tokenizers use.
 */
import { UnsupportedModelError } from "../../../errors.ts";
import { categoryOf, type CharacterClass } from "./character-class.ts";

export type Node =
  | { readonly kind: "set"; readonly set: CharacterClass }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "either"; readonly parts: readonly Node[] }
  | {
      readonly kind: "repeat";
      readonly part: Node;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    }
  /** Looks at the one character ahead without taking it. */
  | { readonly kind: "ahead"; readonly set: CharacterClass; readonly negated: boolean };

const longestPattern = 2000;
const deepest = 50;
const largestRepeat = 100;

/** @throws UnsupportedModelError for what is not read here, with the pattern */
export function parseRegex(pattern: string): Node {
  const parser = new Parser(pattern);
  return parser.parse();
}

class Parser {
  readonly #pattern: string;
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  #ignoresCase = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#characters = Array.from(pattern.slice(0, longestPattern + 1));
  }

  parse(): Node {
    if (this.#pattern.length > longestPattern) throw this.#unsupported("its length");
    const node = this.#either();
    if (this.#at < this.#characters.length) throw this.#unsupported(`"${this.#peek()}" at ${this.#at}`);
    return node;
  }

  #either(): Node {
    if (++this.#depth > deepest) throw this.#unsupported("its depth");
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    this.#depth--;
    return parts.length === 1 ? parts[0]! : { kind: "either", parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek()) {
      parts.push(this.#repeated(this.#atom()));
    }
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  #repeated(part: Node): Node {
    const range = this.#quantifier();
    if (range === null) return part;
    const [least, most] = range;
    if (part.kind === "ahead") throw this.#unsupported("a repeated look-ahead");
    if (this.#peek() === "+" || (this.#peek() === "?" && range[2])) {
      // "{2,3}+" is not possessive in Oniguruma, and nobody writes it: not read.
      throw this.#unsupported(`"${this.#peek()}" behind a repetition`);
    }
    const lazy = this.#take("?");
    const node: Node = { kind: "repeat", part, least, most, lazy };
    if (this.#quantifier() !== null) throw this.#unsupported("a repeated repetition");
    return node;
  }

  /** [least, most, whether it was written in braces] */
  #quantifier(): [number, number, boolean] | null {
    if (this.#take("*")) return [0, Infinity, false];
    if (this.#take("+")) return [1, Infinity, false];
    if (this.#take("?")) return [0, 1, false];
    const rest = this.#characters.slice(this.#at, this.#at + 12).join("");
    const braces = /^\{(\d+)(,?)(\d*)\}/.exec(rest);
    if (braces === null) {
      if (this.#peek() === "{") throw this.#unsupported('"{"');
      return null;
    }
    this.#at += braces[0].length;
    const least = Number(braces[1]);
    const most = braces[2] === "" ? least : braces[3] === "" ? Infinity : Number(braces[3]);
    if (most < least || least > largestRepeat || (most !== Infinity && most > largestRepeat)) {
      throw this.#unsupported(`"${braces[0]}"`);
    }
    return [least, most, true];
  }

  #atom(): Node {
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return { kind: "set", set: this.#characterClass() };
      case "\\":
        return { kind: "set", set: this.#escape(false) };
      case ".":
        return { kind: "set", set: { negated: true, ranges: [[0x0a, 0x0a]], categories: [], classes: [] } };
      case "^":
      case "$":
      case "*":
      case "+":
      case "?":
      case "{":
        throw this.#unsupported(`"${character}"`);
      default:
        return { kind: "set", set: this.#literal(character) };
    }
  }

  #group(): Node {
    let node: Node;
    if (!this.#take("?")) {
      node = this.#either();
    } else if (this.#take(":")) {
      node = this.#either();
    } else if (this.#take("i")) {
      if (!this.#take(":")) throw this.#unsupported('"(?i)"');
      const before = this.#ignoresCase;
      this.#ignoresCase = true;
      node = this.#either();
      this.#ignoresCase = before;
    } else if (this.#peek() === "!" || this.#peek() === "=") {
      const negated = this.#next() === "!";
      const inner = this.#either();
      if (inner.kind !== "set") throw this.#unsupported("a look-ahead of more than one character");
      node = { kind: "ahead", set: inner.set, negated };
    } else {
      throw this.#unsupported(`"(?${this.#peek() ?? ""}"`);
    }
    if (!this.#take(")")) throw this.#unsupported('"(" without ")"');
    return node;
  }

  #characterClass(): CharacterClass {
    const negated = this.#take("^");
    const ranges: [number, number][] = [];
    const categories: CharacterClass["categories"][number][] = [];
    const classes: CharacterClass[] = [];
    for (let first = true; ; first = false) {
      const character = this.#next();
      if (character === "]" && !first) break;
      if (character === "[" || character === "]" || (character === "&" && this.#peek() === "&")) {
        throw this.#unsupported(`"${character}" within a class`);
      }
      const item = character === "\\" ? this.#escape(true) : this.#literal(character);
      const start = singleOf(item);
      if (start !== null && this.#peek() === "-" && this.#characters[this.#at + 1] !== "]") {
        this.#at++;
        const end = this.#next();
        const last = singleOf(end === "\\" ? this.#escape(true) : this.#literal(end));
        if (last === null || last < start) throw this.#unsupported("a range within a class");
        if (this.#ignoresCase) throw this.#unsupported("a range that ignores case");
        ranges.push([start, last]);
      } else if (item.negated || item.classes.length > 0) {
        classes.push(item);
      } else {
        ranges.push(...(item.ranges as [number, number][]));
        categories.push(...item.categories);
      }
    }
    return { negated, ranges, categories, classes };
  }

  /** What follows a backslash. */
  #escape(inClass: boolean): CharacterClass {
    const character = this.#next();
    const literal = controls.get(character);
    if (literal !== undefined) return single(literal);
    if (character === "p" || character === "P") return this.#property(character === "P");
    if (character === "x" || character === "u") return single(this.#codePoint(character));
    const name = `\\${character.toLowerCase()}`;
    const category = (inClass ? categoryOf(`[${name}]`) : null) ?? categoryOf(name);
    if (category !== null && "sSdDwW".includes(character)) {
      return { negated: character !== character.toLowerCase(), ranges: [], categories: [category], classes: [] };
    }
    if (/[A-Za-z0-9]/.test(character)) throw this.#unsupported(`"\\${character}"${inClass ? " within a class" : ""}`);
    return this.#literal(character);
  }

  #property(negated: boolean): CharacterClass {
    const rest = this.#characters.slice(this.#at, this.#at + 40).join("");
    const braces = /^\{(\^?)(\w+)\}/.exec(rest);
    const category = braces === null ? null : categoryOf(braces[2]!);
    if (braces === null || category === null) throw this.#unsupported(`"\\p${braces?.[0] ?? ""}"`);
    this.#at += braces[0].length;
    return { negated: negated !== (braces[1] === "^"), ranges: [], categories: [category], classes: [] };
  }

  #codePoint(kind: "x" | "u"): number {
    const rest = this.#characters.slice(this.#at, this.#at + 12).join("");
    const match = (kind === "x" ? /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/ : /^()([0-9A-Fa-f]{4})/).exec(rest);
    const value = match === null ? NaN : Number.parseInt(match[1] || match[2]!, 16);
    // \xHH above 7F is a byte of UTF-8 in Oniguruma, not a character.
    if (!(value <= 0x10ffff) || (kind === "x" && !match![1] && value > 0x7f)) throw this.#unsupported(`"\\${kind}"`);
    this.#at += match![0].length;
    return value;
  }

  #literal(character: string): CharacterClass {
    const codePoint = character.codePointAt(0)!;
    if (!this.#ignoresCase) return single(codePoint);
    if (codePoint > 0x7f) throw this.#unsupported(`"${character}" that ignores case`);
    // Besides A and a, Oniguruma folds the long s and the Kelvin sign.
    const others = [character.toLowerCase(), character.toUpperCase()].map((c) => c.codePointAt(0)!);
    if (/[sS]/.test(character)) others.push(0x17f);
    if (/[kK]/.test(character)) others.push(0x212a);
    return { negated: false, ranges: others.map((c) => [c, c] as const), categories: [], classes: [] };
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const character = this.#peek();
    if (character === undefined) throw this.#unsupported("its end");
    this.#at++;
    return character;
  }

  #unsupported(what: string): UnsupportedModelError {
    const shown = this.#pattern.length > 200 ? `${this.#pattern.slice(0, 200)}…` : this.#pattern;
    return new UnsupportedModelError(`the regular expression ${JSON.stringify(shown)} is not supported (${what}).`);
  }
}

const controls: ReadonlyMap<string, number> = new Map([
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
  ["f", 0x0c],
  ["v", 0x0b],
  ["a", 0x07],
  ["e", 0x1b],
]);

function single(codePoint: number): CharacterClass {
  return { negated: false, ranges: [[codePoint, codePoint]], categories: [], classes: [] };
}

function singleOf(set: CharacterClass): number | null {
  const [range] = set.ranges;
  const plain = !set.negated && set.ranges.length === 1 && set.categories.length === 0 && set.classes.length === 0;
  return plain && range![0] === range![1] ? range![0] : null;
}
