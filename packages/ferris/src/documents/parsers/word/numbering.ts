/**
 * The lists of a Word document (numbering.xml): what their levels look like, and which style each numbers.
 */
import { type Level, type List, ListCounter, levels } from "./list-counter.ts";
import { chosen } from "../office/alternate-content.ts";
import { type XmlElement, childElements, childNamed, xmlTree } from "../../xml/xml-tree.ts";

/** A level's text is a few characters; it is put before every paragraph. */
const longestText = 100;

export class Numbering {
  readonly #lists = new Map<string, List>();
  readonly #counter = new ListCounter(this.#lists);

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
    return this.#counter.next(listId, level);
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
      format: formatOf(element),
      text: (valueOf(element, "w:lvlText") ?? "").slice(0, longestText),
      restart: restart === undefined ? level : levelNumber(restart),
      isLegal: childNamed(element, "w:isLgl") !== undefined,
      style: valueOf(element, "w:pStyle"),
    });
  }
  return found;
}

/** How a level's numbers are written. Formats that Word 2007 did not know are one of two versions. */
function formatOf(level: XmlElement): string {
  const versions = childElements(level).filter(({ name }) => name === "mc:AlternateContent");
  const format = childNamed(level, "w:numFmt") ?? versions.flatMap(chosen).find(({ name }) => name === "w:numFmt");
  const { "w:val": named = "decimal", "w:format": custom = "" } = format?.attributes ?? {};
  return named === "custom" ? custom.slice(0, longestText) : named;
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
