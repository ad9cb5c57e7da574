/**
 * The words of a paragraph of OpenDocument, and what hangs on it: notes, comments, frames.
 */
import { descriptionLines } from "../picture-description.ts";
import { linearMathMl } from "../math/mathml.ts";
import { type XmlElement, childElements, childNamed, textWithin } from "../../xml/xml-tree.ts";
import { withSymbols } from "../word/symbols.ts";
import type { Objects } from "./objects.ts";
import type { TextStyles } from "./styles.ts";

export interface ParagraphWords {
  readonly text: string;
  /** Elements whose blocks follow the paragraph, in order. */
  readonly attached: readonly XmlElement[];
}

const withoutWords = new Set([
  "text:note-citation",
  "text:page-number",
  "text:ruby-text",
  "text:script",
  "text:tracked-changes",
  "office:binary-data",
  "text:bookmark-start",
]);

const inFontOfSigns = /[\uf020-\uf0ff]/;

/** Reads a paragraph or heading; formulas in it are put into words where they stand. */
export function readParagraph(paragraph: XmlElement, objects: Objects, styles: TextStyles): ParagraphWords {
  const attached: XmlElement[] = [];
  const ownStyle = paragraph.attributes["text:style-name"] ?? "";
  return { text: inner(paragraph), attached };

  function inner(element: XmlElement): string {
    let text = "";
    for (const child of element.children) text += typeof child === "string" ? words(child, element) : read(child);
    return text;
  }

  /** Text as its font shows it: fonts of signs have them in places of their own. */
  function words(text: string, { attributes }: XmlElement): string {
    const spaced = oneSpaced(text);
    return styles.hasSigns || inFontOfSigns.test(spaced)
      ? withSymbols(spaced, styles.fontOf(attributes["text:style-name"] ?? "") ?? styles.fontOf(ownStyle))
      : spaced;
  }

  function read(element: XmlElement): string {
    const { name, attributes } = element;
    if (withoutWords.has(name)) return "";
    if (name === "text:s") return " ".repeat(Math.min(Math.max(1, Number(attributes["text:c"] ?? 1) || 1), 100));
    if (name === "text:tab") return "\t";
    if (name === "text:line-break") return "\n";
    if (name === "text:note" || name === "office:annotation") {
      attached.push(element);
      return "";
    }
    if (name.startsWith("draw:")) {
      const formula = formulaIn(element, objects);
      if (formula !== null) return formula;
      attached.push(element);
      return "";
    }
    // Some programs write paragraphs within paragraphs.
    if (name === "text:p" || name === "text:h") return `\n${inner(element)}`;
    return inner(element);
  }
}

/** White space between words is one space, as in every XML of this kind. */
function oneSpaced(text: string): string {
  return /[\t\r\n]| {2}/.test(text) ? text.replace(/[ \t\r\n]+/g, " ") : text;
}

/** The formula that a frame shows, in words; null when it shows something else. */
export function formulaIn(frame: XmlElement, objects: Objects): string | null {
  const other = childNamed(frame, "draw:object-ole");
  if (other) return objects.formulaIn(other);
  const object = childNamed(frame, "draw:object");
  const root = object && objects.rootOf(object);
  if (!root) return null;
  const math = root.name === "math:math" || root.name === "math" ? root : null;
  return math && linearMathMl(math).replace(/\s+/g, " ").trim();
}

/** What the author says that a picture or shape shows. */
export function descriptionOf(frame: XmlElement): string {
  const said = childElements(frame).filter(({ name }) => name === "svg:title" || name === "svg:desc");
  return descriptionLines(...said.map((element) => textWithin(element).trim()));
}
