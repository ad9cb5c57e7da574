/**
 * Puts together the content of a document whose file is not its text: blocks one after another under the current headings.
 *
 * For parsers. Lines of the result are lines of this text, unless a block says where in the file it comes from.
 */
import type { Block, BlockKind, ParsedDocument, SourceRange } from "./document.ts";

export interface Place {
  /** From 1. */
  readonly page?: number;
  readonly source?: SourceRange;
  /** See Block. */
  readonly alone?: boolean;
}

/** Deeper headings count as this deep; OpenDocument has ten levels, the others fewer. */
const deepestLevel = 20;

export class ContentBuilder {
  readonly #parts: string[] = [];
  readonly #blocks: Block[] = [];
  #length = 0;
  /** By level, from 1; a level that was skipped is empty. */
  #headings: string[] = [];
  #firstHeading: string | undefined;

  /** Opens a section: `level` 1 is the outermost. The heading is a block as well. An empty one is passed over. */
  heading(level: number, text: string, place?: Place): void {
    const title = oneLine(text);
    if (title === "") return;
    this.section(level, title);
    this.#firstHeading ??= title;
    this.#push("heading", title, place);
  }

  /** Opens a section whose title stands nowhere in the text, such as a sheet's name. */
  section(level: number, title: string): void {
    // Levels come from files, which may claim any number.
    const above = level > 1 ? Math.min(Math.floor(level), deepestLevel) - 1 : 0;
    const outer = this.#headings.slice(0, above);
    while (outer.length < above) outer.push("");
    this.#headings = [...outer, oneLine(title)];
  }

  /** Adds a block; white space at its ends goes, an empty one is passed over. */
  add(kind: BlockKind, text: string, place?: Place): void {
    const trimmed = text.replace(/^\s*\n|\s+$/g, "");
    if (trimmed.trim() !== "") this.#push(kind, trimmed, place);
  }

  /** `title` defaults to the first heading. */
  finish(type: string, options: { title?: string; warnings?: readonly string[] } = {}): ParsedDocument {
    return {
      type,
      title: oneLine(options.title ?? "") || this.#firstHeading,
      content: this.#parts.join(""),
      encoding: null,
      blocks: this.#blocks,
      warnings: options.warnings ?? [],
    };
  }

  #path(): string[] {
    return this.#headings.filter((title) => title !== "");
  }

  #push(kind: BlockKind, text: string, place: Place = {}): void {
    const start = this.#length;
    this.#parts.push(text, "\n\n");
    this.#length += text.length + 2;
    this.#blocks.push({ kind, start, end: start + text.length, headingPath: this.#path(), ...place });
  }
}

/** One line without control characters: headings are joined with a control character in the store. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}
