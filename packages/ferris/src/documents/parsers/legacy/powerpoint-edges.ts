/**
 * What stands on many slides of a presentation of 1997 to 2003: footers, and the texts of masters that are not there to be filled in.
 */
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import type { ByteReader } from "./byte-reader.ts";
import { textOf } from "./powerpoint-records.ts";
import { children, type OfficeRecord } from "./records.ts";
import { shapeWords } from "./shape-words.ts";

const deepest = 50;
const shape = 0xf004;
const footers = 0x0fd9;

/** @param slides and what else may say what their footers are */
export function slideEdges(
  reader: ByteReader,
  masters: readonly OfficeRecord[],
  slides: readonly OfficeRecord[],
): ParsedDocument {
  const edges = new ContentBuilder();
  for (const record of slides) edges.add("prose", footerOf(reader, record));
  for (const master of masters) for (const text of textsOf(reader, master)) edges.add("prose", text);
  return edges.finish("ppt");
}

/** "" where there is none, or it is not shown. */
function footerOf(reader: ByteReader, record: OfficeRecord): string {
  // Of notes and handouts, it is the fourth kind.
  const container = children(reader, record).find(({ type, instance }) => type === footers && instance !== 4);
  const parts = container ? children(reader, container) : [];
  const atom = parts.find(({ type }) => type === 0x0fda);
  const text = parts.find(({ type, instance }) => type === 0x0fba && instance === 2);
  const isShown = atom !== undefined && (reader.u16(atom.start + 2) & 0x20) !== 0;
  return isShown && text ? textOf(reader, { ...text, type: 0x0fa0 }) : "";
}

/** The texts of boxes and shapes within, but for placeholders. */
function textsOf(reader: ByteReader, record: OfficeRecord, depth = 0): string[] {
  if (depth > deepest) return [];
  const parts = children(reader, record);
  if (record.type === shape) {
    const data = parts.filter(({ type }) => type === 0xf011).flatMap((client) => children(reader, client));
    if (data.some(({ type }) => type === 0x0bc3)) return [];
  }
  const own = record.type === shape ? shapeWords(reader, record).lines : [];
  const texts = parts.flatMap((part) => {
    if (part.type === 0x0fa0 || part.type === 0x0fa8) return [textOf(reader, part)];
    return part.isContainer || part.type === 0xf00d ? textsOf(reader, part, depth + 1) : [];
  });
  return [...texts, ...own.filter((line) => !texts.some((text) => text.trim() === line))];
}
