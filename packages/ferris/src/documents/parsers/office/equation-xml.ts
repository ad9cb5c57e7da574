/**
 * Formulas that Office 2007 and later left behind in its old formats: a picture for older programs, and among the properties of its shape the
 * formula as a document of Word in XML.
 */
import { descendants, xmlTree } from "../../xml/xml-tree.ts";
import { linearMath } from "../math/omml.ts";

/** The formula on one line; "" where there is none. */
export function formulaInXml(xml: string): string {
  const start = xml.indexOf("<");
  const root = start < 0 ? null : xmlTree(xml.slice(start).replace(/\0[^]*$/, ""));
  return root ? descendants(root, "m:oMath").map(linearMath).join("\n").trim() : "";
}
