/**
 * The numbers that Word puts before paragraphs: "2.", "(a)", "Article IV", counted as Word counts them. Bullets are a dash.
 */
import { roman } from "../roman.ts";
import { type XmlElement, childElements, childNamed, xmlTree } from "../../xml/xml-tree.ts";

const levels = 9;
/** A level's text is a few characters; it is put before every paragraph. */
const longestText = 100;

interface Level {
  readonly start: number;
  readonly format: string;
  /** "%1.%2." */
  readonly text: string;
  /** The level from 1 whose number restarts this one's; 0 for none. */
  readonly restart: number;
  readonly isLegal: boolean;
  /** The style that is numbered by this level. */
  readonly style: string | undefined;
}

interface List {
  readonly abstract: string;
  readonly levels: ReadonlyMap<number, Level>;
  readonly startOverrides: ReadonlyMap<number, number>;
}

export class Numbering {
  readonly #lists = new Map<string, List>();
  /** By list that counts together: the newest number of each level. */
  readonly #counts = new Map<string, (number | undefined)[]>();
  /** Lists and levels whose restart has been done. */
  readonly #restarted = new Set<string>();

  constructor(xml: string | null) {
    const root = xml === null ? null : xmlTree(xml);
    if (!root) return;
    const abstracts = new Map<string, { levels: Map<number, Level>; link: string | undefined }>();
    const byStyle = new Map<string, string>();
    for (const element of childElements(root)) {
      const id = element.attributes["w:abstractNumId"] ?? "";
      if (element.name === "w:abstractNum") {
        abstracts.set(id, { levels: levelsOf(element), link: valueOf(element, "w:numStyleLink") });
        const style = valueOf(element, "w:styleLink");
        if (style !== undefined) byStyle.set(style, id);
      } else if (element.name === "w:num") {
        const named = valueOf(element, "w:abstractNumId") ?? "";
        // A list may be defined by a style, whose list is defined elsewhere.
        const link = abstracts.get(named)?.link;
        const abstract = (link === undefined ? undefined : byStyle.get(link)) ?? named;
        this.#lists.set(
          element.attributes["w:numId"] ?? "",
          listOf(element, abstract, abstracts.get(abstract)?.levels),
        );
      }
    }
  }

  /** The level, from 0, of a list that numbers paragraphs of a style. */
  levelOfStyle(list: string, style: string): number {
    for (const [level, { style: numbered }] of this.#lists.get(list)?.levels ?? [])
      if (numbered === style) return level;
    return 0;
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

function listOf(num: XmlElement, abstract: string, defined: ReadonlyMap<number, Level> | undefined): List {
  const own = new Map(defined);
  const startOverrides = new Map<number, number>();
  for (const override of childElements(num)) {
    if (override.name !== "w:lvlOverride") continue;
    const level = levelNumber(override.attributes["w:ilvl"]);
    const start = valueOf(override, "w:startOverride");
    if (start !== undefined) startOverrides.set(level, countOf(start));
    for (const [at, definition] of levelsOf(override)) own.set(at, definition);
  }
  return { abstract, levels: own, startOverrides };
}

function levelsOf(parent: XmlElement): Map<number, Level> {
  const found = new Map<number, Level>();
  for (const element of childElements(parent)) {
    if (element.name !== "w:lvl") continue;
    const level = levelNumber(element.attributes["w:ilvl"]);
    const restart = valueOf(element, "w:lvlRestart");
    found.set(level, {
      start: countOf(valueOf(element, "w:start") ?? "0"),
      format: valueOf(element, "w:numFmt") ?? "decimal",
      text: (valueOf(element, "w:lvlText") ?? "").slice(0, longestText),
      restart: restart === undefined ? level : levelNumber(restart),
      isLegal: childNamed(element, "w:isLgl") !== undefined,
      style: valueOf(element, "w:pStyle"),
    });
  }
  return found;
}

function valueOf(element: XmlElement, name: string): string | undefined {
  return childNamed(element, name)?.attributes["w:val"];
}

function levelNumber(text: string | undefined): number {
  const level = Math.floor(Number(text ?? 0));
  return level >= 0 && level <= levels ? level : 0;
}

function countOf(text: string): number {
  const count = Math.floor(Number(text));
  return count >= 0 && count < 1e9 ? count : 1;
}

/** A count in one of Word's number formats; those of scripts that we do not write are decimal. */
function formatted(count: number, format: string): string {
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
      return String(count);
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
