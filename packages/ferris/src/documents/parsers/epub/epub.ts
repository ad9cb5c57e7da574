/**
 * EPUB: the chapters of a book in reading order, each read as XHTML, all of it: asides are footnotes here. A chapter without a heading has the one that the table of
 * contents gives it.
 */
import { posix } from "node:path";
import { DocumentError } from "../../../errors.ts";
import { Archive } from "../../archive/archive.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { readXml, textOfFirst } from "../../xml/xml.ts";
import { type BookContents, contentsOfNav, contentsOfNcx, pathIn } from "./contents.ts";
import { readHtml } from "../html/html.ts";
import type { ParserInput } from "../parser.ts";

interface Item {
  /** In the archive. */
  readonly path: string;
  readonly mediaType: string;
  readonly properties: readonly string[];
}

/** Fonts may be scrambled in a book that is open to read. */
const scrambling = /^http:\/\/(?:www\.idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC)$/;

export function parseEpub({ bytes }: ParserInput): ParsedDocument {
  const archive = new Archive(bytes);
  const packagePath = packageOf(archive);
  const book = archive.requiredText(packagePath);
  const { items, spine } = manifestOf(book, posix.dirname(packagePath));
  refuseProtected(archive, spine);
  const contents = contentsOf(archive, items, spine);
  const builder = new ContentBuilder();
  const warnings: string[] = [];
  for (const { path } of spine) {
    let html: string | null;
    try {
      html = archive.text(path);
    } catch (error) {
      // One chapter that cannot be read must not cost the book.
      if (!(error instanceof DocumentError) || error.reason === "too large") throw error;
      warnings.push(`${path} in it was not read: ${error.message}`);
      continue;
    }
    if (html === null) {
      warnings.push(`${path}, which the book names as a chapter, is missing`);
      continue;
    }
    const titles = contents.get(path);
    builder.section(1, "");
    const hasHeadings = /<(?:[\w.-]+:)?h[1-6][\s>]/i.test(html);
    readHtml(html, builder, { isXhtml: true, reading: "book", titles: hasHeadings ? undefined : titles });
  }
  return builder.finish("epub", { title: textOfFirst(book, "dc:title"), warnings });
}

function packageOf(archive: Archive): string {
  let path = "";
  readXml(archive.text("META-INF/container.xml") ?? "", {
    open(name, attributes) {
      if (/(?:^|:)rootfile$/.test(name)) path ||= attributes["full-path"] ?? "";
    },
  });
  if (path !== "" && archive.has(path)) return path;
  return archive.names.find((name) => name.toLowerCase().endsWith(".opf")) ?? (path || "META-INF/container.xml");
}

/** All files of the book, and those with text in reading order. */
function manifestOf(opf: string, folder: string): { items: Item[]; spine: Item[] } {
  const items = new Map<string, Item>();
  const order: string[] = [];
  readXml(opf, {
    open(name, { id = "", href, idref, properties = "", ...attributes }) {
      if (/(?:^|:)item$/.test(name) && href !== undefined) {
        const mediaType = attributes["media-type"] ?? "";
        items.set(id, { path: pathIn(folder, href), mediaType, properties: properties.split(/\s+/) });
      } else if (/(?:^|:)itemref$/.test(name)) order.push(idref ?? "");
    },
  });
  const isText = ({ mediaType, path, properties }: Item) =>
    (/html|svg|x-dtbook|oeb1-document/.test(mediaType) || /\.x?html?$/i.test(path)) && !properties.includes("nav");
  const all = [...items.values()];
  const inOrder = new Set(order.flatMap((id) => items.get(id) ?? []).filter(isText));
  // A book whose order names nothing that is there is read in the order of its list.
  return { items: all, spine: [...(inOrder.size > 0 ? inOrder : all.filter(isText))] };
}

/** @throws DocumentError when a chapter is encrypted: a book that was bought with a lock on it */
function refuseProtected(archive: Archive, spine: readonly Item[]): void {
  const chapters = new Set(spine.map(({ path }) => path.toLowerCase()));
  let algorithm = "";
  let isLocked = false;
  readXml(archive.text("META-INF/encryption.xml") ?? "", {
    open(name, attributes) {
      if (/(?:^|:)EncryptedKey$/.test(name)) isLocked = true;
      if (/(?:^|:)EncryptedData$/.test(name)) algorithm = "";
      if (/(?:^|:)EncryptionMethod$/.test(name)) algorithm = attributes.Algorithm ?? "";
      if (/(?:^|:)CipherReference$/.test(name) && !scrambling.test(algorithm)) {
        isLocked ||= chapters.has(pathIn(".", attributes.URI ?? "").toLowerCase());
      }
    },
  });
  if (!isLocked) return;
  const locks = [
    ["META-INF/license.lcpl", "Readium LCP"],
    ["META-INF/sinf.xml", "Apple FairPlay"],
    ["META-INF/rights.xml", "Adobe"],
  ] as const;
  const lock = locks.find(([file]) => archive.has(file))?.[1];
  throw new DocumentError("encrypted", `protected against copying (${lock === undefined ? "DRM" : `DRM of ${lock}`})`);
}

/** Some tables of contents are not marked as what they are; such a file is among the first, or is called so. */
const tableOfContents =
  /<(?:[\w.-]{1,40}:)?nav\b[^<>]{0,500}\b(?:epub:type|role)\s{0,9}=\s{0,9}["'][^"'<>]{0,100}\btoc\b/i;
const firstFiles = 3;

function contentsOf(archive: Archive, items: readonly Item[], spine: readonly Item[]): BookContents {
  const likely = spine.filter(
    ({ path }, index) => index < firstFiles || /nav|toc|contents/i.test(posix.basename(path)),
  );
  const navs = [...items.filter(({ properties }) => properties.includes("nav")), ...likely.slice(0, 2 * firstFiles)];
  try {
    for (const { path } of navs) {
      const html = archive.text(path);
      if (html !== null && tableOfContents.test(html)) return contentsOfNav(html, path);
    }
    const ncx = items.find(({ mediaType, path }) => mediaType.includes("dtbncx") || /\.ncx$/i.test(path));
    const xml = ncx && archive.text(ncx.path);
    return xml ? contentsOfNcx(xml, ncx.path) : new Map();
  } catch (error) {
    if (!(error instanceof DocumentError) || error.reason === "too large") throw error;
    return new Map();
  }
}
