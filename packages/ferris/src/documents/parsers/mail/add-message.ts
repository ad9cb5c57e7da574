/**
 * One message as sections and blocks: subject, people, date, text, and what is attached, read with the parsers that there are for it.
 */
import { addCalendar } from "../calendar.ts";
import { readHtml } from "../html/html.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { through } from "../../lines/sourced-through.ts";
import {
  addAttachment,
  addFile,
  type ContentOf,
  type MessageContext,
  mostAttachments,
  nameOf,
  placeOfName,
} from "./add-attachment.ts";
import { withoutArmour } from "./armour.ts";
import { contentIn } from "./attached-lines.ts";
import { textOf } from "./body.ts";
import { partsOf } from "./choose.ts";
import { unflowed } from "./flowed.ts";
import { type MimePart, readMessage, valueOf } from "./mime.ts";
import { decodeWords } from "./parameters.ts";
import { SourcedBytes } from "./sourced-bytes.ts";
import { uuencodedIn } from "./uuencoded.ts";

/** Messages inside of messages. */
const deepest = 10;
const mostAttachedBytes = 64 * 2 ** 20;

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
  const [first] = attachments;
  if (first) say("Attachments", names.join(", "), placeOfName(first) ?? first.start);
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
  } else if (/^text\/(?:enriched|richtext)$/.test(part.type))
    builder.add("prose", text.replace(/<param>[^<>\n]*<\/param>|<[^<>\n]*>/gi, ""));
  else if (part.parameters.format?.toLowerCase() === "flowed")
    builder.add("prose", unflowed(text, part.parameters.delsp?.toLowerCase() === "yes"));
  else if (part.type === "text/plain") await addPlain(text, context, level + 1);
  else builder.add("prose", text);
}

/** A text, and the files that stand in it as lines of code. */
async function addPlain(written: SourcedText, context: MessageContext, level: number): Promise<void> {
  const { text, isEncrypted } = withoutArmour(written);
  if (isEncrypted) context.warnings.add("a text in it is encrypted (PGP)");
  const files = uuencodedIn(text.text).slice(0, mostAttachments);
  let done = 0;
  for (const { start, end } of files) {
    context.builder.add("prose", text.slice(done, start));
    done = end;
  }
  context.builder.add("prose", done === 0 ? text : text.slice(done));
  for (const { name, lines, start, end } of files) {
    const safe = nameOf({ fileName: name, type: "application/octet-stream" });
    if (safe === null) continue;
    const place = { origin: text.originAt(start), end: text.originAt(end - 1) + 1 };
    const sourced = new SourcedBytes(lines.map(({ bytes, at }) => ({ bytes, origin: text.originAt(at) })));
    const content: ContentOf = (document) => contentIn(document, sourced);
    await addFile({ name: safe, title: name, bytes: sourced.bytes, ...place, content }, context, level);
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
