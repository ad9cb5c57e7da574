/**
 * Footnotes, endnotes and comments of a Word document, each given out once, where it is first referred to.
 */
import type { OfficePackage } from "../office/package.ts";
import { type XmlElement, childElements, xmlTree } from "../../xml/xml-tree.ts";

export type NoteKind = "footnote" | "endnote" | "comment";

export class Notes {
  readonly #notes = new Map<string, readonly XmlElement[]>();

  constructor(file: OfficePackage) {
    for (const kind of ["footnote", "endnote", "comment"] as const) {
      const root = xmlTree(file.relatedText(file.main, `${kind}s`) ?? "");
      for (const note of root ? childElements(root) : []) {
        const { "w:id": id = "", "w:type": type = "normal" } = note.attributes;
        // The others are the lines between text and notes.
        if (note.name === `w:${kind}` && type === "normal") this.#notes.set(`${kind} ${id}`, childElements(note));
      }
    }
  }

  /** The blocks of a note; null when there is none or it was taken before. */
  take(kind: NoteKind, id: string): readonly XmlElement[] | null {
    const key = `${kind} ${id}`;
    const note = this.#notes.get(key) ?? null;
    this.#notes.delete(key);
    return note;
  }
}
