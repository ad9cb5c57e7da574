/**
 * Files inside a PDF, read as if they lay in a folder: by their names and first bytes, each under its own name.
 */
import type { ContentBuilder } from "../../content-builder.ts";
import { addEmbedded } from "../../embedded.ts";
import type { ParserInput } from "../parser.ts";
import type { Annotation } from "./fields.ts";
import { textOf } from "./fields.ts";

export interface Attachment {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const mostAttachments = 100;

/** What pdf.js has of a document's or an annotation's file. */
export function attachmentsOf(files: readonly unknown[]): Attachment[] {
  return (files as ({ filename?: unknown; content?: unknown } | null | undefined)[]).flatMap((file) =>
    file?.content instanceof Uint8Array ? [{ name: textOf(file.filename) || "attachment", bytes: file.content }] : [],
  );
}

export function filesOf(annotations: readonly Annotation[]): unknown[] {
  return annotations.flatMap(({ subtype, file }) => (subtype === "FileAttachment" ? [file] : []));
}

/** Adds what can be read of them; returns what a user should hear of the others. */
export async function addAttachments(
  builder: ContentBuilder,
  attachments: readonly Attachment[],
  around: ParserInput,
): Promise<string[]> {
  const warnings: string[] = [];
  for (const { name, bytes } of attachments.slice(0, mostAttachments)) {
    const problem = await addEmbedded(builder, name, bytes, around);
    if (problem !== null) warnings.push(`attachment ${name} was not read: ${problem}`);
  }
  if (attachments.length > mostAttachments) {
    warnings.push(`${attachments.length - mostAttachments} of ${attachments.length} attachments were not read`);
  }
  return warnings;
}
