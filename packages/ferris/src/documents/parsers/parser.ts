/**
 * What a parser is: a file or a folder here, one entry in index.ts. Bytes in, one text with blocks out.
 *
 * Types only. A parser throws DocumentError for a file that it cannot read, and leaves limits on size and the reading of
 * files to its callers. It runs in a worker or in the main thread and keeps no state between files.
 */
import type { ParsedDocument } from "../document.ts";

/** What a parser does with files that its own file holds: they are read by what they are, and no parser knows the others. */
export interface FilesInside {
  /** Parses such a file, counted as one deeper, read as the file around it is. Throws DocumentError. */
  readonly parse: (path: string, bytes: Uint8Array) => Promise<ParsedDocument>;
  /** Whether it is for programs, by its name and first bytes; see ParserEntry. */
  readonly isData: (path: string, bytes: Uint8Array) => boolean;
}

export interface ParserInput {
  /** Absolute; for its extension and for messages. The file is not read again. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** How many files this one is inside of (attachments). Defaults to 0. */
  readonly depth?: number;
  /** The languages that pictures are read in; "off" where that is not wanted, undefined where it is not installed. */
  readonly ocr?: readonly string[] | "off";
  /** To be called now and then by whatever takes minutes and is not stuck. */
  readonly alive?: () => void;
  readonly inside: FilesInside;
}

export type Parse = (input: ParserInput) => ParsedDocument | Promise<ParsedDocument>;

export interface ParserEntry {
  /** The document's type, as filters name it. */
  readonly type: string;
  /** Goes up when the same bytes give other blocks: documents parsed before are then parsed again. */
  readonly version: number;
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Whether the first bytes are this format's, whatever the file is called. */
  readonly recognises?: (head: Uint8Array) => boolean;
  /** Whether the file is the text: where nothing comes out of it, nothing was in it ("{}", a comment), and nothing is lost. */
  readonly isPlainText?: boolean;
  /** Whether reading it takes about as long as copying it: not worth a thread while it is small. */
  readonly isQuick?: boolean;
  /** Whether it is for programs: beside documents it is read, within an archive it is not. */
  readonly isData?: boolean;
  /** Whether pictures are read where there is OCR: with it, or in another language, the same bytes give other blocks. */
  readonly readsPictures?: boolean;
}
