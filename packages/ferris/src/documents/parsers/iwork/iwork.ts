/**
 * Pages, Numbers and Keynote: by the preview that they save beside their own format, where it is a PDF, as in older versions and where the
 * author asked for it; else by the objects of their own format, in the order of the document.
 */
import { DocumentError } from "../../../errors.ts";
import { Archive } from "../../archive/archive.ts";
import { ContentBuilder, type Place } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import type { ParserInput } from "../parser.ts";
import { storedTable, TableStore } from "./cells.ts";
import { Message } from "./message.ts";
import { type StoredObject, storedObjects } from "./objects.ts";

/** Types of objects. What is not here is walked through. */
const [pagesDocument, tableModel, comment] = [10_000, 6_001, 3_056];
const texts: ReadonlySet<number> = new Set([2_001, 2_005]);
/** Slides, of the show and of its theme, are come to in the order of the show alone. */
const slides: ReadonlySet<number> = new Set([4, 5, 6]);

/** A text's kind: what runs through the pages. */
const body = 0;
/** Places of pictures and the like in a text. */
const placeholders = /[\ufffc\u0000-\u0003\u0006-\u0008\u000f-\u001f]/g;
const lineEnds = /[\n\r\u000b\u000c\u0004\u0005\u000e\u2028\u2029]+/;

export async function parseIWork({ bytes, inside }: ParserInput): Promise<ParsedDocument> {
  // Keys of cryptography bear the extension of Keynote.
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw new DocumentError("binary", "not of Pages, Numbers or Keynote");
  const archive = new Archive(bytes);
  const preview = archive.names.find((name) => /(?:^|\/)preview\.pdf$/i.test(name));
  if (preview !== undefined) {
    const document = await inside.parse("/preview.pdf", archive.bytes(preview)!);
    return { ...document, type: "iwork" };
  }
  const inner = archive.names.find((name) => /(?:^|\/)Index\.zip$/.test(name));
  return readObjects(inner === undefined ? archive : new Archive(archive.bytes(inner)!));
}

/** Whether an archive holds a document's objects: of one that is a folder, the file Index.zip does. */
export function holdsObjects(names: readonly string[]): boolean {
  return names.some((name) => /(?:^|\/)Document\.iwa$/.test(name));
}

/** @throws DocumentError "encrypted", "no text" where there is nothing in it that is known here */
export function readObjects(archive: Archive): ParsedDocument {
  if (archive.names.some((name) => name.endsWith(".iwpv2") || name.endsWith(".iwph"))) {
    throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
  }
  if (!holdsObjects(archive.names)) {
    throw new DocumentError(
      "no text",
      "there is no preview in it to read: export it as PDF or to Office's format to index it",
    );
  }
  const objects = storedObjects(archive);
  const builder = new ContentBuilder();
  const seen = new Set<number>();
  const tables = new TableStore();
  const root = objects.get(1);
  const document = new Message(root?.content ?? new Uint8Array());
  const sheets = root?.type === pagesDocument ? [] : document.references(1);
  if (root?.type === pagesDocument) {
    for (const object of objects.values()) if (isText(object) && kindOf(object) === body) addFrom(object.id);
  } else if (sheets.length > 0) {
    for (const id of sheets) addSheet(id);
  } else for (const [index, id] of slidesOf(document).entries()) addSlide(id, { page: index + 1 });
  builder.section(1, "");
  addFrom(1);
  // Programs of others leave out which objects an object refers to.
  for (const { id, type } of objects.values()) if (type === tableModel || texts.has(type)) addFrom(id);
  return builder.finish("iwork");

  function addSheet(id: number): void {
    const sheet = seen.has(id) ? null : messageOf(id);
    if (!sheet) return;
    seen.add(id);
    builder.heading(1, sheet.texts(1)[0] ?? "");
    for (const drawable of sheet.references(2)) addFrom(drawable);
  }

  function addSlide(id: number, place: Place): void {
    const slide = messageOf(id);
    if (!slide) return;
    builder.section(1, "");
    const title = slide
      .references(5)
      .map((placeholder) => wordsBelow(placeholder))
      .join(" ");
    builder.heading(1, title.split(lineEnds).join(" "), place);
    for (const reference of objects.get(id)!.references) addFrom(reference, place);
  }

  /** Slides of a show, by the nodes of its tree. */
  function slidesOf(show: Message): number[] {
    const [tree] = messageOf(show.references(2)[0])?.messages(3) ?? [];
    const nodes = new Set(tree?.references(2));
    return [...new Set([...nodes].flatMap((node) => messageOf(node)?.references(2) ?? []))];
  }

  /** What an object says, and then what it refers to. */
  function addFrom(first: number, place: Place = {}): void {
    const stack = [first];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      const object = objects.get(id);
      if (!object || seen.has(id) || slides.has(object.type)) continue;
      seen.add(id);
      if (object.type === tableModel) {
        addStoredTable(new Message(object.content), place);
        continue;
      }
      for (const paragraph of wordsOf(object).split(lineEnds)) builder.add("prose", paragraph, place);
      for (let index = object.references.length - 1; index >= 0; index--) stack.push(object.references[index]!);
    }
  }

  function addStoredTable(model: Message, place: Place): void {
    const textOf = (id: number) => {
      seen.add(id);
      const object = objects.get(id);
      return object ? wordsOf(object).split(lineEnds).join(" ").trim() : "";
    };
    const { name, rows, headerRows } = storedTable(model, objects, textOf, tables);
    builder.section(2, name);
    const grid = new TableGrid();
    rows.forEach((cells, index) => {
      grid.row({ isHeader: index < headerRows });
      for (const cell of cells) grid.cell(cell, {});
    });
    addTable(builder, grid, { place });
  }

  /** The words of the texts that an object refers to, which are not said again. */
  function wordsBelow(first: number): string {
    const found: string[] = [];
    for (const id of [first, ...(objects.get(first)?.references ?? [])]) {
      const object = objects.get(id);
      if (!object || !isText(object)) continue;
      seen.add(id);
      found.push(wordsOf(object));
    }
    return found.join(" ").trim();
  }

  function messageOf(id: number | undefined): Message | null {
    const object = id === undefined ? undefined : objects.get(id);
    return object ? new Message(object.content) : null;
  }
}

function isText({ type }: StoredObject): boolean {
  return texts.has(type);
}

function kindOf({ content }: StoredObject): number | null {
  return new Message(content).number(1);
}

function wordsOf({ type, content }: StoredObject): string {
  if (texts.has(type)) return new Message(content).texts(3).join("\n").replace(placeholders, "");
  return type === comment ? (new Message(content).texts(1)[0] ?? "") : "";
}
