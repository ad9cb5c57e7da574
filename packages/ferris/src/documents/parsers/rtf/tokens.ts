/**
 * RTF as a sequence of tokens: groups, control words, characters. Linear in the size, whatever the bytes.
 */

export type RtfToken =
  | { readonly kind: "open" }
  | { readonly kind: "close" }
  /** `\name123`; `value` is null without a number. Control symbols have their sign for a name. */
  | { readonly kind: "control"; readonly name: string; readonly value: number | null }
  /** `\'e9` */
  | { readonly kind: "byte"; readonly value: number }
  /** Characters as they stand, bytes above 0x7f as Latin-1. */
  | { readonly kind: "text"; readonly text: string };

const control = /\\(?:([a-zA-Z]{1,32})(-?\d{1,10})? ?|'([\da-fA-F]{2})|([^a-zA-Z]))/y;
const plain = /[^\\{}\r\n]+/y;

/** `rtf` is the file, a character a byte. */
export function* rtfTokens(rtf: string): Generator<RtfToken, undefined> {
  let at = 0;
  while (at < rtf.length) {
    const character = rtf[at];
    if (character === "{" || character === "}") {
      at++;
      yield { kind: character === "{" ? "open" : "close" };
    } else if (character === "\\") {
      control.lastIndex = at;
      const match = control.exec(rtf);
      if (!match) {
        at++;
        continue;
      }
      const [whole, name, digits, hex, symbol] = match;
      at += whole.length;
      if (hex !== undefined) yield { kind: "byte", value: Number.parseInt(hex, 16) };
      else if (symbol !== undefined) {
        yield { kind: "control", name: symbol === "\r" || symbol === "\n" ? "par" : symbol, value: null };
      } else if (name === "bin") at += Math.max(0, Number(digits ?? 0));
      else yield { kind: "control", name, value: digits === undefined ? null : Number(digits) };
    } else if (character === "\r" || character === "\n") at++;
    else {
      plain.lastIndex = at;
      const [text] = plain.exec(rtf)!;
      at += text.length;
      yield { kind: "text", text };
    }
  }
}
