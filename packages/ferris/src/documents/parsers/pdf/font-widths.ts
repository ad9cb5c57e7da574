/**
 * Which fonts have letters of one width, as programs are set in: seen from the widths of the letters that were drawn.
 */
import type { Glyph } from "./glyph.ts";

const narrow = /[iljtfrI.,:;'|!]/;
const wide = /[a-eghkm-qsu-zA-HJ-Z]/;

interface Widths {
  least: number;
  most: number;
  hasNarrow: boolean;
  hasWide: boolean;
}

export class FontWidths {
  readonly #fonts = new Map<string, Widths>();

  note(glyphs: readonly Glyph[]): void {
    for (const { text, font, width, size } of glyphs) {
      if (text.length !== 1 || text <= " " || text > "~" || size === 0 || width === 0) continue;
      const share = width / size;
      let widths = this.#fonts.get(font);
      if (!widths) this.#fonts.set(font, (widths = { least: share, most: share, hasNarrow: false, hasWide: false }));
      widths.least = Math.min(widths.least, share);
      widths.most = Math.max(widths.most, share);
      if (!widths.hasNarrow) widths.hasNarrow = narrow.test(text);
      if (!widths.hasWide) widths.hasWide = wide.test(text);
    }
  }

  isMonospaced(font: string): boolean {
    const widths = this.#fonts.get(font);
    return (
      widths !== undefined && widths.hasNarrow && widths.hasWide && widths.most - widths.least < 0.02 * widths.most
    );
  }
}
