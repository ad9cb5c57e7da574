/**
 * Messages of Protocol Buffers, read without their definitions: fields by their numbers, as often as they occur.
 */
import { DocumentError } from "../../../errors.ts";

/** A field's value: a number, or the bytes of a text, a message, a list of numbers or a number of fixed width. */
type Value = number | Uint8Array;

const utf8 = new TextDecoder("utf-8");

export class Message {
  readonly #fields = new Map<number, Value[]>();

  /** @throws DocumentError "damaged" for bytes that are no message */
  constructor(bytes: Uint8Array) {
    for (let at = 0; at < bytes.length;) {
      const [tag, from] = varint(bytes, at);
      const wire = tag & 7;
      let value: Value;
      if (wire === 0) [value, at] = varint(bytes, from);
      else {
        const [length, start] = wire === 2 ? varint(bytes, from) : [widthOf(wire), from];
        if (start + length > bytes.length) throw damaged();
        value = bytes.subarray(start, start + length);
        at = start + length;
      }
      const field = Math.floor(tag / 8);
      const values = this.#fields.get(field);
      if (values) values.push(value);
      else this.#fields.set(field, [value]);
    }
  }

  number(field: number): number | null {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === "number" ? value : null;
  }

  bytes(field: number): Uint8Array | null {
    return this.#lists(field).at(-1) ?? null;
  }

  texts(field: number): string[] {
    return this.#lists(field).map((bytes) => utf8.decode(bytes));
  }

  messages(field: number): Message[] {
    return this.#lists(field).map((bytes) => new Message(bytes));
  }

  /** Ids of the objects that a field refers to. */
  references(field: number): number[] {
    return this.messages(field).flatMap((reference) => reference.number(1) ?? []);
  }

  /** A list of numbers, in either of the two ways that they are written. */
  numbers(field: number): number[] {
    return (this.#fields.get(field) ?? []).flatMap((value) => {
      if (typeof value === "number") return [value];
      const all: number[] = [];
      for (let at = 0; at < value.length;) {
        const [number, next] = varint(value, at);
        all.push(number);
        at = next;
      }
      return all;
    });
  }

  #lists(field: number): Uint8Array[] {
    return (this.#fields.get(field) ?? []).filter((value) => typeof value !== "number");
  }
}

/** A number of up to ten bytes, and where it ends. Ids of objects are far below what a double holds exactly. */
export function varint(bytes: Uint8Array, from: number): [value: number, end: number] {
  let value = 0;
  for (let at = from, scale = 1; at < from + 10; at++, scale *= 128) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at + 1];
  }
  throw damaged();
}

function widthOf(wire: number): number {
  if (wire === 1) return 8;
  if (wire === 5) return 4;
  throw damaged();
}

function damaged(): DocumentError {
  return new DocumentError("damaged", "a part of it is not what it says");
}
