/**
 * Outlook's messages (.msg): subject, people, date, text, and what is attached, messages and files. The same shape as e-mail; lines are those of the text.
 */
import MsgReaderModule, { type FieldsData } from "@kenjiuno/msgreader";
import { ContentBuilder } from "../../content-builder.ts";
import { charsetOf, decodeLoosely } from "../../decode/charset.ts";
import { declaredCharset } from "../../decode/declared-charset.ts";
import { chooseCharset } from "../../decode/decode.ts";
import { DocumentError } from "../../../errors.ts";
import type { ParsedDocument } from "../../document.ts";
import { addBlocks } from "../../embedded.ts";
import { fileLeftOut } from "../../walk/left-out.ts";
import { attachedFileParser } from "./email.ts";
import { soundContainer } from "./outlook-container.ts";
import { parseTnef } from "./parse-tnef.ts";
import { isTnef, unpackedRtf } from "./tnef.ts";
import { readHtml } from "../html/html.ts";
import type { ParserInput } from "../parser.ts";

// A CommonJS module, whose class is its `default`; some loaders unwrap it.
type Reader = typeof MsgReaderModule.default;
const unwrapped: unknown = MsgReaderModule;
const MsgReader = typeof unwrapped === "function" ? (unwrapped as Reader) : MsgReaderModule.default;

const deepestMessage = 10;
const mostAttachments = 100;
/** A plain text shorter than this share of the HTML's may only say that there is HTML. */
const stubShare = 0.2;

export async function parseOutlook(input: ParserInput): Promise<ParsedDocument> {
  if (isTnef(input.bytes)) return parseTnef(input);
  const { reader, message } = opened(input.bytes);
  const builder = new ContentBuilder();
  const warnings: string[] = [];
  const parse = attachedFileParser(input);
  await add(message, 1);
  return builder.finish("outlook", { warnings });

  async function add(fields: FieldsData, level: number): Promise<void> {
    builder.section(level, "");
    builder.heading(level, fields.subject?.trim() || "(no subject)");
    builder.add("metadata", metadataOf(fields));
    await addBody(fields, level);
    for (const attachment of fields.attachments?.slice(0, mostAttachments) ?? []) {
      const inner = attachment.innerMsgContentFields;
      if (inner && level < deepestMessage) await add(inner, level + 1);
      else if (!inner) await addFile(attachment, level + 1);
    }
  }

  async function addBody(fields: FieldsData, level: number): Promise<void> {
    const html = htmlOf(fields);
    const text = fields.body?.replace(/\r\n?/g, "\n") ?? "";
    const rtf = html === null && text.trim() === "" && fields.compressedRtf ? unpackedRtf(fields.compressedRtf) : null;
    if (rtf !== null) addBlocks(builder, await input.inside.parse("/message.rtf", rtf), undefined, level + 1);
    else if (html === null || text.trim().length > stubShare * withoutTags(html)) builder.add("prose", text);
    else readHtml(html, builder, { level: level + 1 });
  }

  async function addFile(attachment: FieldsData, level: number): Promise<void> {
    const name = nameOf(attachment);
    if (attachment.dataId === undefined || fileLeftOut(name) !== null) return;
    try {
      const { content } = reader.getAttachment(attachment);
      const document = await parse(`/${name.replace(/[/\\\0]/g, "_")}`, content);
      builder.section(level, "");
      builder.heading(level, name);
      addBlocks(builder, document, name, level);
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      if (error.reason !== "binary") warnings.push(`${name} in it was not read: ${error.message}`);
    }
  }
}

function opened(bytes: Uint8Array) {
  try {
    const sound = soundContainer(bytes);
    const reader = new MsgReader(new Uint8Array(sound).buffer);
    const message = reader.getFileData();
    if (message.error !== undefined) throw new Error(message.error);
    const set = charsetOfTexts(message);
    if (set === null) return { reader, message };
    // The texts of old messages are bytes, whose character set stands among the other properties.
    const again = new MsgReader(new Uint8Array(sound).buffer);
    again.parserConfig = { ansiEncoding: set };
    return { reader: again, message: again.getFileData() };
  } catch (cause) {
    // The library trusts the lengths that a message names.
    throw new DocumentError("damaged", "not an Outlook message, or parts of it are missing", { cause });
  }
}

/** Texts whose characters are all bytes, some of them beyond ASCII, may be of another set than Latin-1. Null where they are not. */
function charsetOfTexts({ subject, body, senderName, messageCodepage, internetCodepage }: FieldsData): string | null {
  const texts = [subject, senderName, body].map((text) => text ?? "").join("\n");
  if (!/[\x80-\xff]/.test(texts) || /[^\0-\xff]/.test(texts)) return null;
  const bytes = Buffer.from(texts, "latin1");
  const page = [messageCodepage, internetCodepage].find((known) => known !== undefined && known !== 65_001);
  const declared = page === undefined ? null : charsetOf(`cp${page}`);
  // Texts that were in Unicode all along make no sense as bytes of another set.
  const chosen = chooseCharset(bytes, declared);
  return chosen === null || chosen.charset === "utf-8" ? null : chosen.charset;
}

function metadataOf(fields: FieldsData): string {
  const people = (kind: string) =>
    (fields.recipients ?? [])
      .filter(({ recipType }) => recipType === kind)
      .map(({ name, smtpAddress, email }) => named(name, smtpAddress ?? email))
      .join(", ");
  const date = new Date(fields.clientSubmitTime ?? fields.messageDeliveryTime ?? fields.creationTime ?? "");
  return [
    ["From", named(fields.senderName, fields.senderSmtpAddress ?? fields.senderEmail)],
    ["To", people("to")],
    ["Cc", people("cc")],
    ["Date", Number.isNaN(date.getTime()) ? "" : date.toISOString()],
    ["Start", fields.apptStartWhole ?? ""],
    ["Location", fields.apptLocation ?? ""],
    ["Attachments", (fields.attachments ?? []).map(nameOf).join(", ")],
  ]
    .filter(([, value]) => value !== "")
    .map(([label, value]) => `${label}: ${value}`)
    .join("\n");
}

function named(name: string | undefined, address: string | undefined): string {
  // Exchange's own addresses say nothing outside of it.
  if (typeof address !== "string" || address === "" || /^\/o=/i.test(address)) return name ?? "";
  return name && name !== address ? `${name} <${address}>` : address;
}

function nameOf({ fileName, fileNameShort, name, attachMimeTag }: FieldsData): string {
  // A signed message is its own attachment, as it was sent.
  const isMail = attachMimeTag?.toLowerCase().startsWith("multipart/") === true;
  return fileName ?? fileNameShort ?? name ?? (isMail ? "message.eml" : "attachment");
}

function htmlOf({ bodyHtml, html, internetCodepage }: FieldsData): string | null {
  if (bodyHtml) return bodyHtml;
  if (!html || html.length === 0) return null;
  const bytes = new Uint8Array(html);
  const declared = declaredCharset(bytes) ?? charsetOf(internetCodepage === 65_001 ? "utf-8" : `cp${internetCodepage}`);
  return decodeLoosely(bytes, chooseCharset(bytes, declared)?.charset ?? declared ?? "windows-1252");
}

/** About how many characters of it are read. */
function withoutTags(html: string): number {
  const text = new ContentBuilder();
  readHtml(html, text);
  return text.finish("html").content.trim().length;
}
