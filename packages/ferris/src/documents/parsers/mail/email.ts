/**
 * E-mail: one message (.eml, Apple Mail's .emlx, a file of a Maildir) or a mailbox of them (.mbox): subject, people, date, text, and what is attached.
 *
 * Quoted replies stay: they are what people search for. Every line of text knows its line in the file, in Base64 too.
 */
import { DocumentError } from "../../../errors.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import type { MessageContext } from "./add-attachment.ts";
import { addMessage } from "./add-message.ts";
import { mailboxMessages } from "./mailbox.ts";
import { readMessage } from "./mime.ts";
import type { ParserInput } from "../parser.ts";

/** Files in files in files. */
const deepestFile = 3;

export async function parseEml(input: ParserInput): Promise<ParsedDocument> {
  const { path, bytes } = input;
  const context = { ...contextOf(bytes, false), parse: attachedFileParser(input) };
  const { start, end } = /\.emlx$/i.test(path) ? appleMail(context.file) : wholeFile(context.file);
  const message = readMessage(context.file, start, end);
  if (message.headers.length === 0) throw new DocumentError("damaged", "no header of a message in it");
  await addMessage(message, context);
  return context.builder.finish("email", { warnings: [...context.warnings] });
}

export async function parseMbox(input: ParserInput): Promise<ParsedDocument> {
  const context = { ...contextOf(input.bytes, true), parse: attachedFileParser(input) };
  let unreadable = 0;
  let messages = 0;
  for (const { start, end } of mailboxMessages(context.file)) {
    messages++;
    try {
      await addMessage(readMessage(context.file, start, end), context);
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      unreadable++;
    }
  }
  if (messages === 0)
    throw new DocumentError("damaged", 'no message in it: a mailbox has lines that start with "From "');
  const said = unreadable > 0 ? [`${unreadable} of ${messages} messages could not be read`] : [];
  return context.builder.finish("mailbox", { title: "", warnings: [...said, ...context.warnings] });
}

/** Places in mail are bytes: its lines may be in any number of character sets. */
export function contextOf(bytes: Uint8Array, isMailbox: boolean): Omit<MessageContext, "parse"> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content = file.toString("latin1");
  const builder = new ContentBuilder({
    content,
    encoding: { name: "single-byte", byteOrderMarkBytes: 0 },
    warnings: [],
  });
  return { builder, file, isMailbox, warnings: new Set() };
}

/** Reads attached files; those in files in files are named only. */
export function attachedFileParser({ depth = 0, inside }: ParserInput): MessageContext["parse"] {
  return (path, bytes) => {
    if (depth >= deepestFile) throw new DocumentError("damaged", `it is inside of ${depth + 1} other files`);
    return inside.parse(path, bytes);
  };
}

/** But for what programs that are not about mail put in front: a byte-order mark, empty lines. */
function wholeFile(file: Buffer): { start: number; end: number } {
  const before = /^(?:\xef\xbb\xbf)?\s{0,1000}/.exec(file.toString("latin1", 0, 1_100))!;
  return { start: before[0].length, end: file.length };
}

/** A line with the message's length, the message, and a list of Apple's own. */
function appleMail(file: Buffer): { start: number; end: number } {
  const [line, digits] = /^\s*(\d{1,10})[ \t]*\r?\n/.exec(file.toString("latin1", 0, 30)) ?? [];
  if (line === undefined) return wholeFile(file);
  return { start: line.length, end: Math.min(file.length, line.length + Number(digits)) };
}
