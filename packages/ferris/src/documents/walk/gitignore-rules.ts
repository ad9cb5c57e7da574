/**
 * One file of ignore rules, read as git reads it: byte by byte, the last rule that matches decides.
 *
 * What a rule means is git's own (gitignore(5), wildmatch): a slash at the end means folders only, one within ties the rule to the
 * file's folder, a rule without is for names at any depth. Names and fixed ends, which most rules are, are looked up; others go through an
 * automaton (wildcard.ts), so that no rule of a stranger takes for ever.
 */
import { type Part, Wildcard } from "./wildcard.ts";

/** Longer rules match no path that a file system has. */
const longestRule = 4_096;
/** More rules than anybody wrote: the rest is left. */
const mostRules = 20_000;

const utf8 = new TextEncoder();
const slash = 0x2f;
const closingBracket = 0x5d;
const notSlash: Part = { kind: "some", test: (code) => code !== slash };
const anyName: Part = { kind: "repeat", body: [notSlash], least: 0 };
const anything: Part = { kind: "repeat", body: [{ kind: "some", test: () => true }], least: 0 };

interface Rule {
  readonly isNegated: boolean;
  readonly foldersOnly: boolean;
  /** For the whole path below the file's folder, else for the last name alone. */
  readonly isAnchored: boolean;
  readonly matches: (bytes: Uint8Array, text: string) => boolean;
}

export class GitignoreRules {
  readonly #rules: readonly Rule[];

  /** @param ignoreCase as git's core.ignoreCase: letters of ASCII alone */
  constructor(text: string, { ignoreCase = false } = {}) {
    const rules: Rule[] = [];
    for (const line of text.replace(/^\ufeff/, "").split("\n")) {
      const rule = parseRule(line, ignoreCase);
      if (rule && rules.push(rule) >= mostRules) break;
    }
    this.#rules = rules.toReversed();
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** True: ignored; false: brought back; null: no rule says anything. `path` is below the file's folder, with slashes. */
  decide(path: string, isFolder: boolean): boolean | null {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const pathBytes = utf8.encode(path);
    const nameBytes = name === path ? pathBytes : utf8.encode(name);
    for (const rule of this.#rules) {
      if (rule.foldersOnly && !isFolder) continue;
      if (rule.isAnchored ? rule.matches(pathBytes, path) : rule.matches(nameBytes, name)) return !rule.isNegated;
    }
    return null;
  }
}

function parseRule(line: string, ignoreCase: boolean): Rule | null {
  let rule = line.replace(/\r$/, "");
  if (rule.startsWith("#") || rule.length > longestRule) return null;
  // Blanks at the end are nothing, unless a backslash holds the first of them.
  rule = withoutBlanksAtEnd(rule);
  const isNegated = rule.startsWith("!");
  if (isNegated) rule = rule.slice(1);
  const foldersOnly = rule.endsWith("/");
  if (foldersOnly) rule = rule.slice(0, -1);
  if (rule === "") return null;
  const isAnchored = rule.includes("/");
  if (rule.startsWith("/")) rule = rule.slice(1);
  const matches = matcherOf(rule, ignoreCase);
  return matches && { isNegated, foldersOnly, isAnchored, matches };
}

function withoutBlanksAtEnd(rule: string): string {
  let end = rule.length;
  while (end > 0 && rule[end - 1] === " ") end--;
  let backslashes = 0;
  while (rule[end - 1 - backslashes] === "\\") backslashes++;
  return end < rule.length && backslashes % 2 === 1 ? rule.slice(0, end + 1) : rule.slice(0, end);
}

/** Whether a rule matches a whole path or name; null for one that can match nothing, such as one with a bracket that is never closed. */
export function matcherOf(rule: string, ignoreCase: boolean): Rule["matches"] | null {
  if (!ignoreCase && !/[*?[\\]/.test(rule)) return (_bytes, text) => text === rule;
  if (!ignoreCase && /^\*[^*?[\\/]+$/.test(rule)) {
    const end = rule.slice(1);
    return (_bytes, text) => text.endsWith(end) && !text.includes("/");
  }
  const parts = parse(utf8.encode(rule), ignoreCase);
  if (parts === null) return null;
  const pattern = new Wildcard(parts);
  return (bytes) => pattern.test(bytes);
}

function parse(rule: Uint8Array, ignoreCase: boolean): Part[] | null {
  const parts: Part[] = [];
  for (let at = 0; at < rule.length; at++) {
    const sign = String.fromCharCode(rule[at]);
    if (sign === "\\") {
      if (++at === rule.length) return null;
      parts.push(codePart(rule[at], ignoreCase));
    } else if (sign === "?") parts.push(notSlash);
    else if (sign === "*") {
      const start = at;
      while (rule[at + 1] === 0x2a) at++;
      const begins = start === 0 || rule[start - 1] === slash;
      const isLast = at + 1 === rule.length;
      if (at === start || !begins || !(isLast || rule[at + 1] === slash)) parts.push(anyName);
      else if (isLast) parts.push(anything);
      else {
        // Any folders, or none: git's "**/" may match nothing, and then the slash is gone with it.
        parts.push({ kind: "either", options: [[], [anything, { kind: "code", code: slash }]] });
        at++;
      }
    } else if (sign === "[") {
      const found = parseClass(rule, at, ignoreCase);
      if (found === null) return null;
      parts.push(found.part);
      at = found.end;
    } else parts.push(codePart(rule[at], ignoreCase));
  }
  return parts;
}

function codePart(code: number, ignoreCase: boolean): Part {
  const other = ignoreCase ? otherCase(code) : code;
  return other === code ? { kind: "code", code } : { kind: "some", test: (each) => each === code || each === other };
}

function otherCase(code: number): number {
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return isLetter ? code ^ 0x20 : code;
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t-\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** `[…]` from `start` on; null where it is never closed or names a class that there is not. `end` is its last byte. */
function parseClass(rule: Uint8Array, start: number, ignoreCase: boolean): { part: Part; end: number } | null {
  let at = start + 1;
  const isNegated = rule[at] === 0x21 || rule[at] === 0x5e;
  if (isNegated) at++;
  const tests: ((code: number) => boolean)[] = [];
  let previous = -1;
  for (let first = true; ; first = false, at++) {
    if (at >= rule.length) return null;
    let code = rule[at];
    if (code === 0x5d && !first) break;
    if (code === 0x5b && rule[at + 1] === 0x3a) {
      const close = rule.indexOf(closingBracket, at + 2);
      if (close < 0) return null;
      if (rule[close - 1] === 0x3a && close - 1 > at + 1) {
        const named = classes[new TextDecoder().decode(rule.subarray(at + 2, close - 1))];
        if (!named) return null;
        const isUpper = named === classes.upper;
        tests.push(
          (each) =>
            named.test(String.fromCharCode(each)) || (ignoreCase && isUpper && /[a-z]/.test(String.fromCharCode(each))),
        );
        at = close;
        previous = -1;
        continue;
      }
    }
    if (code === 0x2d && previous >= 0 && at + 1 < rule.length && rule[at + 1] !== 0x5d) {
      code = rule[++at];
      if (code === 0x5c) code = rule[++at];
      if (code === undefined) return null;
      const [from, to] = [previous, code];
      tests.push(
        (each) => (each >= from && each <= to) || (ignoreCase && otherCase(each) >= from && otherCase(each) <= to),
      );
      previous = -1;
      continue;
    }
    if (code === 0x5c) {
      code = rule[++at];
      if (code === undefined) return null;
    }
    const one = code;
    tests.push((each) => each === one || (ignoreCase && otherCase(each) === one));
    previous = one;
  }
  const test = (code: number) => code !== slash && tests.some((each) => each(code)) !== isNegated;
  return { part: { kind: "some", test }, end: at };
}
