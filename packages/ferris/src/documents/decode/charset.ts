/**
 * Bytes in a named character set to text, by the names that HTML, XML, MIME and editors use for them.
 *
 * Node's TextDecoder does the work, but for windows-1252 (Node 20.18 to 24.0 read its bytes 0x80 to 0x9F as control characters) and for the
 * sets that it does not know.
 */
import { isUtf8, latin1 } from "#platform/bytes";
import { codePages } from "./code-pages.ts";
import { decodeKorean } from "./korean.ts";
import { decodeHz, decodeIso2022Kr } from "./seven-bit.ts";
import { decodeUtf7 } from "./utf7.ts";

/** What windows-1252 has in the place of Latin-1's control characters; five bytes stand for nothing and stay what they are. */
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** Names beyond those that TextDecoder knows; in lower case, without "x-" and separators. */
const otherNames: Readonly<Record<string, string>> = {
  cp932: "shift_jis",
  ms932: "shift_jis",
  windows31j: "shift_jis",
  shiftjis: "shift_jis",
  sjis: "shift_jis",
  eucjp: "euc-jp",
  euckr: "euc-kr",
  cp936: "gbk",
  ms936: "gbk",
  cp949: "euc-kr",
  ms949: "euc-kr",
  uhc: "euc-kr",
  cp950: "big5",
  ms950: "big5",
  tis620: "windows-874",
  cp874: "windows-874",
  cp65001: "utf-8",
  utf8: "utf-8",
  utf8mb4: "utf-8",
  iso88598i: "iso-8859-8-i",
  iso88598e: "iso-8859-8",
  iso2022jp: "iso-2022-jp",
  iso2022jp1: "iso-2022-jp",
  iso2022jp2: "iso-2022-jp",
  iso2022jpms: "iso-2022-jp",
  iso2022kr: "iso-2022-kr",
  hzgb2312: "hz-gb-2312",
  latin9: "iso-8859-15",
  ibm858: "ibm850",
  pclatin2: "ibm852",
  maccentraleurope: "x-mac-ce",
  maccentralroman: "x-mac-ce",
  maccroatian: "x-mac-croatian",
  maciceland: "x-mac-icelandic",
  macromanian: "x-mac-romanian",
  macturkish: "x-mac-turkish",
  macgreek: "x-mac-greek",
  maccyrillic: "x-mac-cyrillic",
  cp1125: "ibm1125",
  kz1048: "kz-1048",
  strk10482002: "kz-1048",
  applemac: "macintosh",
  macroman: "macintosh",
  ansi: "windows-1252",
  ansinew: "windows-1252",
  usascii: "windows-1252",
  ascii: "windows-1252",
};

const multiByte = new Set([
  "gbk",
  "gb18030",
  "big5",
  "euc-jp",
  "shift_jis",
  "euc-kr",
  "iso-2022-jp",
  "iso-2022-kr",
  "hz-gb-2312",
]);

/** What TextDecoder does not know, or knows a part of; null where the bytes are not valid. */
const own: Readonly<Record<string, ((bytes: Uint8Array, isStrict: boolean) => string | null) | undefined>> = {
  "windows-1252": decodeWindows1252,
  "utf-7": decodeUtf7,
  "euc-kr": decodeKorean,
  "iso-2022-kr": decodeIso2022Kr,
  "hz-gb-2312": decodeHz,
};

/** Whether bytes that are ASCII, or look like it, may be other characters in `charset`. */
export function looksLikeAscii(charset: string): boolean {
  return /^(?:utf-(?:7|16)|iso-2022-|hz-)/.test(charset);
}

/** The standard's name for `label`, in lower case ("latin1" is "windows-1252", as in browsers); null for one that nobody knows. */
export function charsetOf(label: string): string | null {
  const name = label.trim().toLowerCase();
  const bare = name.replace(/^(?:x-)?/, "").replace(/[\s._-]+/g, "");
  if (/^(?:cs)?(?:unicode11)?utf7$|^cp65000$/.test(bare)) return "utf-7";
  const dos = bare.replace(/^(?:cp|dos|pc|ibm)(?=\d{3}$)/, "ibm");
  for (const candidate of [name, otherNames[bare], name.replace(/^x-/, ""), name.replaceAll("_", "-"), dos]) {
    if (candidate === undefined || candidate === "x-user-defined" || candidate === "replacement") continue;
    if (Object.hasOwn(codePages, candidate) || Object.hasOwn(own, candidate)) return candidate;
    try {
      return new TextDecoder(candidate).encoding;
    } catch {
      // Not this spelling.
    }
  }
  return null;
}

/** Whether one byte is one character, so that places in the text are places in the file. */
export function isSingleByte(charset: string): boolean {
  return !multiByte.has(charset) && !charset.startsWith("utf-");
}

/** `bytes` as `charset` (a name that `charsetOf` gave) has them; null where they are not valid in it. */
export function decodeStrictly(bytes: Uint8Array, charset: string): string | null {
  const decode = own[charset];
  if (decode) return decode(bytes, true);
  const page = codePages[charset];
  if (page !== undefined) {
    const text = decodePage(bytes, page);
    return text.includes("\ufffd") ? null : text;
  }
  if (charset === "utf-8" && !isUtf8(bytes)) return null;
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The same, with U+FFFD for what is not valid. */
export function decodeLoosely(bytes: Uint8Array, charset: string): string {
  const decode = own[charset];
  if (decode) return decode(bytes, false) ?? latin1(bytes).replace(/[^\0-\x7f]/g, "\ufffd");
  const page = codePages[charset];
  return page === undefined ? new TextDecoder(charset).decode(bytes) : decodePage(bytes, page);
}

/** Longer lines are cut where they are: waiting for their end would take ever longer. */
const longestLine = 2 ** 16;

/**
 * Decodes bytes that come piece by piece; `null` ends them. Where a character may be cut by a piece's end, what is left over waits for the next:
 * the rest of a character, or, in sets that Node does not know, of a line.
 */
export function piecewiseDecoder(charset: string): (bytes: Uint8Array | null) => string {
  const isOwn = Object.hasOwn(own, charset) || Object.hasOwn(codePages, charset);
  if (!isOwn) {
    const decoder = new TextDecoder(charset);
    return (bytes) => (bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode());
  }
  if (isSingleByte(charset)) return (bytes) => (bytes ? decodeLoosely(bytes, charset) : "");
  let waiting = new Uint8Array();
  return (bytes) => {
    const all = new Uint8Array(waiting.length + (bytes?.length ?? 0));
    all.set(waiting);
    if (bytes) all.set(bytes, waiting.length);
    const end = bytes && all.length < longestLine ? all.lastIndexOf(0x0a) + 1 : all.length;
    waiting = all.slice(end);
    return end === 0 ? "" : decodeLoosely(all.subarray(0, end), charset);
  };
}

function decodePage(bytes: Uint8Array, characters: string): string {
  return latin1(bytes).replace(/[\x80-\xff]/g, (high) => characters[high.charCodeAt(0) - 0x80]!);
}

function decodeWindows1252(bytes: Uint8Array): string {
  return latin1(bytes).replace(/[\x80-\x9f]/g, (control) => windows1252[control.charCodeAt(0) - 0x80]!);
}
