/**
 * What is attached to a message, read by what it is, each line with its place in the message's file.
 */
import { DocumentError } from "../../../errors.ts";
import type { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { Positions } from "../../lines/positions.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { extensionOf, fileLeftOut } from "../../walk/left-out.ts";
import { isArmoured } from "./armour.ts";
import { contentBy, contentIn, hasFileLines, type SliceContent } from "./attached-lines.ts";
import { bytesOf, rawTextOf, sourcedBytesOf, textOf } from "./body.ts";
import type { MimePart } from "./mime.ts";
import { signedContent } from "./signed-data.ts";
import { SourcedBytes } from "./sourced-bytes.ts";
import { isTnef, readTnef, type Tnef } from "./tnef.ts";

export interface MessageContext {
  readonly builder: ContentBuilder;
  /** The bytes that the builder's origins are offsets of. */
  readonly file: Buffer;
  readonly isMailbox: boolean;
  /** Reads an attached file. */
  readonly parse: (path: string, bytes: Uint8Array) => Promise<ParsedDocument>;
  readonly warnings: Set<string>;
}

/** Of one message; more are named only. */
export const mostAttachments = 100;

/** Extensions for attachments whose names do not tell. */
const extensions: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "application/rtf": "rtf",
  "text/rtf": "rtf",
  "application/msword": "doc",
  "application/json": "json",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/vnd.oasis.opendocument.text": "odt",
  "application/vnd.oasis.opendocument.spreadsheet": "ods",
  "application/vnd.oasis.opendocument.presentation": "odp",
  "application/epub+zip": "epub",
  "application/ics": "ics",
  "text/calendar": "ics",
  "text/vcard": "vcf",
  "text/x-vcard": "vcf",
  "text/directory": "vcf",
  "text/csv": "csv",
  "text/html": "html",
  "text/markdown": "md",
  "text/plain": "txt",
};

/** Adds what is attached; nothing where it is a picture or the like. `hasText`: the message has a text of its own. */
export async function addAttachment(
  part: MimePart,
  context: MessageContext,
  level: number,
  hasText = true,
): Promise<void> {
  const { file } = context;
  const isWrapped = /^application\/(?:vnd\.)?ms-tnef$/.test(part.type) || /^winmail\.dat$/i.test(part.fileName ?? "");
  const bytes = isWrapped ? bytesOf(file, part) : null;
  if (bytes !== null && isTnef(bytes)) {
    const wrapped = readTnef(bytes);
    return addWrapped(hasText ? wrapped.files : filesAndText(wrapped), bytes, part, context, level);
  }
  if (/^application\/(?:x-)?pkcs7-mime$/.test(part.type) || /\.p7m$/i.test(part.fileName ?? "")) {
    return addSigned(part, context, level);
  }
  const name = nameOf(part);
  if (name === null) return;
  const place = { name, title: part.fileName, named: placeOfName(part), origin: part.start, end: part.end };
  if (isArmoured(bytesOf(file, { ...part, end: Math.min(part.end, part.start + 200) }))) {
    context.warnings.add(`${name} in it was not read: it is encrypted (PGP)`);
    return;
  }
  if (!part.type.startsWith("text/")) {
    const content: ContentOf = (document) =>
      asItStands(file, part, document) ?? contentIn(document, sourcedBytesOf(file, part));
    await addFile({ ...place, bytes: bytesOf(file, part), content }, context, level);
    return;
  }
  // The character set of text is the part's.
  const { text } = textOf(file, part);
  const content: ContentOf = (document) => sliceOf(text, document) ?? contentBy(document, placesIn(text));
  await addFile({ ...place, bytes: Buffer.from(text.text), content }, context, level);
}

/** Where the header stands that names a part. */
export function placeOfName({ headers }: MimePart): number | undefined {
  return headers.find(({ name, value }) => /^content-(?:type|disposition)$/.test(name) && /name/i.test(value))?.start;
}

/** Of a file whose text is its content: each character with its place. */
function asItStands(file: Buffer, part: MimePart, document: ParsedDocument): SliceContent | null {
  return document.encoding === null ? null : sliceOf(rawTextOf(file, part).text, document);
}

function sliceOf(text: SourcedText, { content }: ParsedDocument): SliceContent | null {
  return text.text === content ? (start, end) => text.slice(start, end) : null;
}

function placesIn(text: SourcedText): (line: number, column: number | null) => number {
  const lines = new Positions(text.text, null);
  return (line, column) => text.originAt(Math.min(lines.lineStart(line), text.length) + (column ?? 1) - 1);
}

/** What is in Outlook's wrapping, its text first, where the message itself has none. */
function filesAndText({ text, rtf, html, files }: Tnef): Tnef["files"] {
  const first =
    text !== ""
      ? { name: "message.txt", bytes: Buffer.from(text) }
      : html !== null
        ? { name: "message.html", bytes: html }
        : rtf !== null
          ? { name: "message.rtf", bytes: rtf }
          : null;
  return first === null ? files : [first, ...files];
}

async function addWrapped(
  files: Tnef["files"],
  wrapper: Buffer,
  part: MimePart,
  context: MessageContext,
  level: number,
): Promise<void> {
  for (const { name, bytes } of files.slice(0, mostAttachments)) {
    const safe = nameOf({ fileName: name, type: "application/octet-stream" });
    if (safe === null) continue;
    const content: ContentOf = (document) => {
      const sourced = sourcedBytesOf(context.file, part).within(wrapper, [bytes]);
      return sourced === null ? null : contentIn(document, sourced);
    };
    await addFile({ name: safe, title: name, bytes, origin: part.start, end: part.end, content }, context, level);
  }
}

/** A message within its signature, under the subject of the one around it. */
async function addSigned(part: MimePart, context: MessageContext, level: number): Promise<void> {
  const decoded = bytesOf(context.file, part);
  const signed = signedContent(decoded);
  if (signed === null) {
    context.warnings.add(`${part.fileName ?? "smime.p7m"} in it was not read: it is encrypted, or no signed message`);
    return;
  }
  const subject = Buffer.from("Subject: Signed message\r\n");
  const content: ContentOf = (document) => {
    const sourced = sourcedBytesOf(context.file, part).within(decoded, signed);
    if (sourced === null) return null;
    return contentIn(document, new SourcedBytes([{ bytes: subject, origin: part.start }, ...sourced.pieces]));
  };
  const bytes = Buffer.concat([subject, ...signed]);
  await addFile(
    { name: "signed.eml", title: undefined, bytes, origin: part.start, end: part.end, content },
    context,
    level,
  );
}

/** The content of a parsed file with its places in the message's; null where they are not known. */
export type ContentOf = (document: ParsedDocument) => SliceContent | null;

export interface AttachedFile {
  readonly name: string;
  /** What its section is called; the name, or what it says of itself, where undefined. */
  readonly title: string | undefined;
  readonly bytes: Uint8Array;
  /** What it was decoded from: where in the file that starts, and ends. */
  readonly origin: number;
  readonly end: number;
  readonly content: ContentOf;
  /** Where its name stands; where it starts, if undefined. */
  readonly named?: number | undefined;
}

export async function addFile(attached: AttachedFile, context: MessageContext, level: number): Promise<void> {
  const { name, title, bytes, origin, end: originEnd } = attached;
  const { builder, parse, warnings } = context;
  const whole = builder.decodedFrom(origin, originEnd);
  try {
    const document = await parse(`/${name}`, bytes);
    const slice = hasFileLines(document) ? attached.content(document) : null;
    builder.section(level, "");
    const heading = title ?? document.title ?? name;
    if (slice !== null) builder.heading(level, new SourcedText().appendMade(heading, attached.named ?? origin));
    else builder.heading(level, heading, whole);
    for (const { kind, start, end, headingPath } of document.blocks) {
      builder.section(level + 1, "");
      headingPath.forEach((above, index) => builder.section(level + 1 + index, above));
      if (slice !== null) builder.add(kind, slice(start, end));
      else builder.add(kind, document.content.slice(start, end), whole);
    }
    for (const warning of document.warnings) warnings.add(`${name} in it: ${warning}`);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    if (error.reason !== "binary" && error.reason !== "empty")
      warnings.add(`${name} in it was not read: ${error.message}`);
  }
}

/** What an attachment is read as; null for pictures and the like. */
export function nameOf({ fileName, type }: Pick<MimePart, "fileName" | "type">): string | null {
  const extension = extensions[type];
  const name = (fileName ?? "attachment").replace(/[/\\\0]/g, "_").slice(-200);
  if (fileName === undefined && extension === undefined) return null;
  if (/^(?:image|audio|video|font)\//.test(type) || fileLeftOut(name) !== null) return null;
  if (/^application\/(?:pgp|pkcs7|x-pkcs7|ms-tnef)/.test(type)) return null;
  return extension !== undefined && extensionOf(name) === "" ? `${name}.${extension}` : name;
}
