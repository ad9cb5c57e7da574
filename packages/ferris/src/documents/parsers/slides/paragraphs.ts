/**
 * Text of DrawingML, the drawing language that Word, Excel and PowerPoint share: paragraphs of shapes, charts and diagrams.
 */
import { type XmlElement, childElements, childNamed, textWithin } from "../../xml/xml-tree.ts";
import { linearMath } from "../math/omml.ts";
import { isSymbolFont, symbolCharacter, withSymbols } from "../word/symbols.ts";
import { ParagraphNumbers } from "./paragraph-numbers.ts";
import { chosen } from "../office/alternate-content.ts";

/** The lines of a text body (`p:txBody`, `xdr:txBody`, `c:rich`): one a paragraph with its number, without empty ones. */
export function linesOf(body: XmlElement): string[] {
  const numbers = new ParagraphNumbers(body);
  const lines: string[] = [];
  for (const paragraph of childElements(body)) {
    if (paragraph.name !== "a:p") continue;
    const line = paragraphText(paragraph).trim();
    if (line === "") continue;
    const number = numbers.next(paragraph);
    lines.push(number === "" ? line : `${number} ${line}`);
  }
  return lines;
}

function paragraphText(paragraph: XmlElement): string {
  let text = "";
  for (const child of childElements(paragraph)) text += pieceOf(child);
  return text;
}

function pieceOf(element: XmlElement): string {
  const { name } = element;
  if (name === "a:r" || name === "a:fld") {
    const words = childNamed(element, "a:t");
    return words ? withSigns(textWithin(words), childNamed(element, "a:rPr")) : "";
  }
  if (name === "a:br") return "\n";
  if (name === "a14:m" || name === "m:oMathPara" || name === "m:oMath") return linearMath(element);
  if (name === "mc:AlternateContent") return chosen(element).map(pieceOf).join("");
  return "";
}

/** Languages in which a letter that PowerPoint puts for an arrow is a word. */
const withSuchWords = /^(?:fr|pt|it|ca|gl|oc)\b/i;
/** What PowerPoint puts in the place of "-->" and ":)" as they are typed, which its font for signs (`a:sym`) makes arrows and faces. */
const arrows = /(?<![^\s])[\xd8-\xfe](?![^\s])/g;

/** The words of a run as its fonts show them. */
function withSigns(text: string, properties: XmlElement | undefined): string {
  const latin = childNamed(properties, "a:latin")?.attributes.typeface;
  if (isSymbolFont(latin)) return withSymbols(text, latin);
  const font = childNamed(properties, "a:sym")?.attributes.typeface;
  if (font === undefined || !isSymbolFont(font)) return withSymbols(text, undefined);
  const sign = (character: string) => symbolCharacter(font, character.charCodeAt(0));
  if (/^\s*[JKL]\s*$/.test(text)) return withSymbols(text, font);
  const isWord = withSuchWords.test(properties?.attributes.lang ?? "") && text.trim().length > 1;
  const shown = text.replace(/[\uf020-\uf0ff]/g, sign);
  return isWord ? shown : shown.replace(arrows, sign);
}
