/**
 * A book's table of contents, in the form of EPUB 3 (nav) and of EPUB 2 (NCX): which title stands over which file, or part of a file.
 */
import { posix } from "node:path";
import { elements, find, treeOf } from "../html/tree.ts";
import { isTag, type Element } from "domhandler";
import { childElements, childNamed, textWithin, type XmlElement, xmlTree } from "../../xml/xml-tree.ts";
import { textOf } from "../html/words.ts";

/** Titles from the outermost in. */
export type TitlePath = readonly string[];

/** By path in the archive, then by the id of an element in the file; "" for its beginning. */
export type BookContents = ReadonlyMap<string, ReadonlyMap<string, TitlePath>>;

const deepest = 6;
const mostEntries = 20_000;

/** @param path of the file with the table, which its links are relative to */
export function contentsOfNav(html: string, path: string): BookContents {
  const contents = new Contents(path);
  const navs = elements(treeOf(html, true).root, ({ name }) => name === "nav");
  const nav =
    navs.find(({ attribs }) => /\btoc\b/.test(`${attribs["epub:type"] ?? ""} ${attribs.role ?? ""}`)) ?? navs[0];
  const list = nav && find(nav, ({ name }) => name === "ol");
  if (list) items(list, []);
  return contents.files;

  function items(parent: Element, outer: TitlePath): void {
    if (outer.length >= deepest) return;
    for (const item of parent.children) {
      if (!isTag(item) || item.name !== "li") continue;
      let titles = outer;
      for (const child of item.children) {
        if (!isTag(child)) continue;
        if (child.name === "ol") items(child, titles);
        else if (child.name === "a" || child.name === "span")
          titles = contents.add(outer, textOf(child), child.attribs.href);
      }
    }
  }
}

/** The same of a `toc.ncx`. */
export function contentsOfNcx(xml: string, path: string): BookContents {
  const contents = new Contents(path);
  const root = xmlTree(xml);
  const map = childNamed(root ?? undefined, "navMap");
  if (map) points(map, []);
  return contents.files;

  function points(parent: XmlElement, outer: TitlePath): void {
    if (outer.length >= deepest) return;
    for (const point of childElements(parent)) {
      if (point.name !== "navPoint") continue;
      const label = childNamed(point, "navLabel");
      const titles = contents.add(outer, label ? textWithin(label) : "", childNamed(point, "content")?.attributes.src);
      points(point, titles);
    }
  }
}

class Contents {
  readonly files = new Map<string, Map<string, TitlePath>>();
  readonly #folder: string;
  #entries = 0;

  constructor(path: string) {
    this.#folder = posix.dirname(path);
  }

  add(outer: TitlePath, written: string, href: string | undefined): TitlePath {
    const title = written.replace(/\s+/g, " ").trim();
    if (title === "" || ++this.#entries > mostEntries) return outer;
    const titles = [...outer, title];
    if (href !== undefined) {
      const [file = "", id = ""] = href.split("#");
      const path = pathIn(this.#folder, file);
      const places = this.files.get(path) ?? new Map<string, TitlePath>();
      this.files.set(path, places);
      if (!places.has(id)) places.set(id, titles);
    }
    return titles;
  }
}

/** An href's path in the archive. It is percent-encoded, unless a program forgot to: "50%.xhtml". */
export function pathIn(folder: string, href: string): string {
  const path = href.split("#")[0]!;
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // As it is written.
  }
  return posix.join(folder, decoded);
}
