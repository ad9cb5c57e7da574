/**
 * Places of extracted text in its file: from offsets of the decoded file to lines and bytes.
 */
import type { DecodedText } from "../decode/decode.ts";
import type { SourceRange } from "../document.ts";
import { Positions } from "./positions.ts";

/** A function from offsets (UTF-16, the end exclusive) to the place in the file; cheap in ascending order. */
export function sourcePlaces({ content, encoding }: DecodedText): (start: number, end: number) => SourceRange {
  const positions = new Positions(content, encoding);
  return (start, end) => rangeOf(positions, start, end);
}

/** The place of the characters from `start` to `end` (exclusive). */
export function rangeOf(positions: Positions, start: number, end: number): SourceRange {
  return {
    startLine: positions.lineAt(start),
    endLine: positions.lineAt(Math.max(start, end - 1)),
    startByte: positions.byteAt(start),
    endByte: positions.byteAt(end),
  };
}
