/**
 * The cells of a table of Numbers (and of tables in Pages and Keynote): rows are kept in tiles, each row as bytes with the place of each cell in
 * them; texts are in lists beside. Values are as they are kept: numbers without their format, dates as days.
 */
import { DocumentError } from "../../../errors.ts";
import { Message } from "./message.ts";
import type { StoredObject } from "./objects.ts";

export interface StoredTable {
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
  readonly headerRows: number;
}

const mostColumns = 1_000;
/** Of all tables of a document. */
const mostRows = 1_000_000;
const mostCells = 10_000_000;
const usualTileSize = 256;
/** The form of cells since 2014; before, what is in a table is told without its place. */
const cellVersion = 5;
const [none, numberType, textType, dateType, booleanType, durationType, richTextType, currencyType] = [
  0, 2, 3, 5, 6, 7, 9, 10,
];
/** Dates count seconds from 2001 on. */
const firstDay = Date.UTC(2001, 0, 1);

/** What the tables of one document share: lists are read once, rows and cells are counted. */
export class TableStore {
  readonly lists = new Map<number, Map<number, string>>();
  rows = 0;
  cells = 0;
}

/** @param textOf the words of a text that is an object of its own */
export function storedTable(
  model: Message,
  objects: ReadonlyMap<number, StoredObject>,
  textOf: (id: number) => string,
  shared: TableStore,
): StoredTable {
  const [store] = model.messages(4);
  const [name = ""] = model.texts(8);
  const table = { name, headerRows: model.number(9) ?? 0 };
  if (!store) return { ...table, rows: [] };
  const columns = Math.min(model.number(7) ?? 0, mostColumns);
  const texts = entriesOf(store.references(4)[0], (entry) => entry.texts(3)[0] ?? "");
  /** By the objects that hold them: any number of entries may name the same one, which may name a text again and again. */
  const payloads = new Map<number, string>();
  const richTexts = entriesOf(store.references(17)[0], (entry) => {
    const [id] = entry.references(9);
    if (id === undefined) return "";
    let said = payloads.get(id);
    if (said === undefined) {
      said = [...new Set(messageOf(id)?.references(1))].map(textOf).join(" ");
      payloads.set(id, said);
    }
    return said;
  });
  const rows = new Map<number, string[]>();
  const [tiles] = store.messages(3);
  const tileSize = tiles?.number(2) || usualTileSize;
  for (const place of tiles?.messages(1) ?? []) {
    const first = (place.number(1) ?? 0) * tileSize;
    for (const row of messageOf(place.references(2)[0])?.messages(5) ?? []) {
      const [bytes, offsets] = [row.bytes(6), row.bytes(7)];
      const index = first + (row.number(1) ?? 0);
      if (!bytes || !offsets) continue;
      if (++shared.rows > mostRows) throw new DocumentError("too large", `more than ${mostRows} rows in it`);
      const cells = cellsOf(bytes, offsets, row.number(8) === 1 ? 4 : 1);
      // A tile may be in many places.
      if ((shared.cells += cells.length) > mostCells)
        throw new DocumentError("too large", `more than ${mostCells} cells in it`);
      rows.set(index, cells);
    }
  }
  // Rows of an older form have no bytes that are known here.
  if (rows.size === 0) return { ...table, headerRows: 0, rows: [...texts.values()].map((text) => [text]) };
  return { ...table, rows: [...rows].toSorted(([one], [other]) => one - other).map(([, cells]) => cells) };

  function messageOf(id: number | undefined): Message | null {
    const object = id === undefined ? undefined : objects.get(id);
    return object ? new Message(object.content) : null;
  }

  function entriesOf(id: number | undefined, said: (entry: Message) => string): Map<number, string> {
    if (id === undefined) return new Map();
    let entries = shared.lists.get(id);
    if (!entries) {
      const list = messageOf(id);
      const segments = [...new Set(list?.references(4))].flatMap((segment) => messageOf(segment)?.messages(3) ?? []);
      const all = [...(list?.messages(3) ?? []), ...segments];
      shared.lists.set(id, (entries = new Map(all.map((entry) => [entry.number(1) ?? 0, said(entry)]))));
    }
    return entries;
  }

  function cellsOf(bytes: Uint8Array, offsets: Uint8Array, unit: number): string[] {
    const view = new DataView(offsets.buffer, offsets.byteOffset, offsets.byteLength);
    const cells: string[] = [];
    for (let column = 0; column < columns && 2 * column + 2 <= offsets.length; column++) {
      const offset = view.getUint16(2 * column, true);
      cells.push(offset === 0xffff ? "" : cellAt(bytes, offset * unit));
    }
    return cells;
  }

  function cellAt(bytes: Uint8Array, at: number): string {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (at + 12 > bytes.length || bytes[at] !== cellVersion) return "";
    const type = bytes[at + 1]!;
    const flags = view.getUint32(at + 8, true);
    let next = at + 12;
    const take = <T>(flag: number, size: number, read: (place: number) => T): T | null => {
      if ((flags & flag) === 0) return null;
      const place = next;
      next += size;
      return next > bytes.length ? null : read(place);
    };
    const decimal = take(0x1, 16, (place) => decimalAt(bytes, place));
    const double = take(0x2, 8, (place) => view.getFloat64(place, true));
    const seconds = take(0x4, 8, (place) => view.getFloat64(place, true));
    const text = take(0x8, 4, (place) => view.getUint32(place, true));
    const rich = take(0x10, 4, (place) => view.getUint32(place, true));
    const number = decimal ?? double;
    if (type === none) return "";
    if (type === textType) return text === null ? "" : (texts.get(text) ?? "");
    if (type === richTextType) return rich === null ? "" : (richTexts.get(rich) ?? "");
    if (type === dateType && seconds !== null) return dateOf(seconds);
    if (type === booleanType && number !== null) return number > 0 ? "true" : "false";
    const isNumber = type === numberType || type === currencyType || type === durationType;
    return isNumber && number !== null ? String(Number(number.toPrecision(15))) : "";
  }
}

/** A number of 128 bits with decimal digits, as Numbers writes it: 14 bytes of digits, then the power of ten and the sign. */
function decimalAt(bytes: Uint8Array, at: number): number {
  const power = (((bytes[at + 15]! & 0x7f) << 7) | (bytes[at + 14]! >> 1)) - 0x1820;
  let digits = bytes[at + 14]! & 1;
  for (let i = 13; i >= 0; i--) digits = digits * 256 + bytes[at + i]!;
  const value = power < 0 ? digits / 10 ** -power : digits * 10 ** power;
  return (bytes[at + 15]! & 0x80) === 0 ? value : -value;
}

function dateOf(seconds: number): string {
  const date = new Date(firstDay + seconds * 1_000);
  if (Number.isNaN(date.getTime())) return "";
  const written = date.toISOString();
  return written.endsWith("T00:00:00.000Z") ? written.slice(0, 10) : `${written.slice(0, 10)} ${written.slice(11, 16)}`;
}
