/**
 * Apple's property lists, in their binary form or as XML, as values: texts, numbers, bytes, lists and objects. Within limits: a binary list may name
 * one object many times.
 */
import { DocumentError } from "../../errors.ts";
import { decodeText } from "../decode/decode.ts";
import { childElements, textWithin, type XmlElement, xmlTree } from "../xml/xml-tree.ts";

const mostObjects = 1_000_000;
const deepest = 100;

/** As `plutil -convert xml1` writes it, and programs that do not use Apple's own. */
function xmlList(file: Buffer): unknown {
  const list = xmlTree(decodeText(file).content);
  const [top] = list?.name === "plist" ? childElements(list) : [];
  if (top === undefined) throw damaged("no property list in it");
  return valueOf(top, 0);
}

function valueOf(element: XmlElement, depth: number): unknown {
  if (depth > deepest) throw damaged("its objects are nested without end");
  const children = childElements(element);
  if (element.name === "array") return children.map((child) => valueOf(child, depth + 1));
  if (element.name === "dict") {
    const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (let at = 0; at + 1 < children.length; at += 2)
      if (children[at]!.name === "key") values[textWithin(children[at]!)] = valueOf(children[at + 1]!, depth + 1);
    return values;
  }
  const text = textWithin(element);
  if (element.name === "data") return Buffer.from(text, "base64");
  if (element.name === "true" || element.name === "false") return element.name === "true";
  return element.name === "integer" || element.name === "real" ? Number(text) : text;
}

/** @throws DocumentError for what is not such a list */
export function propertyList(bytes: Uint8Array): unknown {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (/^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!DOCTYPE plist|plist)\b/.test(file.toString("latin1", 0, 100)))
    return xmlList(file);
  if (file.toString("latin1", 0, 6) !== "bplist" || file.length < 40) throw damaged("no property list in it");
  const trailer = file.length - 32;
  const offsetBytes = file[trailer + 6]!;
  const referenceBytes = file[trailer + 7]!;
  const count = unsigned(trailer + 8, 8);
  const top = unsigned(trailer + 16, 8);
  const table = unsigned(trailer + 24, 8);
  if (count > mostObjects || table + count * offsetBytes > file.length)
    throw damaged("its table of objects is cut off");
  let read = 0;
  return objectAt(top, 0);

  function objectAt(index: number, depth: number): unknown {
    if (index >= count || depth > deepest || ++read > mostObjects) throw damaged("its objects are nested without end");
    const at = unsigned(table + index * offsetBytes, offsetBytes);
    const marker = file[at] ?? 0;
    const kind = marker >> 4;
    let length = marker & 0x0f;
    let start = at + 1;
    if (kind >= 4 && kind !== 8 && length === 0x0f) {
      const size = 2 ** ((file[start] ?? 0) & 0x0f);
      length = unsigned(start + 1, size);
      start += 1 + size;
    }
    if (kind === 0) return marker === 0x09 ? true : marker === 0x08 ? false : null;
    if (kind === 1) return unsigned(start, 2 ** length);
    if (kind === 4) return file.subarray(start, within(start + length));
    if (kind === 5) return file.toString("latin1", start, within(start + length));
    if (kind === 6)
      return Buffer.from(file.subarray(start, within(start + 2 * length)))
        .swap16()
        .toString("utf16le");
    if (kind === 0xa || kind === 0xc)
      return Array.from({ length: held(length, start) }, (_, i) => objectAt(reference(start, i), depth + 1));
    if (kind !== 0xd) return null;
    const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (let i = 0; i < held(length, start); i++) {
      const key = objectAt(reference(start, i), depth + 1);
      if (typeof key === "string") object[key] = objectAt(reference(start, length + i), depth + 1);
    }
    return object;
  }

  function reference(start: number, index: number): number {
    return unsigned(start + index * referenceBytes, referenceBytes);
  }

  function held(length: number, start: number): number {
    within(start + length * referenceBytes);
    return length;
  }

  function within(end: number): number {
    if (end > file.length) throw damaged("an object in it is cut off");
    return end;
  }

  function unsigned(at: number, size: number): number {
    if (at < 0 || at + size > file.length) throw damaged("an object in it is cut off");
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + file[at + i]!;
    return value;
  }
}

function damaged(message: string): DocumentError {
  return new DocumentError("damaged", message);
}
