/**
 * Pages saved as one file: MHTML (.mht, .mhtml), which is a message whose parts are the page and its frames, and Safari's .webarchive, which is a property list of them.
 * Pictures and styles are passed over.
 */
import { charsetOf, decodeLoosely } from "../../decode/charset.ts";
import { declaredCharset } from "../../decode/declared-charset.ts";
import { chooseCharset } from "../../decode/decode.ts";
import { ContentBuilder } from "../../content-builder.ts";
import { DocumentError } from "../../../errors.ts";
import type { ParsedDocument } from "../../document.ts";
import { through } from "../../lines/sourced-through.ts";
import { textOf } from "./body.ts";
import { type MimePart, readMessage, valueOf } from "./mime.ts";
import { decodeWords } from "./parameters.ts";
import { propertyList } from "../property-list.ts";
import { contextOf } from "./email.ts";
import { readHtml } from "../html/html.ts";
import type { ParserInput } from "../parser.ts";

/** A page of more frames is an attack. */
const mostFrames = 200;

export function parseMhtml({ bytes }: ParserInput): ParsedDocument {
  const { builder, file, warnings } = contextOf(bytes, false);
  const message = readMessage(file);
  const pages = leaves(message).filter(({ type }) => /^(?:text\/html|application\/xhtml\+xml)$/.test(type));
  if (message.headers.length === 0 || pages.length === 0) throw new DocumentError("damaged", "no page in it");
  const start = message.parameters.start;
  const root = pages.find(({ headers }) => start !== undefined && valueOf(headers, "content-id") === start);
  let title: string | undefined;
  for (const page of [root ?? pages[0]!, ...pages.filter((other) => other !== (root ?? pages[0]))].slice(
    0,
    mostFrames,
  )) {
    const { text, warning } = textOf(file, page);
    if (warning !== null) warnings.add(warning);
    builder.section(1, "");
    const its = readHtml(text.text, builder, { toFile: (words) => through(text, words) });
    title ??= its;
  }
  const subject = decodeWords(valueOf(message.headers, "subject") ?? "").trim();
  return builder.finish("mhtml", { title: subject || title, warnings: [...warnings] });
}

function leaves(part: MimePart): MimePart[] {
  return part.children.length === 0 ? [part] : part.children.flatMap(leaves);
}

interface Archive {
  readonly WebMainResource?: { readonly [key: string]: unknown };
  readonly WebSubframeArchives?: readonly Archive[];
}

export function parseWebArchive({ bytes }: ParserInput): ParsedDocument {
  const builder = new ContentBuilder();
  let frames = 0;
  const title = add(propertyList(bytes));
  if (frames === 0) throw new DocumentError("damaged", "no page in it");
  return builder.finish("webarchive", { title });

  function add(archive: unknown): string | undefined {
    // Whatever a damaged list has in the place of one.
    const { WebMainResource: page, WebSubframeArchives: inner = [] } = Object(archive) as Archive;
    if (++frames > mostFrames) return undefined;
    const data = page?.WebResourceData;
    if (!(data instanceof Uint8Array)) {
      frames--;
      return undefined;
    }
    const label = typeof page?.WebResourceTextEncodingName === "string" ? page.WebResourceTextEncodingName : "";
    const declared = charsetOf(label) ?? declaredCharset(data);
    const charset = chooseCharset(data, declared)?.charset ?? declared ?? "windows-1252";
    builder.section(1, "");
    const its = readHtml(decodeLoosely(data, charset), builder);
    if (Array.isArray(inner)) for (const frame of inner as readonly unknown[]) add(frame);
    return its;
  }
}
