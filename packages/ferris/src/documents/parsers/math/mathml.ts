/**
 * Formulas in MathML on one line, in words that can be searched; annotations repeat them in another language and are left out.
 */
import { type XmlElement, childElements, textWithin } from "../../xml/xml-tree.ts";
import { fraction, grouped, root, rowOf, scripted } from "./linear.ts";

/** The text of a `math` element, whatever the prefix of its names. */
export function linearMathMl(element: XmlElement): string {
  const children = childElements(element);
  const part = (index: number) => (children[index] ? linearMathMl(children[index]) : "");
  const all = () =>
    rowOf(children.map((child) => ({ text: linearMathMl(child), isCompound: compound.has(localName(child)) })));
  switch (localName(element)) {
    case "mi":
    case "mn":
    case "mo":
    case "mtext":
    case "ms":
      return textWithin(element)
        .replace(/\s+/g, " ")
        .replace(/[\u2061-\u2064]/g, "");
    case "mspace":
      return " ";
    case "semantics":
      return part(0);
    case "annotation":
    case "annotation-xml":
    case "mphantom":
      return "";
    case "mfrac":
      return fraction(part(0), part(1));
    case "msub":
    case "munder":
      return scripted(part(0), part(1), "");
    case "msup":
    case "mover":
      return scripted(part(0), "", part(1));
    case "msubsup":
    case "munderover":
      return scripted(part(0), part(1), part(2));
    case "msqrt":
      return root(all(), "");
    case "mroot":
      return root(part(0), part(1));
    case "mfenced": {
      const { open = "(", close = ")", separators = "," } = element.attributes;
      return `${open}${children.map(linearMathMl).join(separators.trim().slice(0, 1))}${close}`;
    }
    case "mtr":
    case "mlabeledtr":
      return `${children.map(linearMathMl).join(", ")}; `;
    case "mtable":
      return grouped(all().replace(/; $/, ""));
    default:
      return all();
  }
}

const compound = new Set(["mfrac", "msub", "msup", "msubsup", "munder", "mover", "munderover"]);

function localName({ name }: XmlElement): string {
  return name.slice(name.indexOf(":") + 1);
}
