/**
 * Formulas of Office (OMML) on one line, in words that can be searched: "h_loss = L/D", "√(x+1)", "∑_(i=1)^n".
 */
import { type XmlElement, childElements, childNamed, textWithin } from "../../xml/xml-tree.ts";
import { fraction, fenced, grouped, root, rowOf, scripted } from "./linear.ts";

/** The text of a formula, or of what holds formulas. */
export function linearMath(element: XmlElement): string {
  return rowOf(
    childElements(element).map((child) => ({ text: linearPiece(child), isCompound: compound.has(child.name) })),
  );
}

const compound = new Set(["m:f", "m:sSub", "m:sSup", "m:sSubSup", "m:limLow", "m:limUpp"]);

function linearPiece(element: XmlElement): string {
  const part = (name: string) => {
    const child = childNamed(element, name);
    return child ? linearMath(child) : "";
  };
  const property = (name: string) => {
    const properties = childElements(element).find((child) => child.name.endsWith("Pr"));
    return properties && childNamed(properties, name)?.attributes["m:val"];
  };
  switch (element.name) {
    case "m:r":
      return childElements(element)
        .filter(({ name }) => name === "m:t" || name === "w:t" || name === "a:t")
        .map(textWithin)
        .join("");
    case "w:r":
      return childElements(element)
        .filter(({ name }) => name === "w:t")
        .map(textWithin)
        .join("");
    case "m:f":
      return fraction(part("m:num"), part("m:den"));
    case "m:sSub":
      return scripted(part("m:e"), part("m:sub"), "");
    case "m:sSup":
      return scripted(part("m:e"), "", part("m:sup"));
    case "m:sSubSup":
      return scripted(part("m:e"), part("m:sub"), part("m:sup"));
    case "m:sPre":
      return scripted("", part("m:sub"), part("m:sup")) + part("m:e");
    case "m:rad":
      return root(part("m:e"), part("m:deg"));
    case "m:nary":
      return `${scripted(property("m:chr") ?? "∫", part("m:sub"), part("m:sup"))} ${part("m:e")}`;
    case "m:d": {
      const inner = childElements(element).filter(({ name }) => name === "m:e");
      const separator = property("m:sepChr") ?? "|";
      return fenced(property("m:begChr") ?? "(", inner.map(linearMath).join(separator), property("m:endChr") ?? ")");
    }
    case "m:func":
      return `${part("m:fName")} ${grouped(part("m:e"))}`;
    case "m:limLow":
      return scripted(part("m:e"), part("m:lim"), "");
    case "m:limUpp":
      return scripted(part("m:e"), "", part("m:lim"));
    case "m:acc":
      return part("m:e") + (property("m:chr") ?? "\u0302");
    case "m:bar":
      return part("m:e") + (property("m:pos") === "top" ? "\u0305" : "\u0332");
    case "m:groupChr": {
      const sign = property("m:chr") ?? "⏟";
      // Braces and brackets say what belongs together, and nothing else.
      if (/[\u23b4\u23b5\u23dc-\u23e1]/.test(sign)) return part("m:e");
      return property("m:pos") === "top" ? scripted(part("m:e"), "", sign) : scripted(part("m:e"), sign, "");
    }
    case "m:m":
      return fenced("[", rows(element, "m:mr", ", "), "]");
    case "m:eqArr":
      return childElements(element)
        .filter(({ name }) => name === "m:e")
        .map(linearMath)
        .join("\n");
    default:
      // Properties say how it looks; deleted text is gone.
      return element.name.endsWith("Pr") || element.name === "w:del" ? "" : linearMath(element);
  }
}

function rows(matrix: XmlElement, name: string, separator: string): string {
  return childElements(matrix)
    .filter((child) => child.name === name)
    .map((row) =>
      childElements(row)
        .filter((cell) => cell.name === "m:e")
        .map(linearMath)
        .join(separator),
    )
    .join("; ");
}
