/**
 * The paragraphs and tables of an RTF file, or of a box in it, as they come: what is said so far of the one that is being read, and what hangs on it.
 */
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addBlocks } from "../../embedded.ts";
import { RtfRows } from "./rows.ts";

export class RtfParagraphs {
  readonly builder: ContentBuilder;
  readonly rows: RtfRows;
  /** What follows the paragraph, or the table: notes, and the text of boxes. */
  readonly notes: (string | ParsedDocument)[] = [];
  label = "";
  /** Of a heading, from 1; null for text. */
  level: number | null = null;
  isInTable = false;
  /** Whether it is a large initial, whose word goes on in the next paragraph. */
  isInitial = false;
  #words = "";

  constructor(builder = new ContentBuilder()) {
    this.builder = builder;
    this.rows = new RtfRows(builder);
  }

  say(text: string): void {
    this.#words += text;
  }

  /** Begins a paragraph that is like no other (`\pard`). */
  reset(): void {
    this.level = null;
    this.isInTable = false;
    this.isInitial = false;
  }

  endParagraph(): void {
    if (this.isInTable) return this.say(" ");
    if (this.isInitial && this.notes.length === 0) {
      this.isInitial = false;
      return;
    }
    this.#endTable();
    this.#addParagraph();
  }

  endCell(): void {
    const label = this.label.trim();
    this.rows.addCell((label === "" ? this.#words : `${sign(label, "-")} ${this.#words}`).trim());
    this.#words = "";
    this.label = "";
  }

  /** Ends the text: what it is in the middle of is added too. */
  end(): void {
    this.#addParagraph();
    this.#endTable();
  }

  #addParagraph(): void {
    const text = this.#words;
    const label = this.label.trim();
    this.#words = "";
    this.label = "";
    if (label !== "" && this.level !== null) this.builder.heading(this.level, `${sign(label, "")} ${text}`);
    else if (this.level !== null) this.builder.heading(this.level, text);
    else if (label !== "" && text.trim() !== "") this.builder.add("list", `${sign(label, "-")} ${text.trim()}`);
    else this.builder.add("prose", text);
    this.#addNotes();
  }

  #addNotes(): void {
    for (const note of this.notes.splice(0)) {
      if (typeof note === "string") this.builder.add("prose", note.trim());
      else addBlocks(this.builder, note);
    }
  }

  #endTable(): void {
    if (this.rows.end()) this.#addNotes();
  }
}

/** A list's number, or what stands for its bullet. */
function sign(label: string, bullet: string): string {
  return /[\p{L}\p{N}]/u.test(label) ? label : bullet;
}
