/**
 * Objects that were put into a presentation of 1997 to 2003: files and formulas, packed; each is a compound file.
 */
import { inflateSync } from "node:zlib";
import type { CompoundFolder } from "../../archive/compound-folder.ts";
import { type EmbeddedFile, fileInObject, type UnreadObject } from "../office/embedded-object.ts";
import { formulaInObject } from "../office/equation-object.ts";
import { ByteReader } from "./byte-reader.ts";
import { directory } from "./powerpoint-records.ts";
import { children, type OfficeRecord, recordAt } from "./records.ts";

/** Of one object. */
const mostUnpacked = 64 * 2 ** 20;
/** Packed, with the picture of it. */
const largestFormula = 256 * 1024;
const mostFormulas = 1_000;

/** The objects that were put into slides, packed; each is a compound file. */
export function* objectsOfPresentation(file: CompoundFolder): Generator<EmbeddedFile | UnreadObject | null> {
  const reader = new ByteReader(file.stream("PowerPoint Document") ?? new Uint8Array());
  const user = new ByteReader(file.stream("Current User") ?? new Uint8Array());
  const { places } = directory(reader, user.u32(16));
  for (const place of new Set(places.values())) {
    const record = recordAt(reader, place);
    const bytes = record && bytesOfObject(reader, record);
    if (bytes) yield fileInObject(bytes);
  }
}

/** Null for other records, and for an object that is damaged. */
function bytesOfObject(reader: ByteReader, record: OfficeRecord): Uint8Array | null {
  if (record.type !== 0x1011) return null;
  const stored = reader.slice(record.start, record.end);
  return record.instance === 1 ? unpacked(stored.subarray(4)) : stored;
}

/** The formulas that are objects, by the numbers by which shapes refer to them. */
export function formulasIn(
  reader: ByteReader,
  root: OfficeRecord,
  places: ReadonlyMap<number, number>,
): Map<number, string> {
  const formulas = new Map<number, string>();
  /** By its place: any number of shapes may name the same object. */
  const read = new Map<number, string>();
  const list = children(reader, root).find(({ type }) => type === 0x0409);
  for (const object of list ? children(reader, list) : []) {
    const atom = children(reader, object).find(({ type }) => type === 0x0fc3);
    const place = atom && places.get(reader.u32(atom.start + 16));
    const record = place === undefined ? undefined : recordAt(reader, place);
    if (!atom || !record || record.end - record.start > largestFormula) continue;
    let formula = read.get(place!);
    if (formula === undefined) {
      if (read.size >= mostFormulas) break;
      const bytes = bytesOfObject(reader, record);
      read.set(place!, (formula = (bytes && formulaInObject(bytes)) ?? ""));
    }
    if (formula !== "") formulas.set(reader.u32(atom.start + 8), formula);
  }
  return formulas;
}

function unpacked(bytes: Uint8Array): Uint8Array | null {
  try {
    return inflateSync(bytes, { maxOutputLength: mostUnpacked });
  } catch {
    return null;
  }
}
