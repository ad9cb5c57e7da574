/**
 * Styles of OpenDocument, as far as they say what a text is: lists, and which paragraphs are the document's title.
 */
import { childNamed, type XmlElement } from "../../xml/xml-tree.ts";
import { isSymbolFont } from "../word/symbols.ts";
import { type ListLevel, listLevels } from "./list-levels.ts";

/** The list that headings are numbered by. */
export const outlineStyle = "\0outline";

/** Styles may be based on one another in a circle. */
const deepest = 20;

/** Add the styles of all parts before asking. */
export class TextStyles {
  readonly #lists = new Map<string, Map<number, ListLevel>>();
  readonly #parents = new Map<string, string>();
  /** By style: its font. */
  readonly #fonts = new Map<string, string>();
  /** By the name that styles have for it: what a font is called. */
  readonly #faces = new Map<string, string>();
  /** By style: the list that numbers its paragraphs; "" for none. */
  readonly #ownLists = new Map<string, string>();
  /** Whether any style is in a font whose letters are signs. */
  hasSigns = false;

  /** Whether `name` is an element that `add` understands. */
  static has(name: string): boolean {
    return (
      name === "text:list-style" ||
      name === "text:outline-style" ||
      name === "style:style" ||
      name === "style:font-face"
    );
  }

  add(style: XmlElement): void {
    const name = style.attributes["style:name"] ?? "";
    const parent = style.attributes["style:parent-style-name"];
    if (style.name === "style:font-face") return this.#addFace(name, style.attributes["svg:font-family"]);
    // Some programs give it a name, but nothing refers to it.
    if (style.name === "text:outline-style") return void this.#lists.set(outlineStyle, listLevels(style));
    if (style.name === "text:list-style") return void this.#lists.set(name, listLevels(style));
    const family = style.attributes["style:family"];
    if (parent !== undefined && (family === "paragraph" || family === "text")) this.#parents.set(name, parent);
    const list = style.attributes["style:list-style-name"];
    if (list !== undefined && family === "paragraph") this.#ownLists.set(name, list);
    const { "style:font-name": font, "fo:font-family": other } =
      childNamed(style, "style:text-properties")?.attributes ?? {};
    const own = (font ?? other)?.replace(/^['"]|['"]$/g, "");
    if (own === undefined) return;
    this.#fonts.set(name, this.#faces.get(own) ?? own);
    this.hasSigns ||= isSymbolFont(this.#fonts.get(name));
  }

  listLevel(style: string, level: number): ListLevel | undefined {
    return this.#lists.get(style)?.get(level);
  }

  #addFace(name: string, family: string | undefined): void {
    const font = family?.replace(/^['"]|['"]$/g, "");
    if (font !== undefined && font !== name) this.#faces.set(name, font);
  }

  /** The font of a style, its own or that of the one that it is based on. */
  fontOf(style: string): string | undefined {
    let name: string | undefined = style;
    for (let depth = 0; name !== undefined && depth < deepest; depth++) {
      const font = this.#fonts.get(name);
      if (font !== undefined) return font;
      name = this.#parents.get(name);
    }
    return undefined;
  }

  /** Whether headings of a style are numbered as the outline says, and by no list of their own. */
  isInOutline(style: string): boolean {
    let name: string | undefined = style;
    for (let depth = 0; name !== undefined && depth < deepest; depth++) {
      const list = this.#ownLists.get(name);
      if (list !== undefined) return list === "Outline";
      name = this.#parents.get(name);
    }
    return true;
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
