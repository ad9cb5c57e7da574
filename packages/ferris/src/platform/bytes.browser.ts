/** Bytes and text, by what every browser has. */

const strict = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

export function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at]! >= 0x80) return false;
  return true;
}

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function hasByte(bytes: Uint8Array, byte: number): boolean {
  return bytes.includes(byte);
}

/** This many characters are made in one call: arguments live on the stack. */
const charactersAtOnce = 8_192;

/** Each byte as the character of the same number. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += charactersAtOnce) {
    text += String.fromCharCode(...bytes.subarray(at, at + charactersAtOnce));
  }
  return text;
}

/** Its reverse, for text of no other characters. */
export function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** How many bytes `text` has in UTF-8. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** The bytes that pairs of hexadecimal digits stand for. */
export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length >> 1 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** The bytes that Base64 stands for; white space and what is no letter of it is passed over. */
export function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/[^A-Za-z0-9+/]/g, "");
  return fromLatin1(atob(digits.length % 4 === 1 ? digits.slice(0, -1) : digits));
}
