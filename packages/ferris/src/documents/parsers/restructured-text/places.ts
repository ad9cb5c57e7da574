/** Lines of a drawn table by their columns: letters of double width take two of them, marks over letters take none. */
import { SourcedText } from "../../lines/sourced-text.ts";
import type { TableGrid } from "../../table/grid.ts";
import type { TextLine } from "../sections.ts";

/** A table that is drawn with characters. */
export interface DrawnTable {
  /** Its last line. */
  readonly last: number;
  readonly grid: TableGrid;
  /** Whether a line stands under its header: without one, it has none. */
  readonly hasHeader: boolean;
}

export interface Places {
  /** By column; "" behind a letter of double width. */
  readonly signs: readonly string[];
  /** What stands from column `start` to column `end` (exclusive; to the line's end if undefined). */
  readonly textBetween: (start: number, end?: number) => SourcedText;
}

const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** The columns of a line behind its indentation; blanks at its end do not count. */
export function placesOf({ text, start }: TextLine, indent: number): Places {
  const written = text.trimEnd();
  const signs: string[] = [];
  /** Where each column begins in the line. */
  const offsets: number[] = [];
  let at = indent;
  for (const sign of written.slice(indent)) {
    if (!/^\p{M}$/u.test(sign)) {
      signs.push(sign);
      offsets.push(at);
      if (wide.test(sign)) {
        signs.push("");
        offsets.push(at + sign.length);
      }
    }
    at += sign.length;
  }
  const textBetween = (first: number, end?: number): SourcedText => {
    const from = offsets[first] ?? written.length;
    const to = end === undefined ? written.length : (offsets[end] ?? written.length);
    return to > from ? SourcedText.of(written.slice(from, to), start + from) : new SourcedText();
  };
  return { signs, textBetween };
}
