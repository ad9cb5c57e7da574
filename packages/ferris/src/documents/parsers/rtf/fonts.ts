/** The fonts of an RTF: their names, and the character sets of bytes in them. */
import { fontCharsetLabel } from "./charsets.ts";

const mostFonts = 10_000;
const longestName = 100;

export class RtfFonts {
  readonly #fonts = new Map<number, { label: string | undefined; name: string }>();
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

  addToName(number: number, text: string): void {
    const font = this.#fonts.get(number);
    if (font && font.name.length < longestName) font.name += text;
  }

  label(number: number): string | undefined {
    return this.#fonts.get(number)?.label;
  }

  name(number: number): string {
    return (this.#fonts.get(number)?.name ?? "").replace(/;.*$/s, "").trim();
  }
}
