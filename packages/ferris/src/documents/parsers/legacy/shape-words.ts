/**
 * What shapes in the drawings of Office 1997 to 2003 say beside their text boxes: WordArt, descriptions of pictures, and formulas of newer versions. It stands
 * among the properties of a shape, in tables that documents, workbooks and presentations share.
 *
 * After Microsoft's [MS-ODRAW].
 */
import { formulaInXml } from "../office/equation-xml.ts";
import { pictureDescription } from "../picture-description.ts";
import type { ByteReader } from "./byte-reader.ts";
import { children, type OfficeRecord } from "./records.ts";

const record = { group: 0xf003, shape: 0xf004, identity: 0xf00a } as const;
const propertyTables = new Set([0xf00b, 0xf121, 0xf122]);
const property = { wordArt: 0x00c0, equation: 0x030c, description: 0x0381 } as const;
const isDeleted = 0x8;

const deepest = 50;
const mostShapes = 100_000;
const longestText = 100_000;
const longestEquation = 2_000_000;

/** A shape with what it says, a line each. */
export interface ShapeWords {
  readonly shape: OfficeRecord;
  /** By which anchors of Word name it. */
  readonly id: number;
  readonly lines: readonly string[];
}

/** The shapes within a record, those in groups included, in the order of the file. */
export function shapesWithin(reader: ByteReader, within: Pick<OfficeRecord, "start" | "end">): ShapeWords[] {
  const found: ShapeWords[] = [];
  const look = (part: Pick<OfficeRecord, "start" | "end">, depth: number) => {
    for (const child of children(reader, part)) {
      if (found.length >= mostShapes) return;
      if (child.type === record.shape) found.push(shapeWords(reader, child));
      else if (child.isContainer && depth < deepest) look(child, depth + 1);
    }
  };
  look(within, 0);
  return found;
}

/** The shapes of a drawing with all that is in their groups: a group is known by its first shape. */
export function groupsWithin(reader: ByteReader, drawing: Pick<OfficeRecord, "start" | "end">): ShapeWords[] {
  // Around all shapes of a drawing there is one group, whose own shape comes first.
  const all = children(reader, drawing).find(({ type }) => type === record.group);
  if (!all) return [];
  return children(reader, all)
    .slice(1)
    .flatMap((part) => {
      const [first, ...others] = part.type === record.group ? shapesWithin(reader, part) : [shapeWords(reader, part)];
      return first ? [{ ...first, lines: [first, ...others].flatMap(({ lines }) => lines) }] : [];
    });
}

export function shapeWords(reader: ByteReader, shape: OfficeRecord): ShapeWords {
  let id = 0;
  let flags = 0;
  const lines: string[] = [];
  for (const part of children(reader, shape)) {
    if (part.type === record.identity) {
      id = reader.u32(part.start);
      flags = reader.u32(part.start + 4);
    } else if (propertyTables.has(part.type)) lines.push(...linesOfTable(reader, part));
  }
  return { shape, id, lines: flags & isDeleted ? [] : lines };
}

/** Properties are six bytes each; what does not fit stands behind them all, in their order. */
function linesOfTable(reader: ByteReader, { start, end, instance }: OfficeRecord): string[] {
  const lines: string[] = [];
  const behind = start + 6 * instance;
  let at = behind;
  for (let index = 0; index < instance && start + 6 * index + 6 <= end && behind <= end; index++) {
    const code = reader.u16(start + 6 * index);
    if ((code & 0x8000) === 0) continue;
    const length = reader.u32(start + 6 * index + 2);
    if (at + length > end) break;
    const line = lineOf(reader, code & 0x3fff, at, length);
    if (line !== "" && !lines.includes(line)) lines.push(line);
    at += length;
  }
  return lines;
}

function lineOf(reader: ByteReader, code: number, at: number, length: number): string {
  if (code === property.equation) {
    const xml = Buffer.from(reader.slice(at, at + Math.min(length, longestEquation))).toString("utf8");
    return formulaInXml(xml);
  }
  if (code !== property.wordArt && code !== property.description) return "";
  const [text = ""] = reader.wide(at, Math.min(length >> 1, longestText)).split("\0");
  const words = text.replace(/[\r\v]\n?/g, "\n").trim();
  return code === property.wordArt ? words : pictureDescription(words);
}
