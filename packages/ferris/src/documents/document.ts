/**
 * What a document is between the file and the store: parsed blocks over one text, then chunks of that text.
 *
 * Types only. A parser yields a ParsedDocument: one `content` string and blocks that are ranges of it. The chunker cuts
 * ranges out of `content` and never makes up text, so every position in a chunk can be checked against the content.
 */

import type { LineRun, PlacedRun } from "./lines/line-run.ts";

/** A place in the original file, for content that is not the file's own text (HTML, notebooks, e-mail). */
export interface SourceRange {
  /** From 1, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  /** Of the file; `endByte` is exclusive. Null where the format has no such place. */
  readonly startByte: number | null;
  readonly endByte: number | null;
}

/** How a block may be cut when it is too long: prose at sentences, the others at lines. */
export type BlockKind = "heading" | "prose" | "list" | "code" | "table" | "metadata";

/** A piece of the content that belongs together. Blocks are in order and do not overlap. */
export interface Block {
  readonly kind: BlockKind;
  /** UTF-16 offsets into `content`; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Titles of the headings above, outermost first. A heading's own title is the last of its path. */
  readonly headingPath: readonly string[];
  /** From 1, for paged formats. */
  readonly page?: number;
  /** True: shares a chunk with no other block (a record that is found by itself). */
  readonly alone?: boolean;
  /** True: read out of a picture, so that letters may be wrong. */
  readonly isOcr?: boolean;
  /** Where the block is in the file, when `content` is not the file's own text. */
  readonly source?: SourceRange;
  /** `source` is what the block was decoded from (an attachment in Base64): its own lines in there are not known, and all of it is cited. */
  readonly isDecoded?: boolean;
}

/** How UTF-16 offsets of `content` become byte offsets of the file. */
export interface ContentEncoding {
  /** Of other sets only matters whether one byte is one character; if not, there are lines, but no byte offsets. */
  readonly name: "utf-8" | "utf-16le" | "utf-16be" | "single-byte" | "multi-byte";
  /** 0, 2, 3 or 4. */
  readonly byteOrderMarkBytes: number;
}

export interface ParsedDocument {
  /** The parser's name: "markdown", "text", "source-code", "pdf" … */
  readonly type: string;
  readonly title?: string;
  /** What the document says of itself, by field: tag, date, author. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** The text that blocks and line numbers refer to: the decoded file, or the text taken out of it. */
  readonly content: string;
  /** Set when `content` is the file's own text, so that line and byte positions are the file's; else null. */
  readonly encoding: ContentEncoding | null;
  readonly blocks: readonly Block[];
  /**
   * Where `content` is not the file's own text, and the file has lines: which line each stretch of it stands on, ascending by offset.
   * Undefined: lines of the content are the file's (`encoding` is set), or the file has none and they count the extracted text.
   */
  readonly lineRuns?: readonly PlacedRun[];
  /** What a user should hear: a page without text, a cell left out. */
  readonly warnings: readonly string[];
}

/** What is embedded and found. */
export interface Chunk {
  /** A slice of the document's content. */
  readonly text: string;
  /** What the model reads (without its prompt): the headings that `text` does not show itself, then `text`. */
  readonly embeddingText: string;
  readonly headingPath: readonly string[];
  /** From 1, inclusive: lines of the file where the content is the file's text, else of the extracted text. */
  readonly startLine: number;
  readonly endLine: number;
  /** Where in these lines the chunk begins and ends (from 1, UTF-16, inclusive); null where the line is short. */
  readonly startColumn: number | null;
  readonly endColumn: number | null;
  /** The lines of the file on which stretches of `text` stand; null where `text` has the file's own line breaks. */
  readonly lineRuns: readonly LineRun[] | null;
  /** Byte offsets in the original file, `endByte` exclusive; null where the text was extracted from another format. */
  readonly startByte: number | null;
  readonly endByte: number | null;
  readonly page: number | null;
  /** Whether any of it was read out of a picture by OCR. */
  readonly isOcr: boolean;
  /** Of `embeddingText` as the model sees it, prompt and special tokens included. */
  readonly tokens: number;
}

/** What shapes chunks, besides the parser and the tokenizer. Part of what decides whether a document must be cut again. */
export interface ChunkerSettings {
  /** A chunk's most tokens, prompt and special tokens included; at most the model's maximum length. */
  readonly maxTokens: number;
}
