/**
 * Presentations of 1997 to 2003 (.ppt): the texts of slides and their notes in the order of the show.
 *
 * After Microsoft's [MS-PPT]. The stream is a tree of records, which saving appends to; a directory says which of them are alive.
 */
import { DocumentError } from "../../../errors.ts";
import type { CompoundFile } from "../../archive/compound-file.ts";
import type { ContentBuilder } from "../../content-builder.ts";
import { ByteReader } from "./byte-reader.ts";

interface PptRecord {
  readonly type: number;
  readonly instance: number;
  readonly isContainer: boolean;
  /** Of its body, the end exclusive. */
  readonly start: number;
  readonly end: number;
}

interface TextRun {
  /** 0 and 6 are titles. */
  readonly kind: number;
  readonly text: string;
}

const deepest = 50;
const mostEdits = 10_000;
/** Kinds of text that are titles. */
const titles = new Set([0, 6]);

/** Adds the slides of the presentation in `file`. */
export function readPowerPoint(file: CompoundFile, builder: ContentBuilder): void {
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
    for (const { kind, text } of runs) if (!titles.has(kind)) builder.add("prose", text, place);
    for (const { kind, text } of notesOf.get(identifier) ?? []) if (kind === 2) builder.add("prose", text, place);
  });
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
    } else if (child.isContainer || child.type === 0xf00d) runs.push(...textsWithin(reader, child, outline, depth + 1));
  }
  return runs;
}

function textOf(reader: ByteReader, { type, start, end }: PptRecord): string {
  const text = type === 0x0fa0 ? reader.wide(start, (end - start) >> 1) : reader.narrow(start, end - start);
  return text.replace(/[\r\v]/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "");
}

function children(reader: ByteReader, { start, end }: PptRecord): PptRecord[] {
  const found: PptRecord[] = [];
  for (let at = start; at + 8 <= end;) {
    const record = recordAt(reader, at);
    if (!record) break;
    found.push({ ...record, end: Math.min(record.end, end) });
    at = Math.max(record.end, at + 8);
  }
  return found;
}

function recordAt(reader: ByteReader, at: number): PptRecord | undefined {
  if (at < 0 || at + 8 > reader.length) return undefined;
  const version = reader.u16(at);
  const start = at + 8;
  return {
    type: reader.u16(at + 2),
    instance: version >> 4,
    isContainer: (version & 0xf) === 0xf,
    start,
    end: Math.min(reader.length, start + reader.u32(at + 4)),
  };
}

/** Where the living records are, by their number: each save lists what it wrote, the newest first. */
function directory(reader: ByteReader, newest: number): { places: Map<number, number>; document: number | undefined } {
  const places = new Map<number, number>();
  let edit = newest;
  let document = 0;
  for (let read = 0; read < mostEdits; read++) {
    const record = recordAt(reader, edit);
    if (record?.type !== 0x0ff5) break;
    document ||= reader.u32(record.start + 16);
    const list = recordAt(reader, reader.u32(record.start + 12));
    if (list?.type === 0x1772) {
      for (let at = list.start; at + 4 <= list.end;) {
        const head = reader.u32(at);
        const [first, count] = [head & 0xfffff, head >>> 20];
        for (let index = 0; index < count && at + 8 + 4 * index <= list.end; index++) {
          if (!places.has(first + index)) places.set(first + index, reader.u32(at + 4 + 4 * index));
        }
        at += 4 + 4 * count;
      }
    }
    const older = reader.u32(record.start + 8);
    if (older === 0 || older >= edit) break;
    edit = older;
  }
  return { places, document: places.get(document) };
}
