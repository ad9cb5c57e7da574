/**
 * The cell styles of a workbook, as far as they say how numbers are shown.
 */
import { readXml } from "../../xml/xml.ts";
import { general } from "./general-number.ts";
import { numberFormat, type NumberFormat } from "./number-formats.ts";

export interface CellStyle {
  /** The format's number in the file. */
  readonly id: number;
  readonly format: NumberFormat;
  /** The pattern that the file gives; undefined for built-in formats. */
  readonly pattern: string | undefined;
  /** Whether what is true is shown as a box that is ticked. */
  readonly isCheckbox: boolean;
}

const plain: CellStyle = { id: 0, format: general, pattern: undefined, isCheckbox: false };

/** Styles by the index that cells name. */
export function readStyles(xml: string | null, is1904: boolean): (index: number) => CellStyle {
  const patterns = new Map<number, string>();
  const formats = new Map<number, CellStyle>();
  const styles: number[] = [];
  const checkboxes = new Set<number>();
  let inCells = false;
  readXml(xml ?? "", {
    open(name, { numFmtId, formatCode }) {
      if (name === "numFmt") patterns.set(Number(numFmtId), formatCode ?? "");
      else if (name === "cellXfs") inCells = true;
      else if (name === "xf" && inCells) styles.push(Number(numFmtId ?? 0));
      else if (inCells && name.endsWith(":xfComplement")) checkboxes.add(styles.length - 1);
    },
    close(name) {
      if (name === "cellXfs") inCells = false;
    },
  });
  return (index) => {
    const id = styles[index];
    if (id === undefined) return plain;
    if (checkboxes.has(index)) return { ...plain, isCheckbox: true };
    let style = formats.get(id);
    if (!style) {
      const pattern = patterns.get(id);
      style = { id, format: numberFormat(id, pattern, is1904), pattern, isCheckbox: false };
      formats.set(id, style);
    }
    return style;
  };
}
