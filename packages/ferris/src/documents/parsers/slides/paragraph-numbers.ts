/**
 * Numbers before the paragraphs of shapes, which a text body counts by itself: "2.", "(b)", "①".
 */
import { formatted } from "../word/list-counter.ts";
import { type XmlElement, childNamed } from "../../xml/xml-tree.ts";

const scheme =
  /^(arabic(?:Db)?|alphaLc|alphaUc|romanLc|romanUc|circleNum\w*?|ea1\w*?|thaiAlpha|thaiNum|hindiNum|hebrew2)(Period|ParenR|ParenBoth|Plain|Minus)$/;
/** By the beginning of a scheme's name: what Word calls the numbers. */
const formats: readonly (readonly [begin: string, format: string])[] = [
  ["alphaLc", "lowerLetter"],
  ["alphaUc", "upperLetter"],
  ["romanLc", "lowerRoman"],
  ["romanUc", "upperRoman"],
  ["circleNum", "decimalEnclosedCircle"],
  ["ea1", "chineseCounting"],
  ["thaiAlpha", "thaiLetters"],
  ["thaiNum", "thaiNumbers"],
  ["hindiNum", "hindiNumbers"],
  ["hebrew2", "hebrew2"],
];
/** Of text in shapes. */
const levels = 9;

interface Count {
  readonly type: string;
  readonly start: number;
  readonly count: number;
}

/** Counts the paragraphs of one text body. */
export class ParagraphNumbers {
  readonly #styles: XmlElement | undefined;
  /** By level: the newest number. */
  readonly #counts: (Count | undefined)[] = [];

  constructor(body: XmlElement) {
    this.#styles = childNamed(body, "a:lstStyle");
  }

  /** What stands before the next paragraph that has words; "" for nothing. */
  next(paragraph: XmlElement): string {
    const properties = childNamed(paragraph, "a:pPr");
    const level = Math.min(Math.max(0, Math.floor(Number(properties?.attributes.lvl ?? 0)) || 0), levels - 1);
    const numbering = this.#numberingOf(properties, level);
    this.#counts.length = Math.min(this.#counts.length, level + 1);
    if (!numbering) {
      this.#counts[level] = undefined;
      return "";
    }
    const { type = "", startAt = "1" } = numbering.attributes;
    const start = Math.max(1, Math.floor(Number(startAt)) || 1);
    const before = this.#counts[level];
    const count = before?.type === type && before.start === start ? before.count + 1 : start;
    this.#counts[level] = { type, start, count };
    return labelOf(type, count);
  }

  #numberingOf(properties: XmlElement | undefined, level: number): XmlElement | undefined {
    const own = childNamed(properties, "a:buAutoNum");
    if (own || childNamed(properties, "a:buNone") || childNamed(properties, "a:buChar")) return own;
    return childNamed(childNamed(this.#styles, `a:lvl${level + 1}pPr`), "a:buAutoNum");
  }
}

function labelOf(type: string, count: number): string {
  const [, numbers = "arabic", around = "Period"] = scheme.exec(type) ?? [];
  const number = formatted(count, formats.find(([begin]) => numbers.startsWith(begin))?.[1] ?? "decimal");
  if (around === "ParenBoth") return `(${number})`;
  return number + ({ Period: ".", ParenR: ")", Minus: "-" }[around] ?? "");
}
