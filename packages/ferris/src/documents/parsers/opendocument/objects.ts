/**
 * Objects in OpenDocument files: formulas, charts and sheets, which are documents of their own within the package or in its place; and objects
 * of Microsoft's programs, which are files of theirs.
 */
import type { Archive } from "../../archive/archive.ts";
import { type XmlElement, childElements, childNamed, textWithin, xmlTree } from "../../xml/xml-tree.ts";
import { type EmbeddedFile, fileInObject, type UnreadObject } from "../office/embedded-object.ts";
import { formulaInObject } from "../office/equation-object.ts";

/** Objects of one document that are read. */
const mostObjects = 1_000;

/** Finds the documents that objects refer to. */
export class Objects {
  readonly #archive: Archive | null;
  #read = 0;
  /** Files of other programs that were met. */
  readonly files: (EmbeddedFile | UnreadObject)[] = [];

  /** @param archive null for a document that is one XML file, whose objects stand in it */
  constructor(archive: Archive | null) {
    this.#archive = archive;
  }

  /** The root of an object's document; null for pictures and what is not there. */
  rootOf(object: XmlElement): XmlElement | null {
    const [inline] = childElements(object).filter(({ name }) => name === "math:math" || name === "office:document");
    if (inline) return inline;
    const path = (object.attributes["xlink:href"] ?? "").replace(/^\.\//, "").replace(/\/$/, "");
    if (!this.#archive || path === "" || path.includes("..") || ++this.#read > mostObjects) return null;
    const xml = this.#archive.text(`${path}/content.xml`);
    return xml === null ? null : xmlTree(xml);
  }

  /** Keeps the file in an object of another program (`draw:object-ole`), to be read after the text. */
  keep(object: XmlElement): void {
    const bytes = this.#bytesOf(object);
    const file = bytes && fileInObject(bytes);
    if (file) this.files.push(file);
  }

  /** The formula in such an object; null where it is something else, or cannot be read. */
  formulaIn(object: XmlElement): string | null {
    const bytes = this.#bytesOf(object);
    return (bytes && formulaInObject(bytes)) ?? null;
  }

  #bytesOf(object: XmlElement): Uint8Array | null {
    const inline = childNamed(object, "office:binary-data");
    if (inline) return Buffer.from(textWithin(inline), "base64");
    const path = (object.attributes["xlink:href"] ?? "").replace(/^\.\//, "");
    if (!this.#archive || path === "" || path.includes("..") || ++this.#read > mostObjects) return null;
    return this.#archive.bytes(path);
  }
}
