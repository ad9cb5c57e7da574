/**
 * Paragraph styles of Word: which are headings and of what level, which are numbered, which make up a table of contents.
 *
 * What a style does not say itself, the one that it is based on says.
 */
import { type XmlElement, childElements, childNamed, xmlTree } from "../../xml/xml-tree.ts";

export interface ParagraphStyle {
  /** From 1; null for text. */
  readonly level: number | null;
  readonly list: string | undefined;
  /** From 0; undefined where the list says which of its levels the style is. */
  readonly listLevel: number | undefined;
  /** Whether paragraphs of this style are entries of a table of contents, or its title. */
  readonly isContents: boolean;
}

/** "heading 1" in the names of every language that writers other than Word put there. */
const headingName =
  /^(?:heading|überschrift|titre|título|titulo|titolo|kop|rubrik|overskrift|otsikko|nagłówek|nadpis|címsor|başlık|заголовок|επικεφαλίδα|見出し|标题|標題|제목) ?([1-9])$/iu;
const titleName = /^(?:title|titel)$/i;
const contentsName = /^(?:toc \d|toc heading|table of figures|table of authorities|contents \d|contents heading)$/i;

/** The level, from 1, of a style that is called so; null for one that is not a heading by its name. */
export function headingLevelOfName(name: string): number | null {
  const level = headingName.exec(name)?.[1];
  if (level) return Number(level);
  return titleName.test(name) ? 1 : null;
}

/** Styles may be based on one another in a circle. */
const deepest = 20;

const text: ParagraphStyle = { level: null, list: undefined, listLevel: undefined, isContents: false };

export class Styles {
  readonly #elements = new Map<string, XmlElement>();
  readonly #styles = new Map<string, ParagraphStyle>();
  readonly #usual: string | undefined;

  constructor(xml: string | null) {
    const root = xml === null ? null : xmlTree(xml);
    for (const element of root ? childElements(root) : []) {
      const { "w:styleId": id, "w:type": type = "paragraph", "w:default": usual } = element.attributes;
      if (element.name !== "w:style" || type !== "paragraph" || id === undefined) continue;
      this.#elements.set(id, element);
      if (usual === "1" || usual === "true" || usual === "on") this.#usual = id;
    }
  }

  /** The style of that id; the document's usual one for undefined. */
  style(id: string | undefined): ParagraphStyle {
    const wanted = id ?? this.#usual;
    if (wanted === undefined) return text;
    let style = this.#styles.get(wanted);
    if (!style) {
      style = this.#read(wanted, 0);
      this.#styles.set(wanted, style);
    }
    return style;
  }

  #read(id: string, depth: number): ParagraphStyle {
    const element = this.#elements.get(id);
    // Some writers name styles that they do not define.
    if (!element || depth > deepest) return { ...text, level: /^Heading([1-9])$/.test(id) ? Number(id.at(-1)) : null };
    const based = childNamed(element, "w:basedOn")?.attributes["w:val"];
    const outer = based === undefined ? text : this.#read(based, depth + 1);
    const name = (childNamed(element, "w:name")?.attributes["w:val"] ?? "").trim();
    const properties = childNamed(element, "w:pPr");
    const numbering = numberingOf(properties);
    const isContents = contentsName.test(name) || outer.isContents;
    return {
      level: isContents ? null : levelOf(name, properties, outer.level),
      list: numbering.list ?? outer.list,
      listLevel: numbering.level ?? (numbering.list === undefined ? outer.listLevel : undefined),
      isContents,
    };
  }
}

function levelOf(name: string, properties: XmlElement | undefined, outer: number | null): number | null {
  const named = headingLevelOfName(name);
  if (named !== null) return named;
  const outline = outlineLevel(properties);
  return outline === undefined ? outer : outline;
}

/** The level, from 1, that paragraph properties give; null for text, undefined where they say nothing. */
export function outlineLevel(properties: XmlElement | undefined): number | null | undefined {
  const value = childNamed(properties, "w:outlineLvl")?.attributes["w:val"];
  if (value === undefined) return undefined;
  const level = Number(value);
  return level >= 0 && level < 9 ? level + 1 : null;
}

/** The list and level that paragraph properties give. */
export function numberingOf(properties: XmlElement | undefined): { list?: string; level?: number } {
  const numbering = childNamed(properties, "w:numPr");
  const level = childNamed(numbering, "w:ilvl")?.attributes["w:val"];
  return {
    list: childNamed(numbering, "w:numId")?.attributes["w:val"],
    level: level === undefined ? undefined : Number(level),
  };
}
