/**
 * The numbers of OpenDocument's lists: counting through nested and continued lists. Bullets are a dash.
 */
import { roman } from "../roman.ts";
import { formatted } from "../word/list-counter.ts";
import { bounded, type ListLevel } from "./list-levels.ts";
import type { TextStyles } from "./styles.ts";

/** Counts the items of one list, all its levels, and of the lists that continue it. */
export class ListCounter {
  readonly #styles: TextStyles;
  readonly #counts: (number | undefined)[] = [];
  /** By level: how the newest number was written. */
  readonly #definitions: (ListLevel | undefined)[] = [];

  constructor(styles: TextStyles) {
    this.#styles = styles;
  }

  /** The label of the next item at a level from 1: "2.1", "-" for a bullet. */
  next(style: string, level: number, startValue: string | undefined): string {
    const definition = this.#styles.listLevel(style, level);
    // Another kind of number begins anew.
    const before = this.#definitions[level];
    if (before !== definition && (!before || !definition || !isAlike(before, definition)))
      this.#counts[level] = undefined;
    this.#definitions[level] = definition;
    const given = startValue === undefined ? undefined : bounded(startValue, 1e6);
    this.#counts[level] = given ?? (this.#counts[level] ?? (definition?.start ?? 1) - 1) + 1;
    this.#counts.length = level + 1;
    if (!definition?.isNumber || definition.format === "") return "-";
    const numbers: string[] = [];
    for (let at = Math.max(1, level - definition.shown + 1); at <= level; at++) {
      const format = this.#styles.listLevel(style, at)?.format ?? "1";
      if (format !== "") numbers.push(numbered(this.#counts[at] ?? 1, format));
    }
    return `${definition.prefix}${numbers.join(".")}${definition.suffix}`.trim() || "-";
  }

  /** Items of a level begin again from their start: a list within another. */
  restart(level: number): void {
    this.#counts.length = Math.min(this.#counts.length, level);
  }
}

function isAlike(one: ListLevel, other: ListLevel): boolean {
  const { isNumber, format, prefix, suffix } = one;
  return other.isNumber === isNumber && other.format === format && other.prefix === prefix && other.suffix === suffix;
}

/** The first of each series of LibreOffice's formats, and what OOXML calls them. */
const namedFormats: Readonly<Record<string, string>> = {
  "①": "decimalEnclosedCircle",
  一: "chineseCounting",
  甲: "ideographTraditional",
  子: "ideographZodiac",
  ア: "aiueo",
  ｱ: "aiueo",
  イ: "iroha",
  ｲ: "iroha",
  가: "ganada",
  ㄱ: "chosung",
  א: "hebrew1",
  أ: "arabicAlpha",
  А: "russianUpper",
  а: "russianLower",
  ก: "thaiLetters",
  One: "cardinalText",
  First: "ordinalText",
  "1st": "ordinal",
};

function numbered(count: number, format: string): string {
  const named = namedFormats[format.split(",")[0]!.trim()];
  if (named !== undefined) return formatted(count, named);
  if (/^[aA]$/.test(format) && count <= 26) {
    const letter = String.fromCharCode(96 + count);
    return format === "A" ? letter.toUpperCase() : letter;
  }
  if (format === "i") return roman(count);
  if (format === "I") return roman(count).toUpperCase();
  return String(count);
}
