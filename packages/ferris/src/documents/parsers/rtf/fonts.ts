/** The fonts of an RTF: their names, and the character sets of bytes in them. */
import { isSymbolFont } from "../word/symbols.ts";
import { codePageLabel, fontCharsetLabel } from "./charsets.ts";

const mostFonts = 10_000;
const longestName = 100;

export class RtfFonts {
  readonly #fonts = new Map<number, { label: string | undefined; name: string }>();
  /** By number: the font's name, of those whose letters are signs. */
  readonly #signs = new Map<number, string | undefined>();
  /** The one that the table describes just now. */
  #described = 0;

  describe(number: number): void {
    this.#described = number;
    if (this.#fonts.size < mostFonts) this.#fonts.set(number, { label: undefined, name: "" });
  }

  /** The set of the one that is described. */
  charset(charset: number): void {
    const font = this.#fonts.get(this.#described);
    if (font) font.label = fontCharsetLabel(charset);
  }

  /** The code page of bytes in the one that is described. */
  codePage(page: number): void {
    const font = this.#fonts.get(this.#described);
    if (font) font.label = codePageLabel(page);
  }

  addToName(number: number, text: string): void {
    const font = this.#fonts.get(number);
    this.#signs.delete(number);
    if (font && font.name.length < longestName) font.name += text;
  }

  label(number: number): string | undefined {
    return this.#fonts.get(number)?.label;
  }

  /** The name of a font whose letters are signs; undefined for others. */
  signs(number: number): string | undefined {
    if (!this.#signs.has(number)) {
      const name = this.name(number);
      this.#signs.set(number, isSymbolFont(name) ? name : undefined);
    }
    return this.#signs.get(number);
  }

  name(number: number): string {
    return (this.#fonts.get(number)?.name ?? "").replace(/;.*$/s, "").trim();
  }
}
