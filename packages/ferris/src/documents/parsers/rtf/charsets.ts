/**
 * Character sets of RTF: what code pages and the charsets of fonts are called where they are decoded.
 */
import { decodeLoosely } from "../../decode/charset.ts";

const byCodePage: Readonly<Record<number, string>> = {
  708: "iso-8859-6",
  819: "iso-8859-1",
  866: "ibm866",
  874: "windows-874",
  932: "shift_jis",
  936: "gb18030",
  949: "euc-kr",
  950: "big5",
  1361: "euc-kr",
  10000: "macintosh",
  10007: "x-mac-cyrillic",
  54936: "gb18030",
  65001: "utf-8",
};

/** Fonts name the character set that their bytes are in. */
const byFont: Readonly<Record<number, number>> = {
  77: 10000,
  128: 932,
  129: 949,
  130: 1361,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
};

const wide = new Set(["shift_jis", "gb18030", "euc-kr", "big5"]);

/** The label of a code page; Western where it is unknown. */
export function codePageLabel(codePage: number): string {
  return codePage >= 1250 && codePage <= 1258 ? `windows-${codePage}` : (byCodePage[codePage] ?? "windows-1252");
}

/** The label of a font's charset; undefined for those that leave it to the document. */
export function fontCharsetLabel(charset: number): string | undefined {
  return byFont[charset] === undefined ? undefined : codePageLabel(byFont[charset]);
}

/** Bytes that stand one after another, in a character set. */
export function decodeBytes(bytes: readonly number[], label: string): string {
  return decodeLoosely(Uint8Array.from(bytes), label === "iso-8859-1" ? "windows-1252" : label);
}

/** Whether the bytes end in the middle of a character of two bytes. */
export function endsInCharacter(bytes: readonly number[], label: string): boolean {
  if (!wide.has(label)) return false;
  let isLead = false;
  for (const byte of bytes)
    isLead = isLead ? false : byte > 0x80 && !(label === "shift_jis" && byte > 0xa0 && byte < 0xe0);
  return isLead;
}
