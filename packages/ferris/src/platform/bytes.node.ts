/** Bytes and text, by what Node has built in. */
export { isAscii, isUtf8 } from "node:buffer";

/** Buffer's search takes many bytes at a time: a tenth of what `includes` of a Uint8Array takes. */
export function hasByte(bytes: Uint8Array, byte: number): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(byte);
}

/** Each byte as the character of the same number. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** Its reverse, for text of no other characters. */
export function fromLatin1(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** How many bytes `text` has in UTF-8. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** The bytes that pairs of hexadecimal digits stand for. */
export function fromHex(digits: string): Uint8Array {
  return Buffer.from(digits, "hex");
}

/** The bytes that Base64 stands for; white space and what is no letter of it is passed over. */
export function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}
