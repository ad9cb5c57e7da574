/**
 * The lines of an attached file in the message's own file: its parser numbers them as if it stood alone, here they become those of the
 * message, through Base64, quoted-printable or whatever the file was packed in.
 */
import { isAscii } from "#platform/bytes";
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import { sliceRuns } from "../../lines/line-map.ts";
import type { PlacedRun } from "../../lines/line-run.ts";
import { Positions } from "../../lines/positions.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import type { SourcedBytes } from "./sourced-bytes.ts";

/** A stretch of the parsed file's content with its places in the message's file. */
export type SliceContent = (start: number, end: number) => SourcedText;

/** Where in the message's file a line (from 1) and column (from 1; null: the line's beginning) of the attached file stand. */
export type PlaceOfLine = (line: number, column: number | null) => number;

/** Whether lines of a parsed document are those of its file: those of a PDF are nowhere. */
export function hasFileLines({ encoding, lineRuns }: ParsedDocument): boolean {
  return encoding !== null || lineRuns !== undefined;
}

/** The content of a file that was decoded to `sourced`, or null where its lines cannot be told. */
export function contentIn(document: ParsedDocument, sourced: SourcedBytes): SliceContent | null {
  const places = placesOf(sourced);
  return places === null ? null : contentBy(document, places);
}

/** The same by the places of its lines. */
export function contentBy(document: ParsedDocument, place: PlaceOfLine): SliceContent {
  const { content } = document;
  const runs = document.lineRuns ?? linesOf(content);
  return (start, end) => {
    const text = new SourcedText();
    const sliced = sliceRuns(runs, start, end);
    sliced.forEach(({ offset, line, column }, index) => {
      const stop = index + 1 < sliced.length ? start + sliced[index + 1]!.offset : end;
      text.appendMade(content.slice(start + offset, stop), place(line, column));
    });
    return text;
  };
}

function linesOf(content: string): PlacedRun[] {
  const runs: PlacedRun[] = [];
  let line = 0;
  for (let at = 0; at >= 0 && at <= content.length; line++) {
    runs.push({ offset: at, line: line + 1, column: null, isVerbatim: true });
    const newline = content.indexOf("\n", at);
    if (newline < 0) break;
    at = newline + 1;
  }
  return runs;
}

function placesOf(sourced: SourcedBytes): PlaceOfLine | null {
  const { bytes } = sourced;
  if (!bytes.includes(0)) {
    // No character set but UTF-16 and UTF-32 has a line feed's byte in another character.
    const lines = new Positions(bytes.toString("latin1"), null);
    const isOneByte = isAscii(bytes);
    return (line, column) => {
      const start = Math.min(lines.lineStart(line), bytes.length);
      return sourced.originAt(start + (isOneByte && column !== null ? column - 1 : 0));
    };
  }
  try {
    const { content, encoding } = decodeText(bytes);
    const lines = new Positions(content, encoding);
    if (lines.byteAt(0) === null) return null;
    return (line) => sourced.originAt(lines.byteAt(Math.min(lines.lineStart(line), content.length))!);
  } catch {
    return null;
  }
}
