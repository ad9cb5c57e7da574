/**
 * Objects in OpenDocument files: formulas, charts and sheets, which are documents of their own within the package or in its place.
 */
import type { Archive } from "../../archive/archive.ts";
import { type XmlElement, childElements, xmlTree } from "../../xml/xml-tree.ts";

/** Objects of one document that are read. */
const mostObjects = 1_000;

/** Finds the documents that objects refer to. */
export class Objects {
  readonly #archive: Archive | null;
  #read = 0;

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
}
