/**
 * What lies on a sheet of a workbook of 1993 to 2003: the texts of boxes, WordArt, descriptions of pictures, and formulas that are objects.
 *
 * The drawing of a sheet is cut into records with others between them; so is that of a chart, which is a sheet within the sheet.
 */
import { ByteReader } from "./byte-reader.ts";
import { shapesWithin } from "./shape-words.ts";

const record = { continued: 0x003c, object: 0x005d, drawing: 0x00ec, box: 0x01b6 } as const;
const storage = 9;
/** In objects: what they are, and whether they are ticked. */
const common = 0x15;
const ticked = 0x12;
const tickBox = 0x0b;
const optionButton = 0x0c;
const mostLines = 100_000;

/** Collects what the records of one sheet draw. */
export class SheetDrawings {
  readonly #formulas: Map<string, string>;
  readonly #lines: string[] = [];
  /** The pieces of the drawings that are open: of the sheet, of a chart on it. */
  readonly #open: Uint8Array[][] = [];
  #continues = false;
  /** What the newest object shows beside its words: a box that is ticked or not. */
  #sign = "";

  /** @param formulas of all sheets, by the folders of their objects ("MBD0012AB34"); those that are shown here are taken out */
  constructor(formulas: Map<string, string>) {
    this.#formulas = formulas;
  }

  begin(): void {
    this.#open.push([]);
  }

  end(): void {
    const pieces = this.#open.pop();
    if (!pieces || pieces.length === 0) return;
    const reader = new ByteReader(Buffer.concat(pieces));
    for (const { lines } of shapesWithin(reader, { start: 0, end: reader.length }))
      for (const line of lines) this.#add(line);
  }

  /** Looks at the record at `at`. */
  read(reader: ByteReader, at: number): void {
    const [type, length, body] = [reader.u16(at), reader.u16(at + 2), at + 4];
    if (type === record.drawing || (type === record.continued && this.#continues))
      this.#open.at(-1)?.push(reader.slice(body, Math.min(body + length, reader.length)));
    else if (type === record.object) {
      this.#add(this.#formulaAt(reader, body, length));
      this.#sign = signAt(reader, body, length);
    } else if (type === record.box) this.#add(this.#sign + textOfBox(reader, at).trim());
    this.#continues = type === record.drawing || (type === record.continued && this.#continues);
  }

  /** Each once: WordArt is a box with its text in some files. */
  lines(): string[] {
    while (this.#open.length > 0) this.end();
    return [...new Set(this.#lines)];
  }

  #add(text: string | undefined): void {
    const words = text?.trim() ?? "";
    if (words !== "" && this.#lines.length < mostLines) this.#lines.push(words);
  }

  /** An object says in which folder of the file it is. */
  #formulaAt(reader: ByteReader, start: number, length: number): string | undefined {
    const end = Math.min(start + length, reader.length);
    for (let at = start; at + 4 <= end; at += 4 + reader.u16(at + 2)) {
      if (reader.u16(at) !== storage) continue;
      const number = reader.u32(at + 6 + reader.u16(at + 4));
      const folder = `MBD${number.toString(16).toUpperCase().padStart(8, "0")}`;
      const formula = this.#formulas.get(folder);
      this.#formulas.delete(folder);
      return formula;
    }
    return undefined;
  }
}

/** Of a box to tick or a button to choose: the sign that shows its state. */
function signAt(reader: ByteReader, start: number, length: number): string {
  const kind = reader.u16(start) === common ? reader.u16(start + 4) : 0;
  if (kind !== tickBox && kind !== optionButton) return "";
  const end = Math.min(start + length, reader.length);
  for (let at = start; at + 6 <= end; at += 4 + reader.u16(at + 2))
    if (reader.u16(at) === ticked) return reader.u16(at + 4) === 1 ? "☒ " : "☐ ";
  return "☐ ";
}

/** The text of a comment or box is in the records that follow, each of which says how wide its characters are. */
function textOfBox(reader: ByteReader, box: number): string {
  const characters = reader.u16(box + 14);
  let text = "";
  let at = box + 4 + reader.u16(box + 2);
  while (text.length < characters && reader.u16(at) === record.continued && at + 4 <= reader.length) {
    const length = reader.u16(at + 2);
    const isWide = (reader.u8(at + 4) & 1) === 1;
    const count = Math.min(characters - text.length, Math.max(0, length - 1) >> (isWide ? 1 : 0));
    text += isWide ? reader.wide(at + 5, count) : reader.narrow(at + 5, count);
    at += 4 + length;
  }
  return text;
}
