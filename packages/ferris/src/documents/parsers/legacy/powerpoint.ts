/**
 * Presentations of 1997 to 2003 (.ppt): the texts of slides and their notes in the order of the show.
 *
 * After Microsoft's [MS-PPT]. The stream is a tree of records, which saving appends to; a directory says which of them are alive.
 */
import { inflateSync } from "node:zlib";
import { DocumentError } from "../../../errors.ts";
import type { CompoundFolder } from "../../archive/compound-folder.ts";
import type { ContentBuilder } from "../../content-builder.ts";
import { type EmbeddedFile, fileInObject } from "../office/embedded-object.ts";
import { addTable } from "../../table/add-table.ts";
import { type EdgedRow, gridOf } from "../../table/edges.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { ByteReader } from "./byte-reader.ts";
import { slideEdges } from "./powerpoint-edges.ts";
import { children, directory, type PptRecord, recordAt, textOf } from "./powerpoint-records.ts";
import { tableIn } from "./powerpoint-table.ts";

interface TextRun {
  /** 0 and 6 are titles. */
  readonly kind: number;
  readonly text: string;
  /** For a table, which has no text of its own. */
  readonly table?: readonly EdgedRow[];
}

const deepest = 50;
/** Of one object. */
const mostUnpacked = 64 * 2 ** 20;
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
  const notesOf = new Map<number, TextRun[]>();
  for (const { persist, texts } of notes) {
    const record = recordAt(reader, places.get(persist) ?? -1);
    const atom = record && children(reader, record).find(({ type }) => type === 0x03f1);
    if (record && atom) notesOf.set(reader.u32(atom.start), textsWithin(reader, record, texts));
  }
  slides.forEach(({ persist, identifier, texts }, index) => {
    const place = { page: index + 1 };
    builder.section(1, "");
    const record = recordAt(reader, places.get(persist) ?? -1);
    const runs = record?.type === 0x03ee ? textsWithin(reader, record, texts) : texts;
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

  function recordsOf(listed: readonly SlideEntry[]): PptRecord[] {
    return listed.flatMap(({ persist }) => recordAt(reader, places.get(persist) ?? -1) ?? []);
  }
}

/** What reviewers wrote, in the extensions that a slide has for other programs: author, text and initials of each. */
function commentsWithin(reader: ByteReader, record: PptRecord, depth = 0): string[] {
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

/** The objects that were put into slides, packed; each is a compound file. */
export function* objectsOfPresentation(file: CompoundFolder): Generator<EmbeddedFile> {
  const reader = new ByteReader(file.stream("PowerPoint Document") ?? new Uint8Array());
  const user = new ByteReader(file.stream("Current User") ?? new Uint8Array());
  const { places } = directory(reader, user.u32(16));
  for (const place of places.values()) {
    const record = recordAt(reader, place);
    if (record?.type !== 0x1011) continue;
    const stored = reader.slice(record.start, record.end);
    const bytes = record.instance === 1 ? unpacked(stored.subarray(4)) : stored;
    const object = bytes && fileInObject(bytes);
    if (object) yield object;
  }
}

function unpacked(bytes: Uint8Array): Uint8Array | null {
  try {
    return inflateSync(bytes, { maxOutputLength: mostUnpacked });
  } catch {
    return null;
  }
}

interface SlideEntry {
  readonly persist: number;
  readonly identifier: number;
  readonly texts: TextRun[];
}

/** What a list says of each slide: where it is, and the texts of its placeholders. */
function entries(reader: ByteReader, list: PptRecord): SlideEntry[] {
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

/** The texts in the boxes of a slide; boxes of placeholders refer to `outline`, by number. */
function textsWithin(reader: ByteReader, record: PptRecord, outline: readonly TextRun[], depth = 0): TextRun[] {
  if (depth > deepest) return [];
  const runs: TextRun[] = [];
  let kind = 4;
  for (const child of children(reader, record)) {
    if (child.type === 0x0f9f) kind = reader.u32(child.start);
    else if (child.type === 0x0fa0 || child.type === 0x0fa8) runs.push({ kind, text: textOf(reader, child) });
    else if (child.type === 0x0f9e) {
      const referred = outline[reader.u32(child.start)];
      if (referred) runs.push(referred);
    } else if (child.type === 0xf003) {
      const table = tableIn(reader, child, (box) =>
        textsWithin(reader, box, outline, depth + 1)
          .map(({ text }) => text)
          .join(" "),
      );
      if (table) runs.push({ kind, text: "", table });
      else runs.push(...textsWithin(reader, child, outline, depth + 1));
    } else if (child.isContainer || child.type === 0xf00d) runs.push(...textsWithin(reader, child, outline, depth + 1));
  }
  return runs;
}
