/**
 * What the templates of MathType and Equation Editor draw, on one line. Those of version 5 and of those before it have other numbers, and say which of
 * their parts are there in other ways.
 */
import { fraction, grouped, root, scripted } from "./linear.ts";

export interface MtefPart {
  readonly kind: "line" | "character";
  readonly text: string;
  readonly isCompound: boolean;
  /** Of a character: a function's name, a variable, text. */
  readonly face: number;
}

/** What stands in a template: lines, and signs such as its parentheses, in the order of the file. */
export interface TemplateParts {
  readonly lines: readonly string[];
  readonly signs: readonly string[];
}

const fences = ["⟨⟩", "()", "{}", "[]", "||", "‖‖", "⌊⌋", "⌈⌉", "⟦⟧"];

/** A template of version 5. */
export function newerTemplate(selector: number, variation: number, { lines, signs }: TemplateParts): MtefPart {
  const [first = "", second = "", third = ""] = lines;
  if (selector <= 8) return fenced(first, selector, signs, (variation & 1) !== 0, (variation & 2) !== 0);
  if (selector === 9) return whole(`${signs[0] ?? ""}${first}${signs[1] ?? ""}`);
  if (selector === 10) return whole(root(first, second));
  if (selector === 11) return compound(fraction(first, second));
  if (selector >= 15 && selector <= 22) return bigOperator("∫∑∏∐⋃⋂∫∑"[selector - 15]!, first, second, third, signs);
  if (selector === 23) return compound(scripted(first, second, third));
  if (selector === 26) return compound(second === "" ? grouped(first) : `${first}/${grouped(second)}`);
  if (selector >= 27 && selector <= 29) return compound(scripted("", first, second));
  if (selector === 30)
    return whole(`${signs[0] ?? "⟨"}${lines.filter((line) => line !== "").join("|")}${signs.at(-1) ?? "⟩"}`);
  return marked(selector, { 13: "\u0305", 31: "\u20d7", 32: "\u0303", 33: "\u0302" }, lines);
}

/** A template of versions 1 to 4, which leave out what is not there. */
export function olderTemplate(selector: number, variation: number, { lines, signs }: TemplateParts): MtefPart {
  const there = lines.filter((line) => line !== "");
  const [first = "", second = "", third = ""] = there;
  if (selector <= 7) return fenced(first, selector, signs, variation !== 2, variation !== 1);
  if (selector <= 12) {
    const [open = "[", close = "]"] = signs.length > 1 ? signs : (["[[", "]]", "][", "[)", "(]"][selector - 8] ?? "[]");
    return whole(`${open}${first}${close}`);
  }
  if (selector === 13) return whole(root(first, variation === 0 ? "" : second));
  if (selector === 14 || selector === 41) return compound(fraction(first, second));
  if (selector === 15 || selector === 44) return compound(script(variation, first, second));
  if (selector >= 21 && selector <= 26)
    return bigOperator(["∫", "∬", "∭"][(selector - 21) % 3]!, first, second, third, signs);
  if (selector >= 29 && selector <= 38) return bigOperator("∑∏∐⋃⋂"[(selector - 29) >> 1]!, first, second, third, signs);
  if (selector === 39) return compound(variation === 0 ? scripted(first, "", second) : scripted(first, second, third));
  if (selector === 40) return compound(second === "" ? grouped(first) : `${first}/${grouped(second)}`);
  if (selector === 42 || selector === 43)
    return compound(`${signs.join("")}${script(variation, first, second)} ${third}`);
  if (selector === 45) return whole(`${signs[0] ?? "⟨"}${there.join("|")}${signs.at(-1) ?? "⟩"}`);
  return marked(selector, { 17: "\u0305", 47: "\u20d7" }, there);
}

/** 0 is above, 1 below, 2 both, the lower first. */
function script(variation: number, first: string, second: string): string {
  if (variation === 0) return scripted("", "", first);
  return scripted("", first, variation === 1 ? "" : second);
}

function fenced(
  inner: string,
  selector: number,
  signs: readonly string[],
  hasOpen: boolean,
  hasClose: boolean,
): MtefPart {
  const [usualOpen = "", usualClose = ""] = fences[selector] ?? "";
  const open = hasOpen ? (signs[0] ?? usualOpen) : "";
  const close = hasClose ? (signs[hasOpen ? 1 : 0] ?? usualClose) : "";
  return whole(`${open}${inner}${close}`);
}

function bigOperator(usual: string, of: string, below: string, above: string, signs: readonly string[]): MtefPart {
  const sign = signs.join("").trim() || usual;
  return compound(`${scripted(sign, below, above)} ${of}`.trimEnd());
}

/** What is over or under a part; for all others the parts themselves. */
function marked(selector: number, marks: Readonly<Record<number, string>>, lines: readonly string[]): MtefPart {
  const mark = marks[selector];
  const text = lines.filter((line) => line !== "").join(" ");
  return whole(mark === undefined ? text : `${text.length > 1 ? grouped(text) : text}${mark}`);
}

function whole(text: string): MtefPart {
  return { kind: "line", text, isCompound: false, face: 0 };
}

function compound(text: string): MtefPart {
  return { kind: "line", text, isCompound: true, face: 0 };
}
