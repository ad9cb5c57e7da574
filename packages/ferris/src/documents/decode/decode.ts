/**
 * Bytes of a text file to a string, or a note on why not. What the file declares is obeyed (a byte-order mark, then UTF-8 where
 * the bytes are that, then a declaration in its first lines); without a declaration a character set is recognised where the bytes
 * leave no doubt, and that is said. Otherwise nothing is guessed: a wrong guess puts wrong words into the index.
 */
import { hasByte, isAscii, isUtf8, latin1 } from "#platform/bytes";
import { DocumentError } from "../../errors.ts";
import { charsetOf, decodeLoosely, decodeStrictly, isSingleByte, looksLikeAscii } from "./charset.ts";
import { mostlyUtf8, withoutCutEnd } from "./cut-characters.ts";
import { declaredCharset } from "./declared-charset.ts";
import { detectCharset, escapedCharset } from "./detect-charset.ts";
import type { ContentEncoding } from "../document.ts";
import { refuseUnknownEscapes, sevenBitCharset, wideInDisguise } from "./seven-bit-signs.ts";
import { utf16Without } from "./utf16-without-mark.ts";

/** With which ISO-2022 changes its alphabet: bytes that look like ASCII may be Japanese. */
const escape = 0x1b;
const utf8Decoder = new TextDecoder("utf-8");

export interface DecodedText {
  readonly content: string;
  readonly encoding: ContentEncoding;
  /** That the character set was recognised, not declared. */
  readonly warnings: readonly string[];
}

/**
 * `declared` is what something outside the file says of it, such as a message of its part.
 *
 * @throws DocumentError "binary" for NUL bytes, "encoding" for the rest
 */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText {
  return withLines(marked(bytes) ?? (hasByte(bytes, 0) ? wide(bytes) : narrow(bytes, declared)));
}

/** Old Macintoshes, and Excel's CSV for them, end lines with a carriage return alone. Places stay as they are. */
function withLines(text: DecodedText): DecodedText {
  const { content } = text;
  return content.includes("\n") || !content.includes("\r")
    ? text
    : { ...text, content: content.replaceAll("\r", "\n") };
}

/** By a byte-order mark. UTF-32's first two bytes are UTF-16's. */
function marked(bytes: Uint8Array): DecodedText | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe && c === 0 && d === 0 && bytes.length % 4 === 0) return utf32(bytes, true);
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return utf32(bytes, false);
  if (a === 0xff && b === 0xfe) return utf16(bytes, "utf-16le");
  if (a === 0xfe && b === 0xff) return utf16(bytes, "utf-16be");
  return null;
}

function wide(bytes: Uint8Array): DecodedText {
  const name = utf16Without(bytes);
  if (name === null) {
    throw new DocumentError("binary", `a NUL byte at offset ${bytes.indexOf(0)}: not text`);
  }
  return unmarked(bytes, name);
}

function unmarked(bytes: Uint8Array, name: "utf-16le" | "utf-16be"): DecodedText {
  const content = decodeStrictly(bytes, name)!;
  const warnings = [`no byte-order mark: read as ${name.toUpperCase()}, which its bytes are`];
  return { content, encoding: { name, byteOrderMarkBytes: 0 }, warnings };
}

function narrow(bytes: Uint8Array, outside: string | undefined): DecodedText {
  // Most parts of most archives; whatever they declare, it is the same text.
  if (outside === undefined && isAscii(bytes)) {
    const content = latin1(bytes);
    const name = wideInDisguise(content, bytes);
    if (name !== null) return unmarked(bytes, name);
    if (!hasByte(bytes, escape)) {
      const sevenBit = sevenBitCharset(content, bytes);
      if (sevenBit !== null) return other(bytes, sevenBit, true);
      return { content, encoding: { name: "utf-8", byteOrderMarkBytes: 0 }, warnings: [] };
    }
  }
  const declared = (outside === undefined ? null : charsetOf(outside)) ?? declaredCharset(bytes);
  const damaged = declared === null || declared === "utf-8" ? damagedUtf8(bytes, declared !== null) : null;
  if (damaged) return damaged;
  const chosen = chooseCharset(bytes, declared);
  if (chosen) return chosen.charset === "utf-8" ? utf8(bytes) : other(bytes, chosen.charset, chosen.isGuess);
  const at = firstInvalidByte(bytes);
  const line = 1 + bytes.subarray(0, at).reduce((lines, byte) => lines + Number(byte === 0x0a), 0);
  const seen = declared === null || declared === "utf-8" ? "not UTF-8" : `neither UTF-8 nor ${declared}, as it says`;
  throw new DocumentError(
    "encoding",
    `${seen}: byte 0x${bytes[at].toString(16).toUpperCase()} at offset ${at}, line ${line}, and its character set ` +
      "cannot be told for sure. Convert it to UTF-8: iconv -f CHARSET -t UTF-8",
  );
}

/**
 * The character set of bytes without a byte-order mark, of which `declared` is said. What is declared is obeyed, but for text that is
 * UTF-8: text of another set hardly ever is that by chance. Null where nothing fits.
 */
export function chooseCharset(
  bytes: Uint8Array,
  declared: string | null,
): { readonly charset: string; readonly isGuess: boolean } | null {
  const hasEscapes = hasByte(bytes, escape);
  if (isAscii(bytes) && !hasEscapes && !looksLikeAscii(declared ?? "")) return { charset: "utf-8", isGuess: false };
  if (isUtf8(bytes) && !(declared !== null && declared !== "utf-8" && isLikelier(bytes, declared))) {
    const escaped = hasEscapes && declared === null ? escapedCharset(bytes) : null;
    if (hasEscapes && escaped === null && declared === null) refuseUnknownEscapes(latin1(bytes));
    return escaped ? { charset: escaped, isGuess: true } : { charset: "utf-8", isGuess: false };
  }
  if (declared !== null && decodeStrictly(bytes, declared) !== null) return { charset: declared, isGuess: false };
  const detected = detectCharset(bytes);
  return detected === null ? null : { charset: detected, isGuess: true };
}

/** Whether bytes that are valid UTF-8 are what `declared` says after all: escapes, or a few characters of an East Asian set. */
function isLikelier(bytes: Uint8Array, declared: string): boolean {
  if (looksLikeAscii(declared)) return true;
  if (isSingleByte(declared)) return false;
  const sequences = new TextDecoder().decode(bytes.subarray(0, 65_536)).match(/[^\x00-\x7f]/g)?.length ?? 0;
  return sequences < 4 && decodeStrictly(bytes, declared) !== null;
}

function utf8(bytes: Uint8Array): DecodedText {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const content = utf8Decoder.decode(bytes);
  return { content, encoding: { name: "utf-8", byteOrderMarkBytes: hasMark ? 3 : 0 }, warnings: [] };
}

/** UTF-8 in which a few bytes are wrong, or that ends in the middle of a character; null for what is whole, or something else. */
function damagedUtf8(bytes: Uint8Array, isDeclared: boolean): DecodedText | null {
  if (isUtf8(bytes)) return null;
  const whole = withoutCutEnd(bytes);
  if (isUtf8(whole) && !isAscii(whole)) return { ...utf8(whole), warnings: ["it ends in the middle of a character"] };
  const found = mostlyUtf8(bytes, isDeclared);
  if (!found) return null;
  const { content, wrong } = found;
  const line = content.slice(0, content.indexOf("\ufffd")).split("\n").length;
  const warning = `${wrong === 1 ? "a byte in it is" : `${wrong} bytes in it are`} not UTF-8, as all else is: U+FFFD in ${wrong === 1 ? "its" : "their"} place, in line ${line}${wrong === 1 ? "" : " first"}`;
  return { content, encoding: { name: "multi-byte", byteOrderMarkBytes: 0 }, warnings: [warning] };
}

function other(bytes: Uint8Array, charset: string, isGuess: boolean): DecodedText {
  const content = decodeLoosely(bytes, charset);
  const name = isSingleByte(charset) ? "single-byte" : "multi-byte";
  const warnings = isGuess ? [`declares no character set: read as ${charset}, which its bytes are most likely in`] : [];
  return { content, encoding: { name, byteOrderMarkBytes: 0 }, warnings };
}

function utf16(bytes: Uint8Array, name: "utf-16le" | "utf-16be"): DecodedText {
  const content = decodeStrictly(bytes, name);
  if (content !== null) return { content, encoding: { name, byteOrderMarkBytes: 2 }, warnings: [] };
  throw wrongMark(name);
}

function utf32(bytes: Uint8Array, isLittle: boolean): DecodedText {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 4; at < bytes.length; at += 4) {
    const code = at + 4 > bytes.length ? Number.NaN : view.getUint32(at, isLittle);
    if (!(code <= 0x10_ffff) || (code >= 0xd800 && code < 0xe000) || code === 0) throw wrongMark("utf-32");
    parts.push(String.fromCodePoint(code));
  }
  return { content: parts.join(""), encoding: { name: "multi-byte", byteOrderMarkBytes: 4 }, warnings: [] };
}

function wrongMark(name: string): DocumentError {
  const said = name.toUpperCase();
  return new DocumentError("encoding", `its byte-order mark says ${said}, but it is not valid ${said}`);
}

/** Offset of the first byte that does not start a valid character. */
function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at];
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > 1 && !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}
