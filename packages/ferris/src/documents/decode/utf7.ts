/**
 * UTF-7 (RFC 2152), which old mail is written in: ASCII, with the other characters in Base64 between "+" and "-". Browsers and Node no longer
 * know it. It is read where it is declared, and where every plus sign of a text is one of its own (seven-bit-signs.ts).
 */

import { latin1 } from "#platform/bytes";

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export const utf7Run = /\+([A-Za-z\d+/]*)-?/g;

export function decodeUtf7(bytes: Uint8Array): string {
  return latin1(bytes).replace(utf7Run, (_, encoded: string) => (encoded === "" ? "+" : unitsOf(encoded).text));
}

/** Base64 of UTF-16 units, big-endian. Bits that fill no unit are padding: `rest`, which is zero in what is UTF-7. */
export function unitsOf(encoded: string): { readonly text: string; readonly rest: number } {
  let text = "";
  let bits = 0;
  let count = 0;
  for (const digit of encoded) {
    bits = (bits << 6) | digits.indexOf(digit);
    count += 6;
    if (count < 16) continue;
    count -= 16;
    text += String.fromCharCode((bits >> count) & 0xff_ff);
    bits &= (1 << count) - 1;
  }
  return { text, rest: count < 6 ? bits : -1 };
}
