/**
 * E-mail: one message (.eml) or a mailbox of them (.mbox): subject, people, date, text, and the names of what is attached.
 *
 * The text part is read, else the HTML part as HTML. Quoted replies stay: they are what people search for. Attachments are not
 * opened.
 */
import PostalMime, { type Address, type Email } from "postal-mime";
import { DocumentError } from "../../errors.ts";
import { ContentBuilder, type Place } from "../content-builder.ts";
import type { ParsedDocument, SourceRange } from "../document.ts";
import { readHtml } from "./html.ts";
import type { ParserInput } from "./parser.ts";

/** A message of more lines of quoted or forwarded parts inside each other is an attack. */
const deepestParts = 50;

export async function parseEml({ bytes }: ParserInput): Promise<ParsedDocument> {
  const message = await parseMessage(bytes);
  if (message.headers.length === 0) throw new DocumentError("damaged", "no header of a message in it");
  const builder = new ContentBuilder();
  addMessage(message, builder, {});
  return builder.finish("email");
}

export async function parseMbox({ bytes }: ParserInput): Promise<ParsedDocument> {
  const builder = new ContentBuilder();
  let unreadable = 0;
  let messages = 0;
  for (const { source, start } of messagesOf(bytes)) {
    messages++;
    try {
      addMessage(await parseMessage(unescaped(bytes.subarray(start, source.endByte!))), builder, { source });
    } catch {
      unreadable++;
    }
  }
  if (messages === 0)
    throw new DocumentError("damaged", 'no message in it: a mailbox has lines that start with "From "');
  const warnings = unreadable > 0 ? [`${unreadable} of ${messages} messages could not be read`] : [];
  return builder.finish("mailbox", { title: "", warnings });
}

async function parseMessage(bytes: Uint8Array): Promise<Email> {
  return PostalMime.parse(bytes, { maxNestingDepth: deepestParts, attachmentEncoding: "arraybuffer" });
}

function addMessage(message: Email, builder: ContentBuilder, place: Place): void {
  builder.section(1, "");
  builder.heading(1, message.subject || "(no subject)", place);
  const lines = [
    ["From", people(message.from && [message.from])],
    ["To", people(message.to)],
    ["Cc", people(message.cc)],
    ["Date", message.date ?? ""],
    ["Attachments", message.attachments.map((attachment) => attachment.filename ?? attachment.mimeType).join(", ")],
  ];
  const head = lines.filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}`);
  builder.add("metadata", head.join("\n"), place);
  if (message.text?.trim()) builder.add("prose", message.text.replaceAll("\r\n", "\n"), place);
  else if (message.html) readHtml(message.html, builder, { place, level: 2 });
}

function people(addresses: readonly Address[] = []): string {
  return addresses
    .flatMap((address) => address.group ?? [address])
    .map(({ name, address }) => (name ? `${name} <${address}>` : (address ?? "")))
    .join(", ");
}

/** Messages of a mailbox: each after a line "From …" that starts the file or follows an empty line. */
function* messagesOf(bytes: Uint8Array): Generator<{ source: SourceRange; start: number }> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let message: { startLine: number; startByte: number; start: number } | null = null;
  let line = 1;
  let afterEmpty = true;
  for (let at = 0; at < file.length; line++) {
    const newline = file.indexOf(0x0a, at);
    const next = newline < 0 ? file.length : newline + 1;
    if (afterEmpty && file.subarray(at, at + 5).toString("latin1") === "From ") {
      if (message) yield ended(message, line - 1, at);
      message = { startLine: line, startByte: at, start: next };
    }
    afterEmpty = next - at <= 2 && file.subarray(at, next).toString("latin1").trim() === "";
    at = next;
  }
  if (message) yield ended(message, line - 1, file.length);
}

function ended(
  { startLine, startByte, start }: { startLine: number; startByte: number; start: number },
  endLine: number,
  endByte: number,
) {
  return { source: { startLine, endLine, startByte, endByte }, start };
}

/** Mailboxes write ">From " for a line of a message that starts with "From ". */
function unescaped(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return Buffer.from(text.replace(/^>(>*From )/gm, "$1"), "latin1");
}
