/**
 * Word documents that are one XML file: those of Word 2003 (WordprocessingML) and packages written out flat (pkg:package). Both become the
 * package that they stand for, and are read as one.
 */
import { strToU8, zipSync } from "fflate";
import { DocumentError } from "../../../errors.ts";
import { decodeText } from "../../decode/decode.ts";

const word2003 = "http://schemas.microsoft.com/office/word/2003/wordml";
const mostParts = 1_000;
/** Of headers and footers: a section may have six. */
const mostEdges = 300;

/** The package, as the bytes of an archive. @throws DocumentError where there is none in it */
export function packageOf(bytes: Uint8Array): Uint8Array {
  const xml = decodeText(bytes).content;
  const parts = xml.includes(word2003) ? partsOf2003(xml) : flatParts(xml);
  if (Object.keys(parts).length === 0)
    throw new DocumentError("damaged", "neither a document of Word nor a package in it");
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])), { level: 0 });
}

/** The whole file is the main part; its styles, headers and footers are parts of their own. */
function partsOf2003(xml: string): Record<string, string> {
  const parts: Record<string, string> = { "word/document.xml": xml };
  const types = new Map<string, string>();
  addStyles(parts, types, xml);
  addEdges(parts, types, xml);
  const relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const relations = [...types].map(
    ([name, type]) => `<Relationship Id="${name}" Type="${relation}/${type}" Target="${name}"/>`,
  );
  parts["word/_rels/document.xml.rels"] =
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations.join("")}</Relationships>`;
  return parts;
}

/** Headers and footers, which stand in the properties of sections. */
function addEdges(parts: Record<string, string>, types: Map<string, string>, xml: string): void {
  const root = /<(?:[\w-]{1,40}:)?wordDocument(\s[^>]*)>/.exec(xml)?.[1] ?? "";
  const opening = /<((?:[\w-]{1,40}:)?(hdr|ftr))(?:\s[^>]{0,200})?>/g;
  for (let found = opening.exec(xml); found && types.size < mostEdges; found = opening.exec(xml)) {
    const [, name, kind] = found;
    const end = xml.indexOf(`</${name}>`, opening.lastIndex);
    if (end < 0) return;
    const part = `${kind}${types.size}.xml`;
    types.set(part, kind === "hdr" ? "header" : "footer");
    parts[`word/${part}`] = `<edge${root}>${xml.slice(opening.lastIndex, end)}</edge>`;
    opening.lastIndex = end;
  }
}

function addStyles(parts: Record<string, string>, types: Map<string, string>, xml: string): void {
  const [opening, prefix] = /<(?:([\w-]{1,40}):)?styles(?=[\s>])/.exec(xml) ?? [];
  const start = opening === undefined ? -1 : xml.indexOf(opening);
  const close = `</${prefix === undefined ? "" : `${prefix}:`}styles>`;
  const end = start < 0 ? -1 : xml.indexOf(close, start);
  if (end < 0) return;
  const space = prefix === undefined ? "xmlns" : `xmlns:${prefix}`;
  const rest = xml.slice(start + opening!.length, end + close.length);
  parts["word/styles.xml"] = `${opening} ${space}="${word2003}"${rest}`;
  types.set("styles.xml", "styles");
}

/** Parts of XML; those of bytes are pictures, and embedded files. */
function flatParts(xml: string): Record<string, string> {
  const parts: Record<string, string> = {};
  const opening =
    /<([\w-]{1,40}):part\s[^<>]{0,500}?\bname="([^"<>]{1,500})"[^<>]{0,500}>\s{0,100}<\1:xmlData[^<>]{0,200}>/g;
  for (let found = opening.exec(xml); found; found = opening.exec(xml)) {
    const [, prefix, name] = found;
    const end = xml.indexOf(`</${prefix}:xmlData>`, opening.lastIndex);
    if (end < 0 || Object.keys(parts).length >= mostParts) break;
    parts[name!.replace(/^\//, "")] = xml.slice(opening.lastIndex, end);
    opening.lastIndex = end;
  }
  return parts;
}
