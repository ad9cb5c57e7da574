/**
 * Puts together the content of a document whose file is not its text: blocks one after another under the current headings.
 *
 * For parsers. A parser of a format that has lines gives the decoded file here, and texts that know where in it they stood
 * (sourced-text.ts): then every line of a result is numbered as in the file. Of plain strings only a block's `source` is known, and all of
 * the block is numbered by its first line. With neither, lines are those of the text that was put together.
 */
import { DocumentError } from "../errors.ts";
import type { DecodedText } from "./decode/decode.ts";
import type { Block, BlockKind, ParsedDocument, SourceRange } from "./document.ts";
import { addLineRuns } from "./lines/line-map.ts";
import type { PlacedRun } from "./lines/line-run.ts";
import { Positions } from "./lines/positions.ts";
import { rangeOf } from "./lines/source-places.ts";
import { SourcedText } from "./lines/sourced-text.ts";

export interface Place {
  /** From 1. */
  readonly page?: number;
  readonly source?: SourceRange;
  /** See Block. */
  readonly isDecoded?: boolean;
  /** See Block. */
  readonly alone?: boolean;
  /** See Block. */
  readonly isOcr?: boolean;
}

/** White space and control characters, but for single spaces, which are most of them. */
const unevenSpace = /(?! (?![\s\p{Cc}]))[\s\p{Cc}]+/gu;

/** Deeper headings count as this deep; OpenDocument has ten levels, the others fewer. */
const deepestLevel = 20;

/** Names of columns stand in every row, so text may be longer than its file; a string of JavaScript has twice this. */
const mostCharacters = 250_000_000;

export class ContentBuilder {
  readonly #parts: string[] = [];
  readonly #blocks: Block[] = [];
  readonly #lineRuns: PlacedRun[] = [];
  readonly #positions: Positions | null;
  #length = 0;
  /** By level, from 1; a level that was skipped is empty. */
  #headings: string[] = [];
  /** The same without those; shared by the blocks under them. */
  #path: readonly string[] = [];
  #firstHeading: string | undefined;

  /** @param source the decoded file, which the origins of texts are offsets of */
  constructor(source?: DecodedText) {
    this.#positions = source ? new Positions(source.content, source.encoding) : null;
  }

  /** Of the content so far, in characters. */
  get length(): number {
    return this.#length;
  }

  /** Opens a section: `level` 1 is the outermost. The heading is a block as well. An empty one is passed over. */
  heading(level: number, text: string | SourcedText, place?: Place): void {
    const line = sourcedText(text).replace(unevenSpace, " ").trim();
    if (line.text === "") return;
    this.section(level, line.text);
    this.#firstHeading ??= line.text;
    this.#push("heading", line, place);
  }

  /** Opens a section whose title stands nowhere in the text, such as a sheet's name. */
  section(level: number, title: string): void {
    // Levels come from files, which may claim any number.
    const above = level > 1 ? Math.min(Math.floor(level), deepestLevel) - 1 : 0;
    const outer = this.#headings.slice(0, above);
    while (outer.length < above) outer.push("");
    this.#headings = [...outer, oneLine(title)];
    this.#path = this.#headings.filter((text) => text !== "");
  }

  /** Adds a block; white space at its ends goes, an empty one is passed over. */
  add(kind: BlockKind, text: string | SourcedText, place?: Place): void {
    const words = sourcedText(text);
    const end = words.text.trimEnd().length;
    if (end === 0) return;
    const indented = end - words.text.trim().length;
    const start = words.text.lastIndexOf("\n", indented) + 1;
    this.#push(kind, start === 0 && end === words.length ? words : words.slice(start, end), place);
  }

  /** The place of the characters of the file from `start` to `end`, for blocks that were decoded from them; nothing without a file. */
  decodedFrom(start: number, end: number): Place {
    return this.#positions === null ? {} : { source: rangeOf(this.#positions, start, end), isDecoded: true };
  }

  /** `title` defaults to the first heading. */
  finish(type: string, options: { title?: string; warnings?: readonly string[] } = {}): ParsedDocument {
    return {
      type,
      title: oneLine(options.title ?? "") || this.#firstHeading,
      content: this.#parts.join(""),
      encoding: null,
      blocks: this.#blocks,
      lineRuns: this.#lineRuns.length > 0 ? this.#lineRuns : undefined,
      warnings: options.warnings ?? [],
    };
  }

  #push(kind: BlockKind, words: SourcedText, place: Place = {}): void {
    const start = this.#length;
    const { text } = words;
    if (start + text.length > mostCharacters) {
      throw new DocumentError("too large", `its text is longer than ${mostCharacters / 1e6} million characters`);
    }
    this.#parts.push(text, "\n\n");
    this.#length += text.length + 2;
    let { source } = place;
    if (this.#positions !== null && words.runCount > 0) {
      addLineRuns(this.#lineRuns, words, start, this.#positions);
      source ??= this.#rangeOf(words);
    } else if (source) {
      this.#lineRuns.push({ offset: start, line: source.startLine, column: null, isVerbatim: false });
    }
    const range = source ? { source } : {};
    this.#blocks.push({
      kind,
      start,
      end: start + text.length,
      headingPath: this.#path,
      ...place,
      ...range,
    });
  }

  #rangeOf(words: SourcedText): SourceRange {
    let start = Number.POSITIVE_INFINITY;
    let end = 0;
    for (let index = 0; index < words.runCount; index++) {
      const origin = words.runOrigin(index);
      const length = words.isVerbatim(index) ? words.runEnd(index) - words.runOffset(index) : 1;
      start = Math.min(start, origin);
      end = Math.max(end, origin + length);
    }
    return rangeOf(this.#positions!, start, end);
  }
}

function sourcedText(text: string | SourcedText): SourcedText {
  return typeof text === "string" ? new SourcedText(text) : text;
}

/** One line without control characters: headings are joined with a control character in the store. */
export function oneLine(text: string): string {
  return text.replace(unevenSpace, " ").trim();
}
