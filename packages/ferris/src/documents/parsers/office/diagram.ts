/**
 * The words of a diagram (SmartArt): its points in the order of the outline that people type them in.
 */
import { childNamed, descendants, xmlTree } from "../../xml/xml-tree.ts";
import { linesOf } from "../slides/paragraphs.ts";

/** Points that are how it looks, not what it says. */
const withoutWords = new Set(["pres", "parTrans", "sibTrans"]);

/** The lines of the diagram whose data part has the text `xml`. */
export function diagramLines(xml: string | null): string[] {
  const root = xml === null ? null : xmlTree(xml);
  if (!root) return [];
  return descendants(root, "dgm:pt")
    .filter(({ attributes }) => !withoutWords.has(attributes.type ?? "node"))
    .flatMap((point) => {
      const body = childNamed(point, "dgm:t");
      return body ? [linesOf(body).join(" ")] : [];
    })
    .filter((line) => line !== "");
}
