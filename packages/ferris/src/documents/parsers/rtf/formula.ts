/**
 * Formulas in RTF: groups that are called as the elements of Office's formulas are, with an "m" in front. They become those elements, so that a
 * formula is the same line as in .docx.
 */
import type { XmlElement } from "../../xml/xml-tree.ts";
import { linearMath } from "../math/omml.ts";

const parts = new Set(
  "oMath oMathPara r f num den sSub sSup sSubSup sPre sub sup e rad deg nary d func fName limLow limUpp lim acc bar box borderBox groupChr phant m mr eqArr".split(
    " ",
  ),
);
/** Of one formula; and of groups in groups. */
const mostElements = 100_000;
const deepest = 200;

interface OpenElement extends XmlElement {
  name: string;
  readonly attributes: Record<string, string>;
}

export class RtfFormula {
  readonly #open: OpenElement[] = [element()];
  #count = 0;
  /** Groups that are open and too deep to be kept. */
  #tooDeep = 0;

  /** A group begins. */
  open(): void {
    if (this.#open.length > deepest || ++this.#count > mostElements) this.#tooDeep++;
    else this.#open.push(element());
  }

  /** A control word: the first that is one names its group. Whether it did. */
  name(word: string): boolean {
    const own = this.#open.at(-1)!;
    const name = word.slice(1);
    const isIn = this.#open.at(-2)?.name.endsWith("Pr") ?? false;
    if (own.name !== "" || !word.startsWith("m") || (!isIn && !parts.has(name) && !name.endsWith("Pr"))) return false;
    own.name = `m:${name}`;
    return true;
  }

  text(words: string): void {
    if (this.#tooDeep > 0) return;
    const own = this.#open.at(-1)!;
    if (this.#open.at(-2)?.name.endsWith("Pr"))
      own.attributes["m:val"] = (own.attributes["m:val"] ?? "") + words.trim();
    else
      own.children.push({
        name: "m:r",
        attributes: {},
        children: [{ name: "m:t", attributes: {}, children: [words] }],
      });
  }

  close(): void {
    if (this.#tooDeep > 0) this.#tooDeep--;
    else if (this.#open.length > 1) {
      const closed = this.#open.pop()!;
      // A run is its pieces, each of which became one.
      if (closed.name === "m:r") closed.name = "";
      this.#open.at(-1)!.children.push(closed);
    }
  }

  /** The formula on one line. */
  end(): string {
    while (this.#open.length > 1) this.close();
    return linearMath(this.#open[0]!);
  }
}

function element(): OpenElement {
  return { name: "", attributes: {}, children: [] };
}
