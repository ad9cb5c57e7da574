/**
 * EPUB: the chapters of a book in reading order, each read as HTML.
 */
import { posix } from "node:path";
import { DocumentError } from "../../errors.ts";
import { Archive } from "../archive/archive.ts";
import { ContentBuilder } from "../content-builder.ts";
import type { ParsedDocument } from "../document.ts";
import { readXml, textOfFirst } from "../xml/xml.ts";
import { readHtml } from "./html.ts";
import type { ParserInput } from "./parser.ts";

export function parseEpub({ bytes }: ParserInput): ParsedDocument {
  const archive = new Archive(bytes);
  // Fonts may be scrambled in a book that is open to read; keys for chapters mean that it is not.
  if (archive.text("META-INF/encryption.xml")?.includes("EncryptedKey")) {
    throw new DocumentError("encrypted", "protected against copying (DRM)");
  }
  let opf = "";
  readXml(archive.requiredText("META-INF/container.xml"), {
    open(name, attributes) {
      if (name === "rootfile") opf ||= attributes["full-path"] ?? "";
    },
  });
  const book = archive.requiredText(opf);
  const builder = new ContentBuilder();
  for (const chapter of chaptersOf(book)) {
    const html = archive.text(posix.join(posix.dirname(opf), chapter));
    if (html === null) continue;
    builder.section(1, "");
    readHtml(html, builder);
  }
  return builder.finish("epub", { title: textOfFirst(book, "dc:title") });
}

/** Paths of the (X)HTML files in reading order, relative to the package file. */
function chaptersOf(opf: string): string[] {
  const files = new Map<string, string>();
  const order: string[] = [];
  readXml(opf, {
    open(name, { id, href, idref, ...attributes }) {
      if (/(?:^|:)item$/.test(name) && /html/.test(attributes["media-type"] ?? "") && attributes.properties !== "nav") {
        files.set(id, decodeURIComponent(href ?? ""));
      } else if (/(?:^|:)itemref$/.test(name)) order.push(idref ?? "");
    },
  });
  return order.flatMap((id) => files.get(id) ?? []);
}
