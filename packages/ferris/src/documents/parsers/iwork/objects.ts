/**
 * The objects of a document of Pages, Numbers or Keynote: each part of it (Index/….iwa) is packed, and holds objects one after another, each
 * with a number, a type, and the numbers of those that it refers to.
 */
import { DocumentError } from "../../../errors.ts";
import type { Archive } from "../../archive/archive.ts";
import { Message, varint } from "./message.ts";
import { unpackSnappy } from "./snappy.ts";

export interface StoredObject {
  readonly id: number;
  readonly type: number;
  readonly content: Uint8Array;
  readonly references: readonly number[];
}

/** What a document unpacks to at most. */
const mostBytes = 256 * 2 ** 20;
const mostObjects = 2_000_000;

/** Slides of which others are made, and looks: their words are those of the theme. */
const ofTheme =
  /(?:^|\/)(?:MasterSlide|TemplateSlide|[A-Za-z]*Stylesheet|ViewState|AnnotationAuthorStorage|Metadata)[^/]*\.iwa$/;

/** By their numbers, in the order of the file. */
export function storedObjects(archive: Archive): Map<number, StoredObject> {
  const objects = new Map<number, StoredObject>();
  let left = mostBytes;
  for (const name of archive.names) {
    if (!name.endsWith(".iwa") || ofTheme.test(name)) continue;
    const part = unpacked(archive.bytes(name)!, left);
    left -= part.length;
    for (let at = 0; at < part.length;) {
      const [length, start] = varint(part, at);
      if (start + length > part.length) throw new DocumentError("damaged", `${name} in it ends too early`);
      const info = new Message(part.subarray(start, start + length));
      const id = info.number(1) ?? 0;
      at = start + length;
      for (const message of info.messages(2)) {
        const size = message.number(3) ?? 0;
        if (at + size > part.length) throw new DocumentError("damaged", `${name} in it ends too early`);
        if (!objects.has(id)) {
          const content = part.subarray(at, at + size);
          objects.set(id, { id, type: message.number(1) ?? 0, content, references: message.numbers(5) });
        }
        at += size;
      }
      if (objects.size > mostObjects) throw new DocumentError("too large", `more than ${mostObjects} objects in it`);
    }
  }
  return objects;
}

/** Pieces of at most 64 KB, each behind a zero and its length. */
function unpacked(bytes: Uint8Array, most: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; at + 4 <= bytes.length;) {
    const size = bytes[at + 1]! + bytes[at + 2]! * 0x100 + bytes[at + 3]! * 0x10000;
    if (bytes[at] !== 0 || at + 4 + size > bytes.length)
      throw new DocumentError("damaged", "a part of it ends too early");
    const piece = unpackSnappy(bytes.subarray(at + 4, at + 4 + size), most - length);
    pieces.push(piece);
    length += piece.length;
    at += 4 + size;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
