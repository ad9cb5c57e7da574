/**
 * Word documents of 1997 to 2003 (.doc): text by its pieces, paragraphs with their styles, tables, notes and comments.
 *
 * After Microsoft's [MS-DOC]. What it says is where something is, is checked against what is there.
 */
import { DocumentError } from "../../../errors.ts";
import { type CompoundFolder, folderIn } from "../../archive/compound-folder.ts";
import { ContentBuilder } from "../../content-builder.ts";
import { decodeLoosely } from "../../decode/charset.ts";
import { addTable } from "../../table/add-table.ts";
import { type EdgedRow, gridOf } from "../../table/edges.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { textOfUnresultedField } from "../office/unresulted-field.ts";
import { formulaInFolder } from "../office/equation-object.ts";
import { headingLevelOfName } from "../word/styles.ts";
import { ByteReader } from "./byte-reader.ts";
import { isWord95, readWord95 } from "./word-95.ts";
import { runsOf97 } from "./word-characters.ts";
import { deletedStretches, withoutDeleted } from "./word-deletions.ts";
import { placedLines } from "./word-drawings.ts";
import { listCounter } from "./word-lists.ts";
import { withSigns } from "./word-symbols.ts";
import {
  paragraphProperties,
  type ParagraphProperty,
  type PlacedLine,
  type PlacedPiece,
  type WordText,
} from "./word-paragraphs.ts";

/** Longer texts are longer than their files. */
const mostPieces = 1_000_000;
const longestInstruction = 1_000;
const mostFormulas = 10_000;
/** Where something was deleted. */
const nothing = "\0";

/** Adds the text of the document in `file`. */
export function readWord(file: CompoundFolder, builder: ContentBuilder): void {
  const main = new ByteReader(file.stream("WordDocument") ?? new Uint8Array());
  const isOld = isWord95(main);
  if (!isOld && (main.u16(0) !== 0xa5ec || main.u16(2) < 0xc1))
    throw new DocumentError("damaged", "from Word 2 or older: save it as .docx");
  if (main.u16(0x0a) & 0x0100)
    throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
  const document = isOld ? readWord95(main, formulasOf(file)) : readWord97(main, file);
  let at = 0;
  const [body, footnotes, headers, macros, comments, endnotes, boxes, headerBoxes] = document.lengths;
  addParagraphs(builder, document, at, (at += body));
  addParagraphs(builder, document, at, (at += footnotes));
  const edges = new ContentBuilder();
  addParagraphs(edges, document, at, (at += headers));
  at += macros;
  for (const length of [comments, endnotes, boxes]) addParagraphs(builder, document, at, (at += length));
  addParagraphs(edges, document, at, at + headerBoxes);
  addPageEdges(builder, [edges.finish("doc")]);
}

function readWord97(main: ByteReader, file: CompoundFolder): WordText {
  const table = new ByteReader(file.stream(main.u16(0x0a) & 0x0200 ? "1Table" : "0Table") ?? new Uint8Array());
  const pieces = piecesOf(table, main.u32(0x01a2), main.u32(0x01a6));
  const counts = [0x4c, 0x50, 0x54, 0x58, 0x5c, 0x60, 0x64, 0x68].map((place) => main.u32(place));
  const [body, footnotes] = counts;
  const data = new ByteReader(file.stream("Data") ?? new Uint8Array());
  const runs = [...runsOf97(main, table)];
  const kept = withoutDeleted(textOf(main, pieces), deletedStretches(main, runs), pieces);
  const { text, placed: signs } = withSigns(kept, { main, table, pieces, runs });
  const lines = placedLines({
    main,
    table,
    runs,
    data,
    pieces,
    headers: body! + footnotes!,
    formulas: formulasOf(file),
  });
  return {
    text,
    // Nothing is said of macros, whose length is another's today.
    lengths: counts.map((length, index) => (index === 3 ? 0 : length)),
    properties: paragraphProperties(main, table, pieces),
    lists: listCounter(main, table),
    placed: signs.length === 0 ? lines : [...lines, ...signs].sort((a, b) => a.character - b.character),
  };
}

/** Formulas among the objects, by their numbers; those that cannot be read are named by whoever reads the objects. */
function formulasOf(file: CompoundFolder): Map<number, string> {
  const formulas = new Map<number, string>();
  for (const name of file.names("ObjectPool").slice(0, mostFormulas)) {
    const formula = formulaInFolder(folderIn(file, `ObjectPool/${name}`));
    if (formula) formulas.set(Number(name.slice(1)), formula);
  }
  return formulas;
}

function piecesOf(table: ByteReader, offset: number, length: number): PlacedPiece[] {
  let at = offset;
  const end = offset + length;
  // Properties of pieces come first.
  while (at < end && table.u8(at) === 1) at += 3 + table.u16(at + 1);
  if (table.u8(at) !== 2) throw new DocumentError("damaged", "the list of its pieces is missing");
  const count = Math.floor((table.u32(at + 1) - 4) / 12);
  if (count < 1 || count > mostPieces || at + 5 + 12 * count > table.length)
    throw new DocumentError("damaged", "the list of its pieces is cut off");
  const first = at + 5;
  return Array.from({ length: count }, (_, index) => {
    const place = table.u32(first + 4 * (count + 1) + 8 * index + 2);
    const isWide = (place & 0x40000000) === 0;
    return {
      start: table.u32(first + 4 * index),
      end: table.u32(first + 4 * index + 4),
      offset: isWide ? place : (place & 0x3fffffff) >> 1,
      isWide,
    };
  });
}

function textOf(main: ByteReader, pieces: readonly PlacedPiece[]): string {
  let text = "";
  for (const { start, end, offset, isWide } of pieces) {
    if (end <= start) continue;
    const bytes = main.slice(offset, offset + (end - start) * (isWide ? 2 : 1));
    const words = isWide ? Buffer.from(bytes).toString("utf16le") : decodeLoosely(bytes, "windows-1252");
    // Pieces that say they are longer than the file must not move what follows them.
    text += words.padEnd(end - start, " ".repeat(end - start > main.length ? 0 : 1));
    if (text.length > 2 * main.length) throw new DocumentError("damaged", "its pieces are longer than the file");
  }
  return text;
}

/** The paragraphs between two characters of the document, each followed by what its drawings say. */
function addParagraphs(builder: ContentBuilder, document: WordText, from: number, to: number): void {
  const { properties, lists } = document;
  const text = document.text.slice(from, to);
  const placed = new PlacedLines(document.placed, from);
  let rows: EdgedRow[] = [];
  let cells: string[] = [];
  let cell: string[] = [];
  let following: string[] = [];
  /** A large initial, which stands in a paragraph of its own: its word goes on in the next. */
  let initial = "";
  const endTable = () => {
    if (cells.length > 0) rows.push(rowOf(cells, null));
    if (rows.length > 0) addTable(builder, gridOf(rows));
    [rows, cells, cell] = [[], [], []];
  };
  const addFollowing = () => {
    for (const line of following) builder.add("prose", line);
    following = [];
  };
  let at = 0;
  while (at < text.length) {
    let end = at;
    while (end < text.length && text[end] !== "\r" && text[end] !== "\x07" && text[end] !== "\x0c") end++;
    const { style, level, isInTable, endsRow, isInitial, list, listLevel, cells: defined } = properties.at(from + end);
    const here = placed.upTo(from + end + 1).filter(({ character }) => text[character - from] !== nothing);
    const inline = new Map(
      here.flatMap(({ character, isInline, text: line }) => (isInline ? [[character - from - at, line]] : [])),
    );
    const said = initial + shown(text.slice(at, end), inline);
    initial = "";
    if (isInitial && text[end] === "\r" && here.length === 0 && end + 1 < text.length) {
      initial = said;
      at = end + 1;
      continue;
    }
    const isEmpty = said === "" || (text[end] === "\x07" && endsRow);
    // Empty ones are counted, as Word shows a number before them.
    const counted = list === 0 || endsRow ? null : lists.next(String(list), listLevel);
    const label = isEmpty ? null : counted;
    const words = label === null ? said : `${label} ${said}`;
    const isCell = text[end] === "\x07";
    at = end + 1;
    if (endsRow && isCell) {
      rows.push(rowOf(cells, defined));
      cells = [];
    } else if (isCell) {
      cells.push([...cell, words].filter((line) => line !== "").join(" "));
      cell = [];
    } else if (isInTable) cell.push(words);
    else {
      endTable();
      addFollowing();
      const heading = level ?? headingLevelOfName(style);
      if (heading !== null) builder.heading(heading, label === "-" ? said : words);
      else if (label !== null) builder.add("list", words);
      else if (!/^toc \d$/i.test(style)) builder.add("prose", words);
    }
    for (const { isInline, text: line } of here) if (!isInline) following.push(line);
    if (rows.length === 0 && cells.length === 0 && cell.length === 0) addFollowing();
  }
  endTable();
  addFollowing();
}

/** Gives out lines in their order, as the text is read. */
class PlacedLines {
  readonly #lines: readonly PlacedLine[];
  #next: number;

  constructor(lines: readonly PlacedLine[], from: number) {
    this.#lines = lines;
    const first = lines.findIndex(({ character }) => character >= from);
    this.#next = first < 0 ? lines.length : first;
  }

  /** Those before a character that were not given out yet. */
  upTo(character: number): PlacedLine[] {
    const first = this.#next;
    while (this.#next < this.#lines.length && this.#lines[this.#next].character < character) this.#next++;
    return this.#lines.slice(first, this.#next);
  }
}

/** Cells that nothing is said of stand side by side. */
function rowOf(texts: readonly string[], defined: ParagraphProperty["cells"]): EdgedRow {
  const cells = texts.map((text, index) => ({
    text,
    ...(defined?.[index] ?? { right: (index + 1) * 1_000, continuesAbove: false, continuesLeft: false }),
  }));
  return { isHeader: false, left: Math.min(0, ...cells.map(({ right }) => right)), cells };
}

/** Without the instructions of fields, and what stands for notes, pictures and hyphens; with formulas and choices in forms, by the characters that stand for them. */
function shown(text: string, formulas: ReadonlyMap<number, string>): string {
  let words = "";
  /** The instructions of the fields that are open, and where in the words their results begin; -1 before there is one. */
  const fields: { instruction: string; result: number }[] = [];
  /** How many of them have had no result yet: what stands there is not text. */
  let instructions = 0;
  let place = 0;
  for (const character of text) {
    if (instructions === 0 && (character >= " " || character === "\t")) words += character;
    else if (character === "\x13") {
      fields.push({ instruction: "", result: -1 });
      instructions++;
    } else if (character === "\x14") {
      const field = fields.at(-1);
      if (field?.result === -1) instructions--;
      if (field) field.result = words.length;
    } else if (character === "\x15") {
      const field = fields.pop();
      if (field?.result === -1) instructions--;
      if (field && instructions === 0 && (field.result === -1 || words.length === field.result))
        words += textOfUnresultedField(field.instruction);
    } else if (instructions > 0) {
      // What a field within an instruction shows is a part of it.
      const open = fields.findLast(({ result }) => result === -1);
      if (open && open.instruction.length < longestInstruction) open.instruction += character;
    } else if (character === "\x0b") words += "\n";
    else if (character === "\x1e") words += "-";
    if (formulas.size > 0) words += formulas.get(place) ?? "";
    place += character.length;
  }
  return words.trim();
}
