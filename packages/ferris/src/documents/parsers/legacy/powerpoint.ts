/**
 * Presentations of 1997 to 2003 (.ppt): the texts of slides and their notes in the order of the show.
 *
 * After Microsoft's [MS-PPT]. The stream is a tree of records, which saving appends to; a directory says which of them are alive.
 */
import { DocumentError } from "../../../errors.ts";
import type { CompoundFolder } from "../../archive/compound-folder.ts";
import type { ContentBuilder } from "../../content-builder.ts";
import { addTable } from "../../table/add-table.ts";
import { type EdgedRow, gridOf } from "../../table/edges.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { ByteReader } from "./byte-reader.ts";
import { slideEdges } from "./powerpoint-edges.ts";
import { formulasIn } from "./powerpoint-objects.ts";
import { directory, textOf } from "./powerpoint-records.ts";
import { tableIn } from "./powerpoint-table.ts";
import { children, type OfficeRecord, recordAt } from "./records.ts";
import { shapeWords } from "./shape-words.ts";

interface TextRun {
  /** 0 and 6 are titles. */
  readonly kind: number;
  readonly text: string;
  /** For a table, which has no text of its own. */
  readonly table?: readonly EdgedRow[];
}

const deepest = 50;
/** Kinds of text that are titles. */
const titles = new Set([0, 6]);

/** Adds the slides of the presentation in `file`. */
export function readPowerPoint(file: CompoundFolder, builder: ContentBuilder): void {
  const reader = new ByteReader(file.stream("PowerPoint Document") ?? new Uint8Array());
  const user = new ByteReader(file.stream("Current User") ?? new Uint8Array());
  if (user.u32(12) === 0xf3d1c4df) {
    throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
  }
  const { places, document } = directory(reader, user.u32(16));
  const root = document === undefined ? undefined : recordAt(reader, document);
  if (root?.type !== 0x03e8) throw new DocumentError("damaged", "its list of slides is missing");
  // Lists of slides (0), masters (1) and notes (2); texts of placeholders stand in the list.
  const lists = children(reader, root).filter(({ type }) => type === 0x0ff0);
  const slides = lists.filter(({ instance }) => instance === 0).flatMap((list) => entries(reader, list));
  const notes = lists.filter(({ instance }) => instance === 2).flatMap((list) => entries(reader, list));
  const formulas = formulasIn(reader, root, places);
  const notesOf = new Map<number, TextRun[]>();
  for (const { persist, texts } of notes) {
    const record = recordAt(reader, places.get(persist) ?? -1);
    const atom = record && children(reader, record).find(({ type }) => type === 0x03f1);
    if (record && atom) notesOf.set(reader.u32(atom.start), textsWithin({ reader, outline: texts, formulas }, record));
  }
  slides.forEach(({ persist, identifier, texts }, index) => {
    const place = { page: index + 1 };
    builder.section(1, "");
    const record = recordAt(reader, places.get(persist) ?? -1);
    const runs = record?.type === 0x03ee ? textsWithin({ reader, outline: texts, formulas }, record) : texts;
    for (const { kind, text } of runs) if (titles.has(kind)) builder.heading(1, text, place);
    for (const { kind, text, table } of runs) {
      if (table) addTable(builder, gridOf(table), { place });
      else if (!titles.has(kind)) builder.add("prose", text, place);
    }
    if (record) for (const comment of commentsWithin(reader, record)) builder.add("prose", comment, place);
    for (const { kind, text } of notesOf.get(identifier) ?? []) if (kind === 2) builder.add("prose", text, place);
  });
  const masters = lists.filter(({ instance }) => instance === 1).flatMap((list) => entries(reader, list));
  addPageEdges(builder, [slideEdges(reader, recordsOf(masters), [root, ...recordsOf(slides)])]);

  function recordsOf(listed: readonly SlideEntry[]): OfficeRecord[] {
    return listed.flatMap(({ persist }) => recordAt(reader, places.get(persist) ?? -1) ?? []);
  }
}

/** What reviewers wrote, in the extensions that a slide has for other programs: author, text and initials of each. */
function commentsWithin(reader: ByteReader, record: OfficeRecord, depth = 0): string[] {
  if (depth > deepest) return [];
  return children(reader, record).flatMap((child) => {
    if (child.type === 0x2ee0) {
      return children(reader, child)
        .filter(({ type, instance }) => type === 0x0fba && instance === 1)
        .map((text) => textOf(reader, { ...text, type: 0x0fa0 }));
    }
    // Extensions (PP10SlideBinaryTagExtension) are records in the bytes of one.
    return child.isContainer || child.type === 0x138b ? commentsWithin(reader, child, depth + 1) : [];
  });
}

interface SlideEntry {
  readonly persist: number;
  readonly identifier: number;
  readonly texts: TextRun[];
}

/** What a list says of each slide: where it is, and the texts of its placeholders. */
function entries(reader: ByteReader, list: OfficeRecord): SlideEntry[] {
  const found: SlideEntry[] = [];
  let kind = 4;
  for (const record of children(reader, list)) {
    if (record.type === 0x03f3) {
      found.push({ persist: reader.u32(record.start), identifier: reader.u32(record.start + 12), texts: [] });
    } else if (record.type === 0x0f9f) kind = reader.u32(record.start);
    else if (record.type === 0x0fa0 || record.type === 0x0fa8)
      found.at(-1)?.texts.push({ kind, text: textOf(reader, record) });
  }
  return found;
}

interface SlideContext {
  readonly reader: ByteReader;
  /** Boxes of placeholders refer to these, by number. */
  readonly outline: readonly TextRun[];
  /** Shapes that show objects refer to these. */
  readonly formulas: ReadonlyMap<number, string>;
}

/** The texts in the boxes of a slide, and what its shapes say beside them. */
function textsWithin(context: SlideContext, record: OfficeRecord, depth = 0): TextRun[] {
  if (depth > deepest) return [];
  const { reader, outline, formulas } = context;
  const runs: TextRun[] = [];
  let kind = 4;
  for (const child of children(reader, record)) {
    if (child.type === 0x0f9f) kind = reader.u32(child.start);
    else if (child.type === 0x0fa0 || child.type === 0x0fa8) runs.push({ kind, text: textOf(reader, child) });
    else if (child.type === 0x0f9e) {
      const referred = outline[reader.u32(child.start)];
      if (referred) runs.push(referred);
    } else if (child.type === 0x0bc1) {
      const formula = formulas.get(reader.u32(child.start));
      if (formula !== undefined) runs.push({ kind: 4, text: formula });
    } else if (child.type === 0xf003) {
      const table = tableIn(reader, child, (box) =>
        textsWithin(context, box, depth + 1)
          .map(({ text }) => text)
          .join(" "),
      );
      if (table) runs.push({ kind, text: "", table });
      else runs.push(...textsWithin(context, child, depth + 1));
    } else if (child.type === 0xf004) {
      const own = textsWithin(context, child, depth + 1);
      const said = new Set(own.map(({ text }) => text.trim()));
      // WordArt is a box with its text in some files.
      const lines = shapeWords(reader, child).lines.filter((line) => !said.has(line));
      runs.push(...own, ...lines.map((text) => ({ kind: 4, text })));
    } else if (child.isContainer || child.type === 0xf00d) runs.push(...textsWithin(context, child, depth + 1));
  }
  return runs;
}
