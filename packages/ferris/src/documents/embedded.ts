/**
 * A file inside a document (an attachment) as a part of that document: parsed by what it is, under its own name.
 */
import { DocumentError } from "../errors.ts";
import type { ContentBuilder, Place } from "./content-builder.ts";
import type { ParsedDocument } from "./document.ts";
import type { ParserInput } from "./parsers/parser.ts";

/** Files in files in files: deeper ones are named, not read. */
const deepest = 2;
const mostBytes = 64 * 2 ** 20;

/**
 * Adds the file's name as a section and its text below it. `depth` and `inside` are those of the file around it.
 *
 * Returns null, or why its text is not there; its name is in any case.
 */
export async function addEmbedded(
  builder: ContentBuilder,
  name: string,
  bytes: Uint8Array,
  { depth: outer = 0, inside }: Pick<ParserInput, "depth" | "inside">,
): Promise<string | null> {
  const depth = outer + 1;
  const title = `Attachment: ${name}`;
  builder.section(1, title);
  builder.add("metadata", title);
  if (depth > deepest) return `it is inside of ${depth} other files`;
  if (bytes.length > mostBytes) return `${bytes.length} bytes are more than ${mostBytes}`;
  try {
    addBlocks(builder, await inside.parse(`/${name}`, bytes), title);
    return null;
  } catch (cause) {
    if (cause instanceof DocumentError) return cause.message;
    throw cause;
  }
}

/**
 * Adds the blocks of another document: under a section called `title`, at `level`, or as if they stood here. `at`: the place of all of them in
 * the file around, where it has any.
 */
export function addBlocks(
  builder: ContentBuilder,
  { blocks, content }: ParsedDocument,
  title?: string,
  level = 1,
  at: Place = {},
): void {
  const outer = title === undefined ? level : level + 1;
  for (const { kind, start, end, headingPath, alone, isOcr } of blocks) {
    const text = content.slice(start, end);
    if (title !== undefined) builder.section(level, title);
    headingPath.forEach((above, index) => builder.section(index + outer, above));
    // Without the marks that some formats write headings with.
    const place = { ...at, ...(alone && { alone }), ...(isOcr && { isOcr }) };
    // The title of what is inside is not that of the whole.
    if (kind === "heading" && title !== undefined) builder.add("heading", headingPath.at(-1) ?? text, place);
    else if (kind === "heading") builder.heading(headingPath.length + outer - 1, headingPath.at(-1) ?? text, place);
    else builder.add(kind, text, place);
  }
}
