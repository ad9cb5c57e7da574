/**
 * What Outlook sends to others than Outlook, saved as a file of its own (winmail.dat): the message's subject and text, and its files.
 */
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addBlocks } from "../../embedded.ts";
import { addFiles } from "../office/embedded-object.ts";
import type { ParserInput } from "../parser.ts";
import { readTnef } from "./tnef.ts";

export async function parseTnef(input: ParserInput): Promise<ParsedDocument> {
  const { subject, text, rtf, html, files } = readTnef(input.bytes);
  const builder = new ContentBuilder();
  builder.heading(1, subject);
  if (text !== "") builder.add("prose", text);
  else if (html !== null) addBlocks(builder, await input.inside.parse("/message.html", html), undefined, 2);
  else if (rtf !== null) addBlocks(builder, await input.inside.parse("/message.rtf", rtf), undefined, 2);
  const warnings = await addFiles(builder, files, input);
  return builder.finish("outlook", { warnings });
}
