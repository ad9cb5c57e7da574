/**
 * One message as sections and blocks: subject, people, date, text, and what is attached, read with the parsers that there are for it.
 */
import { DocumentError } from "../../../errors.ts";
import type { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { extensionOf, fileLeftOut } from "../../walk/left-out.ts";
import { addCalendar } from "../calendar.ts";
import { readHtml } from "../html/html.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { through } from "../../lines/sourced-through.ts";
import { bytesOf, textOf } from "./body.ts";
import { partsOf } from "./choose.ts";
import { unflowed } from "./flowed.ts";
import { type MimePart, readMessage, valueOf } from "./mime.ts";
import { decodeWords } from "./parameters.ts";
import { signedContent } from "./signed-data.ts";
import { isTnef, readTnef, type Tnef } from "./tnef.ts";
import { uuencodedIn } from "./uuencoded.ts";

export interface MessageContext {
  readonly builder: ContentBuilder;
  /** The bytes that the builder's origins are offsets of. */
  readonly file: Buffer;
  readonly isMailbox: boolean;
  /** Reads an attached file. */
  readonly parse: (path: string, bytes: Uint8Array) => Promise<ParsedDocument>;
  readonly warnings: Set<string>;
}

/** Messages inside of messages. */
const deepest = 10;
/** Of one message; more are named only. */
const mostAttachments = 100;
const mostAttachedBytes = 64 * 2 ** 20;

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

/** Adds the message, its subject a heading of `level`. */
export async function addMessage(message: MimePart, context: MessageContext, level = 1): Promise<void> {
  const { builder, file, warnings } = context;
  const { texts, attachments } = partsOf(file, message);
  builder.section(level, "");
  const subject = message.headers.find(({ name }) => name === "subject");
  const heading = decodeWords(subject?.value ?? "").trim() || "(no subject)";
  const place = subject?.start ?? message.headers[0]?.start ?? message.start;
  builder.heading(level, new SourcedText().appendMade(heading, place));
  builder.add("metadata", metadataOf(message, attachments));
  const beforeText = builder.length;
  for (const part of texts) await addText(part, context, level, warnings);
  const hasText = builder.length > beforeText;
  let bytes = 0;
  for (const part of attachments.slice(0, mostAttachments)) {
    bytes += part.end - part.start;
    if (bytes <= mostAttachedBytes) await addAttachment(part, context, level + 1, hasText);
  }
}

function metadataOf({ headers }: MimePart, attachments: readonly MimePart[]): SourcedText {
  const lines = new SourcedText();
  const say = (label: string, text: string, origin: number) => {
    if (text === "") return;
    if (lines.length > 0) lines.trail("\n");
    lines.appendMade(`${label}: ${text}`, origin);
  };
  for (const [name, label] of [
    ["from", "From"],
    ["to", "To"],
    ["cc", "Cc"],
    ["bcc", "Bcc"],
    ["date", "Date"],
  ] as const) {
    const header = headers.find((candidate) => candidate.name === name);
    if (header) say(label, name === "date" ? dateOf(header.value) : peopleOf(header.value), header.start);
  }
  const names = attachments.map(({ fileName, type }) => fileName ?? type);
  if (attachments.length > 0) say("Attachments", names.join(", "), attachments[0]!.start);
  return lines;
}

function peopleOf(header: string): string {
  const people = header.replace(/"((?:[^"\\]|\\[\s\S])*)"/g, (_, name: string) => name.replace(/\\([\s\S])/g, "$1"));
  return decodeWords(people)
    .replace(/\s+/g, " ")
    .replace(/(^|, ?)<([^<>]+)>/g, "$1$2")
    .trim();
}

function dateOf(header: string): string {
  const date = new Date(header.replace(/\([^()]*\)/g, "").trim());
  return Number.isNaN(date.getTime()) ? header : date.toISOString();
}

async function addText(part: MimePart, context: MessageContext, level: number, warnings: Set<string>): Promise<void> {
  const { builder, file, isMailbox } = context;
  if (part.type === "message/rfc822") return addInner(part, context, level + 1);
  const { text, warning } = textOf(file, part, isMailbox);
  if (warning !== null) warnings.add(warning);
  if (part.type === "text/html") {
    readHtml(text.text, builder, { level: level + 1, toFile: (words) => through(text, words) });
  } else if (part.type === "text/calendar") {
    if (!addCalendar(builder, text, level + 1).isCalendar) builder.add("prose", text);
  } else if (/^text\/(?:enriched|richtext)$/.test(part.type)) builder.add("prose", text.replace(/<[^<>\n]*>/g, ""));
  else if (part.parameters.format?.toLowerCase() === "flowed")
    builder.add("prose", unflowed(text, part.parameters.delsp?.toLowerCase() === "yes"));
  else if (part.type === "text/plain") await addPlain(text, context, level + 1);
  else builder.add("prose", text);
}

/** A text, and the files that stand in it as lines of code. */
async function addPlain(text: SourcedText, context: MessageContext, level: number): Promise<void> {
  const files = uuencodedIn(text.text).slice(0, mostAttachments);
  let done = 0;
  for (const { start, end } of files) {
    context.builder.add("prose", text.slice(done, start));
    done = end;
  }
  context.builder.add("prose", done === 0 ? text : text.slice(done));
  for (const { name, bytes, start, end } of files) {
    const safe = nameOf({ fileName: name, type: "application/octet-stream" });
    if (safe === null) continue;
    const place = { origin: text.originAt(start), end: text.originAt(end - 1) + 1 };
    await addFile({ name: safe, title: name, bytes, ...place, lines: null }, context, level);
  }
}

/** A message inside of a message, with the lines of the file if it is there as it is. */
async function addInner(part: MimePart, context: MessageContext, level: number): Promise<void> {
  if (level > deepest) return;
  const encoding = valueOf(part.headers, "content-transfer-encoding")?.trim() ?? "";
  const isEncoded = /base64|quoted/i.test(encoding);
  if (!isEncoded) return addMessage(readMessage(context.file, part.start, part.end), context, level);
  await addAttachment({ ...part, fileName: part.fileName ?? "message.eml" }, context, level);
}

async function addAttachment(part: MimePart, context: MessageContext, level: number, hasText = true): Promise<void> {
  const { file } = context;
  const isWrapped = /^application\/(?:vnd\.)?ms-tnef$/.test(part.type) || /^winmail\.dat$/i.test(part.fileName ?? "");
  const bytes = isWrapped ? bytesOf(file, part) : null;
  if (bytes !== null && isTnef(bytes)) {
    const wrapped = readTnef(bytes);
    return addWrapped(hasText ? wrapped.files : filesAndText(wrapped), part, context, level);
  }
  if (/^application\/(?:x-)?pkcs7-mime$/.test(part.type) || /\.p7m$/i.test(part.fileName ?? "")) {
    return addSigned(part, context, level);
  }
  const name = nameOf(part);
  if (name === null) return;
  // Of text the lines are known, and its character set from the part.
  const lines = part.type.startsWith("text/") ? textOf(file, part).text : null;
  const own = lines === null ? bytesOf(file, part) : Buffer.from(lines.text);
  await addFile({ name, title: part.fileName, bytes: own, origin: part.start, end: part.end, lines }, context, level);
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
  { start: origin, end }: Pick<MimePart, "start" | "end">,
  context: MessageContext,
  level: number,
): Promise<void> {
  for (const { name, bytes } of files.slice(0, mostAttachments)) {
    const safe = nameOf({ fileName: name, type: "application/octet-stream" });
    if (safe !== null) await addFile({ name: safe, title: name, bytes, origin, end, lines: null }, context, level);
  }
}

/** A message within its signature, under the subject of the one around it. */
async function addSigned(part: MimePart, context: MessageContext, level: number): Promise<void> {
  const signed = signedContent(bytesOf(context.file, part));
  if (signed === null) {
    context.warnings.add(`${part.fileName ?? "smime.p7m"} in it was not read: it is encrypted, or no signed message`);
    return;
  }
  const bytes = Buffer.concat([Buffer.from("Subject: Signed message\r\n"), signed]);
  await addFile(
    { name: "signed.eml", title: undefined, bytes, origin: part.start, end: part.end, lines: null },
    context,
    level,
  );
}

interface AttachedFile {
  readonly name: string;
  /** What its section is called; the name, or what it says of itself, where undefined. */
  readonly title: string | undefined;
  readonly bytes: Uint8Array;
  /** What it was decoded from: where in the file that starts, and ends. */
  readonly origin: number;
  readonly end: number;
  /** Its text with the places of its lines, where those are known. */
  readonly lines: SourcedText | null;
}

async function addFile(attached: AttachedFile, context: MessageContext, level: number): Promise<void> {
  const { name, title, bytes, origin, end: originEnd, lines } = attached;
  const { builder, parse, warnings } = context;
  const whole = builder.decodedFrom(origin, originEnd);
  try {
    const document = await parse(`/${name}`, bytes);
    const isSame = lines !== null && lines.text === document.content;
    builder.section(level, "");
    const heading = title ?? document.title ?? name;
    if (isSame) builder.heading(level, new SourcedText().appendMade(heading, origin));
    else builder.heading(level, heading, whole);
    for (const { kind, start, end, headingPath } of document.blocks) {
      builder.section(level + 1, "");
      headingPath.forEach((above, index) => builder.section(level + 1 + index, above));
      if (isSame) builder.add(kind, lines.slice(start, end));
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
function nameOf({ fileName, type }: Pick<MimePart, "fileName" | "type">): string | null {
  const extension = extensions[type];
  const name = (fileName ?? "attachment").replace(/[/\\\0]/g, "_").slice(-200);
  if (fileName === undefined && extension === undefined) return null;
  if (/^(?:image|audio|video|font)\//.test(type) || fileLeftOut(name) !== null) return null;
  if (/^application\/(?:pgp|pkcs7|x-pkcs7|ms-tnef)/.test(type)) return null;
  return extension !== undefined && extensionOf(name) === "" ? `${name}.${extension}` : name;
}
