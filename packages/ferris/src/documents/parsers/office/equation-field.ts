/**
 * Word's EQ fields, which have no result: their instruction is what is drawn. Formulas were such fields before there was an editor for them, and
 * phonetic guides before Word 2007; files that it converted have them still: "EQ \f(a,b)", "EQ \* jc2 \* hps10 \o\ad(\s\up 9(とうきょう),東京)".
 */
import { fraction, grouped, root, scripted } from "../math/linear.ts";

/** The pattern for phonetic guides takes the square of the length, and more. */
const longestGuide = 500;
const longest = 1_000;
const deepest = 20;

/** What an EQ field draws, on one line; "" for other fields. */
export function textOfEquationField(instruction: string): string {
  const start = /^\s*EQ(?![\p{L}\p{N}])/iu.exec(instruction)?.[0].length;
  if (start === undefined || instruction.length > longest) return "";
  return baseOfPhoneticGuide(instruction) || new EquationField(instruction, start).read().replace(/\s+/g, " ").trim();
}

/** The characters under a phonetic guide, whose reading repeats them; "" for other equations. */
function baseOfPhoneticGuide(instruction: string): string {
  if (instruction.length > longestGuide) return "";
  return /^\s*EQ\b[^()]*\\o[^()]*\(\\s\\up\s*\d*(?:[.,]\d+)?\s*\([^()]*\)[,;](.*)\)\s*$/is.exec(instruction)?.[1] ?? "";
}

interface Option {
  readonly name: string;
  /** The character that it gives, for a bracket or sign. */
  readonly sign: string;
}

class EquationField {
  readonly #text: string;
  /** As the language of the one who wrote it has it. */
  readonly #separator: string;
  #at: number;
  #depth = 0;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
    this.#separator = text.includes(";") ? ";" : ",";
  }

  /** Up to the end, or within an element to what ends an argument of it. */
  read(isArgument = false): string {
    let words = "";
    /** Parentheses of the text itself. */
    let open = 0;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (isArgument && open === 0 && (character === this.#separator || character === ")")) break;
      if (character === "(") open++;
      else if (character === ")" && open > 0) open--;
      this.#at++;
      words += character === "\\" ? this.#switch(words) : character;
    }
    return words;
  }

  #switch(before: string): string {
    const kind = this.#text[this.#at++] ?? "";
    if (kind === "*") {
      // How it looks: a word, or one in quotation marks.
      this.#skip(/\s*(?:"[^"]*"|[^\s\\]*)/y);
      return "";
    }
    return /[a-z]/i.test(kind) ? this.#element(kind.toLowerCase(), before) : kind;
  }

  #element(kind: string, before: string): string {
    if (++this.#depth > deepest) this.#at = this.#text.length;
    const options: Option[] = [];
    let scripts = "";
    for (let option = this.#option(); option; option = this.#option()) {
      options.push(option);
      if (kind !== "s" || this.#text[this.#at] !== "(") continue;
      // Each of these has an argument of its own.
      const [words = ""] = this.#arguments();
      if (option.name === "up") scripts += scripted("", "", words);
      else if (option.name === "do") scripts += scripted("", words, "");
      else scripts += words;
    }
    const parts = this.#text[this.#at] === "(" ? this.#arguments() : [];
    this.#depth--;
    const separator = kind === "s" && scripts === "" && before !== "" ? " " : "";
    return separator + (kind === "s" ? scripts + parts.join(" ") : drawn(kind, options, parts));
  }

  /** "\co2", "\lc\{", "\up 8" */
  #option(): Option | null {
    const [whole, name = "", sign = ""] =
      this.#match(/\s*\\(ad|al|ar|ac|co|vs|hs|bc|lc|rc|fo|ba|li|su|pr|in|fc|vc|up|do|ai|di|to|bo|le|ri)/iy) ?? [];
    if (whole === undefined) return null;
    const takesSign = /^(?:bc|lc|rc|fc|vc)$/i.test(name);
    const [, given = sign] = (takesSign ? this.#match(/\s*\\?(\S)/y) : this.#match(/\s*(-?\d*)\s*/y)) ?? [];
    return { name: name.toLowerCase(), sign: takesSign ? given : "" };
  }

  /** In parentheses. */
  #arguments(): string[] {
    const parts: string[] = [];
    do {
      this.#at++;
      parts.push(this.read(true).trim());
    } while (this.#text[this.#at] === this.#separator);
    this.#at++;
    return parts;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }

  #skip(pattern: RegExp): void {
    this.#match(pattern);
  }
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };

function drawn(kind: string, options: readonly Option[], parts: readonly string[]): string {
  const [first = "", second = "", third = ""] = parts;
  const has = (name: string) => options.find((option) => option.name === name);
  switch (kind) {
    case "f":
      return fraction(first, second);
    case "r":
      return parts.length > 1 ? root(second, first) : root(first, "");
    case "i": {
      const sign = has("fc")?.sign ?? has("vc")?.sign ?? (has("su") ? "∑" : has("pr") ? "∏" : "∫");
      return `${scripted(sign, first, second)} ${third}`;
    }
    case "b": {
      const both = has("bc")?.sign;
      const isOne = has("lc") !== undefined || has("rc") !== undefined;
      const open = has("lc")?.sign ?? both ?? (isOne ? "" : "(");
      const close = has("rc")?.sign ?? (both === undefined ? (isOne ? "" : ")") : (closing[both] ?? both));
      return `${open}${parts.join(", ")}${close}`;
    }
    case "o":
      return parts.join("");
    case "a":
      return parts.length > 1 ? grouped(parts.join(", ")) : first;
    case "d":
      return "";
    default:
      return parts.join(", ");
  }
}
