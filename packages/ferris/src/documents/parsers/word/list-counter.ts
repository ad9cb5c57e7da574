/**
 * Counting the paragraphs of Word's lists as Word counts them, in new files and old: "2.", "(a)", "Article IV". Bullets are a dash.
 */
import { roman } from "../roman.ts";
import { namedNumber } from "./number-names.ts";

export const levels = 9;

export interface Level {
  readonly start: number;
  /** As OOXML names it: "decimal", "lowerRoman", "bullet" … */
  readonly format: string;
  /** "%1.%2." */
  readonly text: string;
  /** The level from 1 whose number restarts this one's; 0 for none. */
  readonly restart: number;
  readonly isLegal: boolean;
  /** The style that is numbered by this level. */
  readonly style: string | undefined;
}

export interface List {
  /** Lists with the same count together. */
  readonly abstract: string;
  readonly levels: ReadonlyMap<number, Level>;
  readonly startOverrides: ReadonlyMap<number, number>;
}

export class ListCounter {
  readonly #lists: ReadonlyMap<string, List>;
  /** By list that counts together: the newest number of each level. */
  readonly #counts = new Map<string, (number | undefined)[]>();
  /** Lists and levels whose restart has been done. */
  readonly #restarted = new Set<string>();

  constructor(lists: ReadonlyMap<string, List>) {
    this.#lists = lists;
  }

  /** What stands before the next paragraph of that list and level: "2.1", "-" for a bullet; null for nothing. */
  next(listId: string, level: number): string | null {
    const list = this.#lists.get(listId);
    const definition = list?.levels.get(level);
    if (!list || !definition) return level >= 0 && level < levels && listId !== "0" ? "-" : null;
    const counts = this.#counts.get(list.abstract) ?? [];
    this.#counts.set(list.abstract, counts);
    const override = list.startOverrides.get(level);
    const key = `${listId} ${level}`;
    if (override !== undefined && !this.#restarted.has(key)) {
      this.#restarted.add(key);
      counts[level] = override;
    } else counts[level] = (counts[level] ?? definition.start - 1) + 1;
    for (let deeper = level + 1; deeper < levels; deeper++) {
      const restart = list.levels.get(deeper)?.restart;
      if (restart === undefined || restart > level) counts[deeper] = undefined;
    }
    if (definition.format === "bullet") return "-";
    const text = definition.text.replace(/%([1-9])/g, (_, digit: string) => {
      const at = Number(digit) - 1;
      const other = list.levels.get(at);
      const format = definition.isLegal && at < level ? "decimal" : (other?.format ?? "decimal");
      return formatted(counts[at] ?? other?.start ?? 1, format);
    });
    return text.trim() === "" ? null : text.trim();
  }
}

/** A count in one of Word's number formats; those of scripts that we do not write are decimal. */
export function formatted(count: number, format: string): string {
  switch (format) {
    case "none":
    case "bullet":
      return "";
    case "decimalZero":
      return String(count).padStart(2, "0");
    case "lowerLetter":
      return letters(count);
    case "upperLetter":
      return letters(count).toUpperCase();
    case "lowerRoman":
      return roman(count);
    case "upperRoman":
      return roman(count).toUpperCase();
    case "ordinal":
      return ordinal(count);
    default:
      // "001, 002, 003, ...": with as many digits as the first.
      if (/^0\d{1,9}, /.test(format)) return String(count).padStart(format.indexOf(","), "0");
      return namedNumber(count, format) ?? String(count);
  }
}

/** a … z, aa, bb …, as Word counts. */
function letters(count: number): string {
  if (count < 1 || count > 26 * 10) return String(count);
  return String.fromCharCode(97 + ((count - 1) % 26)).repeat(Math.ceil(count / 26));
}

function ordinal(count: number): string {
  const teens = count % 100 > 10 && count % 100 < 14;
  const suffix = teens ? "th" : (["th", "st", "nd", "rd"][count % 10] ?? "th");
  return `${count}${suffix}`;
}
