/**
 * The blocks of a Word document: paragraphs, headings, lists and tables, each followed by its notes, comments and boxes.
 */
import { type ContentBuilder, oneLine } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addBlocks } from "../../embedded.ts";
import { chosen } from "../office/alternate-content.ts";
import { addChart } from "../office/chart.ts";
import { diagramLines } from "../office/diagram.ts";
import { formulaInObject } from "../office/equation-object.ts";
import type { OfficePackage } from "../office/package.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import { type XmlElement, childElements, childNamed } from "../../xml/xml-tree.ts";
import type { Notes } from "./notes.ts";
import type { Numbering } from "./numbering.ts";
import { type Attached, Fields, readParagraph } from "./paragraph.ts";
import { isOn } from "./toggle.ts";
import { numberingOf, outlineLevel, type ParagraphStyle, type Styles } from "./styles.ts";

export interface WordContext {
  readonly file: OfficePackage;
  /** The part that blocks are read from: relations are its own. */
  readonly part: string;
  readonly styles: Styles;
  readonly numbering: Numbering;
  readonly notes: Notes;
  /** Documents that stand within this one, by part. */
  readonly chunks: ReadonlyMap<string, ParsedDocument>;
}

/** How files are read that are not as they should be. */
export interface WordReading {
  /** Whether the instruction of a field ends with its paragraph: one that never ends would hide all that follows. */
  readonly closesFields?: boolean;
  /** Whether tables of contents are text: where there is nothing else. */
  readonly keepsContents?: boolean;
}

/** A box in a box in a box … */
const deepestBox = 10;

/** What is one paragraph, whatever it holds. */
interface Paragraph {
  readonly text: string;
  readonly level: number | null;
  /** "2.", "-" for a bullet; null for none. */
  readonly label: string | null;
  readonly attached: readonly Attached[];
}

export class WordBody {
  readonly #context: WordContext;
  readonly #builder: ContentBuilder;
  readonly #reading: WordReading;
  readonly #fields = new Fields();
  /** Text of paragraphs whose end was taken out by a tracked change: it belongs to the next one. */
  #carried = "";
  #depth = 0;

  constructor(context: WordContext, builder: ContentBuilder, reading: WordReading = {}) {
    this.#context = context;
    this.#builder = builder;
    this.#reading = reading;
  }

  /** Whether the instruction of a field goes on: what follows is not text. */
  get isInInstruction(): boolean {
    return this.#fields.isInstruction;
  }

  /** Adds one block: a paragraph, a table, or what holds some. */
  add(block: XmlElement): void {
    for (const element of blocksOf(block, this.#reading.keepsContents)) {
      if (element.name === "w:p") this.#addParagraph(element);
      else if (element.name === "w:tbl") this.#addTable(element);
      else if (element.name === "w:altChunk") this.#addChunk(element);
    }
  }

  #addParagraph(element: XmlElement): void {
    const paragraph = this.#read(element);
    if (!paragraph) return;
    const { text, level, label, attached } = paragraph;
    if (level !== null) this.#builder.heading(level, label === null || label === "-" ? text : `${label} ${text}`);
    else if (label !== null) this.#builder.add("list", text.trim() === "" ? "" : `${label} ${text.trim()}`);
    else this.#builder.add("prose", text);
    this.#addAttached(attached);
  }

  /** Null for what is not part of the text: entries of a table of contents, paragraphs whose text goes on in the next one. */
  #read(element: XmlElement): Paragraph | null {
    const { styles } = this.#context;
    const properties = childNamed(element, "w:pPr");
    const styleId = childNamed(properties, "w:pStyle")?.attributes["w:val"];
    const style = styles.style(styleId);
    const words = readParagraph(element, this.#fields, (relation) => this.#formulaOf(relation));
    if (this.#reading.closesFields) this.#fields.closeInstructions();
    const text = this.#carried + words.text;
    this.#carried = "";
    const isOfContents = style.isContents || (words.isInContents && isEntry(words.text));
    if (isOfContents && !this.#reading.keepsContents) return null;
    if (goesOn(properties) && words.attached.length === 0) {
      this.#carried = text;
      return null;
    }
    const own = outlineLevel(properties);
    const level = own === undefined ? style.level : own;
    // Empty ones are counted, as Word shows a number before them.
    const label = this.#label(properties, style, styleId);
    return { text, level, label: text.trim() === "" ? null : label, attached: words.attached };
  }

  #label(properties: XmlElement | undefined, style: ParagraphStyle, styleId: string | undefined): string | null {
    // Word 2003 writes what stands there.
    const written = childNamed(childNamed(properties, "w:listPr"), "wx:t")?.attributes["wx:val"];
    if (written !== undefined) return /[\p{L}\p{N}]/u.test(written) ? written.trim() : "-";
    const own = numberingOf(properties);
    const list = own.list ?? style.list;
    if (list === undefined || list === "0") return null;
    const { numbering } = this.#context;
    const level = own.level ?? style.listLevel ?? numbering.levelOfStyle(list, styleId ?? "");
    return numbering.next(list, level);
  }

  #addAttached(attached: readonly Attached[]): void {
    for (const thing of attached) {
      if (thing.kind === "description") this.#builder.add("prose", thing.text);
      else if (thing.kind === "box") {
        if (++this.#depth <= deepestBox) for (const block of childElements(thing.content)) this.add(block);
        this.#depth--;
      } else if (thing.kind === "chart") addChart(this.#builder, this.#context.file, this.#context.part, thing.id);
      else if (thing.kind === "diagram") {
        for (const line of diagramLines(this.#textOf(thing.id))) this.#builder.add("list", `- ${line}`);
      } else this.#addNote(this.#context.notes.take(thing.kind, thing.id));
    }
  }

  #addNote(note: readonly XmlElement[] | null): void {
    if (!note || ++this.#depth > deepestBox) return;
    if (note.some(({ name }) => name === "w:tbl")) {
      for (const block of note) this.add(block);
      this.#depth--;
      return;
    }
    const { text, attached } = this.#flat(note, "\n");
    this.#builder.add("prose", text);
    this.#addAttached(attached.filter(({ kind }) => kind !== "footnote" && kind !== "endnote"));
    this.#depth--;
  }

  #textOf(relation: string): string | null {
    const target = this.#context.file.target(this.#context.part, relation);
    return target === undefined ? null : this.#context.file.archive.text(target);
  }

  #formulaOf(relation: string): string {
    const target = this.#context.file.target(this.#context.part, relation);
    const bytes = target === undefined ? null : this.#context.file.archive.bytes(target);
    return (bytes && formulaInObject(bytes)) ?? "";
  }

  #addChunk(element: XmlElement): void {
    const document = this.#chunkOf(element);
    if (document) addBlocks(this.#builder, document);
  }

  #chunkOf(element: XmlElement): ParsedDocument | undefined {
    const target = this.#context.file.target(this.#context.part, element.attributes["r:id"]);
    return target === undefined ? undefined : this.#context.chunks.get(target);
  }

  /** Ends the text: what would have gone on in a next paragraph is one. */
  end(): void {
    this.#builder.add("prose", this.#carried);
    this.#carried = "";
  }

  #addTable(table: XmlElement): void {
    this.end();
    const grid = new TableGrid();
    const attached: Attached[] = [];
    for (const row of within(table, "w:tr")) {
      const properties = childNamed(row, "w:trPr");
      if (childNamed(properties, "w:del")) continue;
      grid.row({ isHeader: isOn(childNamed(properties, "w:tblHeader")) });
      const before = Number(childNamed(properties, "w:gridBefore")?.attributes["w:val"] ?? 0);
      if (before > 0) grid.leave(before);
      const cells = within(row, "w:tc");
      for (const [index, cell] of cells.entries()) this.#addCell(grid, cell, coveredAfter(cells, index), attached);
    }
    addTable(this.#builder, grid);
    this.#addAttached(attached);
  }

  #addCell(grid: TableGrid, cell: XmlElement, covered: number, attached: Attached[]): void {
    const properties = childNamed(cell, "w:tcPr");
    const content = this.#flat(childElements(cell), " ");
    if (content.text === "" && continuesLeft(cell)) return;
    const columns = Number(childNamed(properties, "w:gridSpan")?.attributes["w:val"] ?? 1) + covered;
    // Word 2003 calls it otherwise.
    const merge = childNamed(properties, "w:vMerge") ?? childNamed(properties, "w:vmerge");
    attached.push(...content.attached);
    if (merge && merge.attributes["w:val"] !== "restart") grid.continueFromAbove(columns);
    else grid.cell(content.text, { columns });
  }

  /** The text of blocks as one, tables within them included. */
  #flat(blocks: readonly XmlElement[], separator: string): { text: string; attached: Attached[] } {
    const parts: string[] = [];
    const attached: Attached[] = [];
    for (const block of blocks.flatMap((one) => blocksOf(one, this.#reading.keepsContents))) {
      if (block.name === "w:p") {
        const paragraph = this.#read(block);
        if (!paragraph) continue;
        const { text, label } = paragraph;
        if (text.trim() !== "") parts.push(label === null ? text.trim() : `${label} ${text.trim()}`);
        for (const thing of paragraph.attached) {
          if (thing.kind === "box" && ++this.#depth <= deepestBox) {
            const box = this.#flat(childElements(thing.content), separator);
            if (box.text !== "") parts.push(box.text);
            attached.push(...box.attached);
            this.#depth--;
          } else attached.push(thing);
        }
      } else if (block.name === "w:tbl") {
        for (const row of within(block, "w:tr")) {
          for (const cell of within(row, "w:tc")) {
            const inner = this.#flat(childElements(cell), separator);
            if (inner.text !== "") parts.push(inner.text);
            attached.push(...inner.attached);
          }
        }
      } else if (block.name === "w:altChunk") {
        const words = this.#chunkOf(block)?.content.trim() ?? "";
        if (words !== "") parts.push(separator === " " ? oneLine(words) : words);
      }
    }
    parts.push(...(this.#carried === "" ? [] : [this.#carried]));
    this.#carried = "";
    return { text: parts.join(separator), attached };
  }
}

/** Whether a paragraph's words go on in the next one: its end was taken out by a tracked change, or it is a large initial. */
function goesOn(properties: XmlElement | undefined): boolean {
  const initial = childNamed(properties, "w:framePr")?.attributes["w:dropCap"] ?? "none";
  return initial !== "none" || childNamed(childNamed(properties, "w:rPr"), "w:del") !== undefined;
}

/** Whether a cell is a part of the one to its left, as Word 97 merged them (`w:hMerge`). */
function continuesLeft(cell: XmlElement): boolean {
  const merge = childNamed(childNamed(cell, "w:tcPr"), "w:hMerge");
  return merge !== undefined && merge.attributes["w:val"] !== "restart";
}

/** How many cells after that one are parts of it. */
function coveredAfter(cells: readonly XmlElement[], index: number): number {
  let after = index + 1;
  while (after < cells.length && continuesLeft(cells[after])) after++;
  return after - index - 1;
}

/** What holds blocks, without being one. */
const transparent = new Set(["w:ins", "w:moveTo", "w:customXml", "w:smartTag", "w:sdtContent", "w:body", "w:document"]);

/** The blocks that an element is or holds, without those that were taken out and tables of contents. */
function blocksOf(element: XmlElement, keepsContents = false): XmlElement[] {
  const { name } = element;
  if (name === "w:p" || name === "w:tbl" || name === "w:altChunk") return [element];
  if (name === "mc:AlternateContent") return chosen(element).flatMap((child) => blocksOf(child, keepsContents));
  if (name === "w:sdt") {
    const part = childNamed(childNamed(element, "w:sdtPr"), "w:docPartObj");
    const gallery = childNamed(part, "w:docPartGallery")?.attributes["w:val"] ?? "";
    const content = childNamed(element, "w:sdtContent");
    const isContents = /^table of contents$/i.test(gallery) && !keepsContents;
    return isContents || !content ? [] : blocksOf(content, keepsContents);
  }
  return transparent.has(name) ? childElements(element).flatMap((child) => blocksOf(child, keepsContents)) : [];
}

/** The rows of a table or the cells of a row, those in content controls and tracked insertions included. */
function within(parent: XmlElement, name: string): XmlElement[] {
  return childElements(parent).flatMap((child) => {
    if (child.name === name) return [child];
    if (child.name === "w:sdt") return within(childNamed(child, "w:sdtContent") ?? { ...child, children: [] }, name);
    return transparent.has(child.name) ? within(child, name) : [];
  });
}

/** Whether a line of a table of contents ends as its entries do: with a page's number after a gap or leaders, or with nothing. */
function isEntry(line: string): boolean {
  const words = line.trimEnd().replace(/(?<!\d)\d+$/, "");
  if (words.length === line.trimEnd().length) return words === "";
  const last = words.trimEnd();
  return /[\t ]/.test(words.slice(last.length)) || /[.…]$/.test(last);
}
