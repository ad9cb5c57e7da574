/**
 * Files with nothing to index in them: empty ones, which are fine, and those with content and no text, which are a loss.
 */
import { DocumentError } from "../../errors.ts";
import { parsers } from "../parsers/index.ts";

/** A letter, a sheet or a page with content out of which no text came is a loss, and is named; see failureReasons. */
export function withoutText(type: string): DocumentError {
  if (parsers.some((parser) => parser.type === type && parser.isPlainText))
    return new DocumentError("empty", "there is nothing to read in it");
  return new DocumentError("no text", `there is content in it, but no text that ${type} would have`);
}

/** Whether a file is white space alone. Stops at the first byte that is not. */
export function isBlank(bytes: Uint8Array): boolean {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const isUtf8 = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  for (let at = isUtf16 ? 2 : isUtf8 ? 3 : 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && !(byte >= 0x09 && byte <= 0x0d) && !(isUtf16 && byte === 0)) return false;
  }
  return true;
}
