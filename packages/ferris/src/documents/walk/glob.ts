/**
 * Globs as people write them for --include, --exclude and --path, in ferris.json and in queries.
 *
 *     *         anything but a slash           **        folders, any number of them
 *     ?         one character but a slash      [a-z] [!a-z]   one of these, none of these
 *     {a,b}     either                         {1..9}    a number
 *     @(a|b) ?(a|b) +(a|b) *(a|b)   once, at most once, once or more, any number of times
 *
 * A backslash takes a sign as it is, a `!` in front turns the whole around. Names with a dot in front are names like others. A pattern
 * may come from a stranger's folder: whatever it is, matching takes time proportional to its length times the path's.
 */
import { UsageError } from "../../errors.ts";
import { asNamed } from "../../files/paths.ts";
import { charactersOf, type Part, Wildcard } from "./wildcard.ts";

/** Longer than any path that is worth a pattern. */
export const longestGlob = 1_000;
const deepestGroup = 50;
const mostNumbers = 1_000;

const slash = 0x2f;
const notSlash: Part = { kind: "some", test: (code) => code !== slash };
const anyName: Part = { kind: "repeat", body: [notSlash], least: 0 };
/** Any number of folders with the slash behind each. */
const folders: Part = {
  kind: "repeat",
  body: [
    { kind: "repeat", body: [notSlash], least: 1 },
    { kind: "code", code: slash },
  ],
  least: 0,
};
const anything: Part = { kind: "repeat", body: [{ kind: "some", test: () => true }], least: 0 };

/** States of all globs together: a range of numbers has some thousands, and a thousand globs may hold a hundred ranges each. */
const largestGlobs = 1_000_000;
/** More than anybody writes by hand; each file is compared with each. */
const mostGlobs = 1_000;

/** @throws UsageError for one that is too long, or nested without end */
export function checkGlob(glob: string): void {
  checkLength(glob);
  new Parser(glob).parse();
}

function checkLength(glob: string): void {
  if (glob.length <= longestGlob) return;
  throw new UsageError(
    `the glob "${glob.slice(0, 20)}…" has ${glob.length} characters: it must have at most ${longestGlob}; several shorter ones may be given`,
  );
}

/** A test for paths with slashes: true where one of `globs` matches all of the path. Throws UsageError as checkGlob does. */
export function makeGlobs(globs: readonly string[]): (path: string) => boolean {
  if (globs.length > 2 * mostGlobs) {
    throw new UsageError(`there are more than ${mostGlobs} globs: write wider ones, with * or {a,b}`);
  }
  let size = 0;
  const matchers = globs.map((written) => {
    checkLength(written);
    const glob = asNamed(written);
    checkGlob(glob);
    const isNegated = glob.startsWith("!") && !glob.startsWith("!(");
    const pattern = new Wildcard(new Parser(isNegated ? glob.slice(1) : glob).parse());
    size += pattern.size;
    if (size > largestGlobs) {
      throw new UsageError("the globs hold too many choices: write * in place of long lists and ranges");
    }
    return (path: ArrayLike<number>) => pattern.test(path) !== isNegated;
  });
  return (path) => {
    const codes = charactersOf(asNamed(path));
    return matchers.some((matches) => matches(codes));
  };
}

/** `docs` and `docs/` stand for what is below a folder of that name too, wherever it is; a slash within ties it to the top. */
export function broadened(glob: string): string[] {
  checkLength(glob);
  const isNegated = glob.startsWith("!") && !glob.startsWith("!(");
  const bare = (isNegated ? glob.slice(1) : glob).replace(/^(?:\.?\/)+/, "");
  const name = bare.replace(/\/+$/, "");
  if (name === "" || name === "." || name === "**") return ["**"];
  const rooted = name.includes("/") ? name : `**/${name}`;
  if (isNegated) return [`!${rooted}`];
  const below = `${rooted}/**/*`;
  return bare === name ? [rooted, below] : [below];
}

class Parser {
  readonly #codes: ArrayLike<number>;
  readonly #glob: string;
  #at = 0;
  #depth = 0;
  /** Where braces stand that nothing closes. */
  readonly #unclosed = new Set<number>();

  constructor(glob: string) {
    this.#glob = glob;
    this.#codes = charactersOf(glob);
  }

  parse(): Part[] {
    return this.#sequence("");
  }

  /** Up to one of `ends`, which is left there, or the end of the pattern. */
  #sequence(ends: string): Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#codes.length && !ends.includes(this.#sign())) {
      const sign = this.#sign();
      if (sign === "\\" && this.#at + 1 < this.#codes.length) {
        this.#at++;
        parts.push(this.#take());
      } else if ("@?+*!".includes(sign) && this.#sign(1) === "(") {
        parts.push(this.#group(sign));
      } else if (sign === "*") this.#stars(parts, ends);
      else if (sign === "?") {
        this.#at++;
        parts.push(notSlash);
      } else if (sign === "[") parts.push(this.#oneOf());
      else if (sign === "{") parts.push(...this.#braces());
      else parts.push(this.#take());
    }
    return parts;
  }

  #sign(ahead = 0): string {
    const code = this.#codes[this.#at + ahead];
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  #take(): Part {
    return { kind: "code", code: this.#codes[this.#at++] };
  }

  #stars(parts: Part[], ends: string): void {
    const begins = this.#at === 0 || this.#codes[this.#at - 1] === slash || "{,(|".includes(this.#sign(-1));
    let count = 0;
    for (; this.#sign() === "*" && this.#sign(1) !== "("; this.#at++) count++;
    const isLast = this.#at === this.#codes.length || ends.includes(this.#sign());
    if (count < 2 || !begins || !(isLast || this.#sign() === "/")) {
      parts.push(anyName);
    } else if (!isLast) {
      this.#at++;
      parts.push(folders);
    } else {
      // "a/**" is the folder itself too.
      const before = parts.at(-1);
      const hasSlash = before?.kind === "code" && before.code === slash;
      if (hasSlash && parts.length > 1) {
        parts.pop();
        parts.push({ kind: "either", options: [[], [before, anything]] });
      } else parts.push(anything);
    }
  }

  #group(sign: string): Part {
    if (sign === "!") {
      throw new UsageError(`"${this.#glob}": !(…) is not understood; exclude what should not match instead`);
    }
    this.#at += 2;
    const options = this.#options("|", ")");
    if (options === null) {
      throw new UsageError(`"${this.#glob}": a bracket is not closed; a backslash in front takes it as it is`);
    }
    const either: Part = { kind: "either", options: sign === "?" ? [[], ...options] : options };
    return sign === "+" || sign === "*" ? { kind: "repeat", body: [either], least: sign === "+" ? 1 : 0 } : either;
  }

  /** After the opening bracket, to behind the closing one; null where there is none. */
  #options(between: string, end: string): Part[][] | null {
    if (++this.#depth > deepestGroup) {
      throw new UsageError(`"${this.#glob.slice(0, 20)}…": brackets are nested more than ${deepestGroup} deep`);
    }
    const options: Part[][] = [];
    do {
      options.push(this.#sequence(between + end));
    } while (this.#sign() === between && this.#at++ >= 0);
    this.#depth--;
    if (this.#sign() !== end) return null;
    this.#at++;
    return options;
  }

  #braces(): Part[] {
    const start = this.#at;
    const range = /^\{(-?\d{1,6})\.\.(-?\d{1,6})\}/.exec(this.#glob.slice(start));
    if (range && this.#codes.length === this.#glob.length) {
      const [from, to] = [Number(range[1]), Number(range[2])].sort((a, b) => a - b);
      if (to - from < mostNumbers) {
        this.#at += range[0].length;
        const numbers = Array.from({ length: to - from + 1 }, (_, i) => Array.from(charactersOf(String(from + i))));
        return [{ kind: "either", options: numbers.map((digits) => digits.map((code) => ({ kind: "code", code }))) }];
      }
    }
    const brace = this.#take();
    // Tried once, however often what stands in front of it is read again: each of many would double the work.
    if (this.#unclosed.has(start)) return [brace];
    const options = this.#options(",", "}");
    // A brace that is never closed, or holds no choice, is a brace.
    if (options === null) {
      this.#unclosed.add(start);
      this.#at = start + 1;
      return [brace];
    }
    if (options.length === 1) return [brace, ...options[0], { kind: "code", code: 0x7d }];
    return [{ kind: "either", options }];
  }

  /** `[a-z]`, `[!a-z]`; a bracket that is never closed is a bracket. */
  #oneOf(): Part {
    const start = this.#at++;
    const isNegated = "!^".includes(this.#sign()) && this.#sign() !== "";
    if (isNegated) this.#at++;
    const ranges: [number, number][] = [];
    for (let first = true; this.#at < this.#codes.length; first = false) {
      if (this.#sign() === "]" && !first) {
        this.#at++;
        const contains = (code: number) => ranges.some(([from, to]) => code >= from && code <= to);
        return { kind: "some", test: (code) => code !== slash && contains(code) !== isNegated };
      }
      const from = this.#classCode();
      if (this.#sign() === "-" && this.#sign(1) !== "]" && this.#sign(1) !== "") {
        this.#at++;
        ranges.push([from, this.#classCode()]);
      } else ranges.push([from, from]);
    }
    this.#at = start;
    return this.#take();
  }

  #classCode(): number {
    if (this.#sign() === "\\" && this.#at + 1 < this.#codes.length) this.#at++;
    return this.#codes[this.#at++];
  }
}
