/**
 * Fields of Word that have no result in the file, for their instruction says what is shown: formulas (EQ), signs (SYMBOL), words to click on.
 */
import { decodeLoosely } from "../../decode/charset.ts";
import { isSymbolFont, symbolCharacter } from "../word/symbols.ts";
import { textOfEquationField } from "./equation-field.ts";

/** What the field of that instruction shows; "" for others, which show their result. */
export function textOfUnresultedField(instruction: string): string {
  const button = /^\s*(?:MACRO|GOTO)BUTTON\s+\S+\s+(\S.*)$/i.exec(instruction)?.[1];
  if (button !== undefined) return button;
  const symbol = /^\s*SYMBOL\s+(0x[\da-f]{1,6}|\d{1,7})\b(.*)$/is.exec(instruction);
  return symbol ? signOf(Number(symbol[1]), symbol[2]!) : textOfEquationField(instruction);
}

/** A number of Unicode ("\u"), of Shift-JIS ("\j"), else of a byte in the font that is named. */
function signOf(code: number, switches: string): string {
  const font = /\\f\s*"?([^"\\]{1,100})/i.exec(switches)?.[1]?.trim();
  if (isSymbolFont(font)) return symbolCharacter(font!, 0xf000 + (code & 0xff));
  if (/\\j\b/i.test(switches)) return decodeLoosely(Uint8Array.of(code >> 8, code & 0xff), "shift_jis");
  if (/\\u\b/i.test(switches) || code > 0xff) return code > 0x1f && code < 0x110000 ? String.fromCodePoint(code) : "";
  return code > 0x1f ? decodeLoosely(Uint8Array.of(code), "windows-1252") : "";
}
