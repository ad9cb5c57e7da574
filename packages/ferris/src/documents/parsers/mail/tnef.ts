/**
 * What Outlook wraps attachments in for other Outlooks (winmail.dat, application/ms-tnef): their names and bytes, and the text.
 *
 * A list of attributes, each with a level, an id, a length and a sum (MS-OXTNEF). Of MAPI's own properties only names and the body are
 * looked at. Lengths are the file's claims: nothing is read, or set aside, beyond its bytes.
 */
import { decompressRTF } from "@kenjiuno/decompressrtf";
import { decodeLoosely } from "../../decode/charset.ts";

export interface Tnef {
  readonly subject: string;
  /** Plain text; "" where there is none. */
  readonly text: string;
  /** Formatted text, which Outlook has in most cases; null where there is none. */
  readonly rtf: Uint8Array | null;
  readonly html: Uint8Array | null;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const signature = 0x223e9f78;
const attributes = {
  subject: 0x8004,
  body: 0x800c,
  mapi: 0x9003,
  file: 0x9002,
  fileName: 0x8010,
  fileBytes: 0x800f,
  fileMapi: 0x9005,
};
const properties = {
  subject: 0x0037,
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  fileBytes: 0x3701,
  longName: 0x3707,
  shortName: 0x3704,
};
const mostFiles = 1_000;

export function isTnef(bytes: Uint8Array): boolean {
  return bytes.length > 6 && viewOf(bytes).getUint32(0, true) === signature;
}

/** Reads as far as `bytes` make sense. */
export function readTnef(bytes: Uint8Array): Tnef {
  const view = viewOf(bytes);
  let subject = "";
  let text = "";
  let body: ReadonlyMap<number, Uint8Array> = new Map();
  const files: { name: string; bytes: Uint8Array }[] = [];
  for (let at = 6; at + 9 <= bytes.length;) {
    const id = view.getUint16(at + 1, true);
    const length = view.getUint32(at + 5, true);
    const value = bytes.subarray(at + 9, at + 9 + length);
    if (value.length < length) break;
    at += 9 + length + 2;
    const file = files.at(-1);
    if (id === attributes.file && files.length < mostFiles) files.push({ name: "attachment", bytes: new Uint8Array() });
    else if (id === attributes.subject) subject = textOf(value);
    else if (id === attributes.body) text = textOf(value);
    else if (id === attributes.mapi) body = propertiesOf(value);
    else if (id === attributes.fileName && file) file.name = textOf(value) || file.name;
    else if (id === attributes.fileBytes && file) file.bytes = value;
    else if (id === attributes.fileMapi && file) {
      const own = propertiesOf(value);
      file.name = textOf(own.get(properties.longName) ?? own.get(properties.shortName)) || file.name;
      // Objects, such as messages in messages, have sixteen bytes of their kind first.
      if (file.bytes.length === 0) file.bytes = own.get(properties.fileBytes) ?? file.bytes;
    }
  }
  return {
    subject: subject || textOf(body.get(properties.subject)),
    text: text || textOf(body.get(properties.body)),
    rtf: rtfOf(body),
    html: body.get(properties.html) ?? null,
    files,
  };
}

function rtfOf(body: ReadonlyMap<number, Uint8Array>): Uint8Array | null {
  const packed = body.get(properties.rtf);
  return packed === undefined ? null : unpackedRtf(packed);
}

/** RTF as messages hold it; null for what is none. */
export function unpackedRtf(packed: Uint8Array): Uint8Array | null {
  try {
    return Uint8Array.from(decompressRTF([...packed]));
  } catch {
    return null;
  }
}

/** The properties that are texts or bytes, by their ids; up to the first that makes no sense. */
function propertiesOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = viewOf(bytes);
  const found = new Map<number, Uint8Array>();
  const count = bytes.length >= 4 ? view.getUint32(0, true) : 0;
  let at = 4;
  for (let index = 0; index < count && at + 4 <= bytes.length; index++) {
    const type = view.getUint16(at, true);
    const id = view.getUint16(at + 2, true);
    at += 4;
    if (id >= 0x8000) at = afterName(view, at);
    const isList = (type & 0x1000) !== 0 || type === 0x001e || type === 0x001f || type === 0x0102 || type === 0x000d;
    const size = sizes.get(type & 0x0fff);
    if (!isList && size === undefined) break;
    if (at + 4 > bytes.length && isList) break;
    const values = isList ? view.getUint32(at, true) : 1;
    if (isList) at += 4;
    for (let value = 0; value < values && at < bytes.length; value++) {
      let length = size ?? 0;
      if (size === undefined) {
        if (at + 4 > bytes.length) return found;
        length = view.getUint32(at, true);
        at += 4;
      }
      if (at + length > bytes.length) return found;
      const own = bytes.subarray(at, at + length);
      if (value === 0) found.set(id, type === 0x001f ? Buffer.from(Buffer.from(own).toString("utf16le")) : own);
      at += Math.ceil(length / 4) * 4;
    }
  }
  return found;
}

/** Bytes of values by their types; others say their length. */
const sizes = new Map([
  [0x0002, 4],
  [0x0003, 4],
  [0x0004, 4],
  [0x0005, 8],
  [0x0006, 8],
  [0x0007, 8],
  [0x000a, 4],
  [0x000b, 4],
  [0x0014, 8],
  [0x0040, 8],
  [0x0048, 16],
]);

/** Named properties say their name's set, and its number or letters. */
function afterName(view: DataView, at: number): number {
  if (at + 24 > view.byteLength) return view.byteLength;
  const isNumber = view.getUint32(at + 16, true) === 0;
  return isNumber ? at + 24 : at + 24 + Math.ceil(view.getUint32(at + 20, true) / 4) * 4;
}

function textOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "";
  const isUtf8 = decodeLoosely(bytes, "utf-8");
  return (isUtf8.includes("\ufffd") ? decodeLoosely(bytes, "windows-1252") : isUtf8).replace(/(?<!\0)\0+$/, "").trim();
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
