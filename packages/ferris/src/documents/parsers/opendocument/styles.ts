/**
 * Styles of OpenDocument, as far as they say what a text is: lists, and which paragraphs are the document's title.
 */
import type { XmlElement } from "../../xml/xml-tree.ts";
import { type ListLevel, listLevels } from "./list-levels.ts";

/** Styles may be based on one another in a circle. */
const deepest = 20;

/** Add the styles of all parts before asking. */
export class TextStyles {
  readonly #lists = new Map<string, Map<number, ListLevel>>();
  readonly #parents = new Map<string, string>();

  /** Whether `name` is an element that `add` understands. */
  static has(name: string): boolean {
    return name === "text:list-style" || name === "style:style";
  }

  add(style: XmlElement): void {
    const name = style.attributes["style:name"] ?? "";
    const parent = style.attributes["style:parent-style-name"];
    if (style.name === "text:list-style") this.#lists.set(name, listLevels(style));
    else if (parent !== undefined && style.attributes["style:family"] === "paragraph") this.#parents.set(name, parent);
  }

  listLevel(style: string, level: number): ListLevel | undefined {
    return this.#lists.get(style)?.get(level);
  }

  isTitle(style: string): boolean {
    let name: string | undefined = style;
    for (let depth = 0; name !== undefined && depth < deepest; depth++) {
      if (name === "Title") return true;
      name = this.#parents.get(name);
    }
    return false;
  }
}
