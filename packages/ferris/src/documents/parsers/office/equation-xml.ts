/**
 * Formulas that Office 2007 and later left behind in its old formats: a picture for older programs, and among the properties of its shape the
 * formula as a document of Word in XML.
 */
import { DocumentError } from "../../../errors.ts";
import { descendants, xmlTree } from "../../xml/xml-tree.ts";
import { linearMath } from "../math/omml.ts";

/** The formula on one line; "" where there is none, or it is damaged. */
export function formulaInXml(xml: string): string {
  const start = xml.indexOf("<");
  const end = xml.indexOf("\0", start);
  try {
    const root = start < 0 ? null : xmlTree(xml.slice(start, end < 0 ? undefined : end));
    return root ? descendants(root, "m:oMath").map(linearMath).join("\n").trim() : "";
  } catch (cause) {
    if (cause instanceof DocumentError) return "";
    throw cause;
  }
}
