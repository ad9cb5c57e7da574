/**
 * Bytes of a text file to a string, or a word about why not. UTF-8 strictly, UTF-16 with a byte-order mark; nothing is
 * guessed, because a wrong guess puts wrong words into the index without anyone noticing.
 */
import { isUtf8 } from "node:buffer";
import { DocumentError } from "../errors.ts";
import type { ContentEncoding } from "./document.ts";

export interface DecodedText {
  readonly content: string;
  readonly encoding: ContentEncoding;
}

/** Throws DocumentError ("binary" for NUL bytes, "encoding" for the rest). */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, "utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, "utf-16be");
  if (bytes.includes(0)) {
    throw new DocumentError("binary", `a NUL byte at offset ${bytes.indexOf(0)}: not text`);
  }
  if (!isUtf8(bytes)) {
    const at = firstInvalidByte(bytes);
    const line = 1 + bytes.subarray(0, at).reduce((lines, byte) => lines + Number(byte === 0x0a), 0);
    throw new DocumentError(
      "encoding",
      `not UTF-8: byte 0x${bytes[at].toString(16).toUpperCase()} at offset ${at}, line ${line}. ` +
        "Convert it, for instance with iconv -f WINDOWS-1252 -t UTF-8",
    );
  }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return {
    content: new TextDecoder("utf-8").decode(bytes),
    encoding: { name: "utf-8", byteOrderMarkBytes: marked ? 3 : 0 },
  };
}

function decodeUtf16(bytes: Uint8Array, name: "utf-16le" | "utf-16be"): DecodedText {
  try {
    return { content: new TextDecoder(name, { fatal: true }).decode(bytes), encoding: { name, byteOrderMarkBytes: 2 } };
  } catch (cause) {
    throw new DocumentError(
      "encoding",
      `its byte-order mark says ${name.toUpperCase()}, but it is not valid ${name.toUpperCase()}`,
      { cause },
    );
  }
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
