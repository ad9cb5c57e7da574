/**
 * Text of DrawingML, the drawing language that Word, Excel and PowerPoint share: paragraphs of shapes, charts and diagrams.
 */
import { type XmlElement, childElements, childNamed, textWithin } from "../../xml/xml-tree.ts";
import { linearMath } from "../math/omml.ts";
import { chosen } from "../office/alternate-content.ts";

/** The lines of a text body (`p:txBody`, `xdr:txBody`, `c:rich`): one a paragraph, without empty ones. */
export function linesOf(body: XmlElement): string[] {
  return childElements(body)
    .filter(({ name }) => name === "a:p")
    .map((paragraph) => paragraphText(paragraph).trim())
    .filter((line) => line !== "");
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
    return words ? textWithin(words) : "";
  }
  if (name === "a:br") return "\n";
  if (name === "a14:m" || name === "m:oMathPara" || name === "m:oMath") return linearMath(element);
  if (name === "mc:AlternateContent") return chosen(element).map(pieceOf).join("");
  return "";
}
