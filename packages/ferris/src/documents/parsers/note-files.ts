/**
 * The files in a note of Evernote's export (.enex), which are in it as Base64: each is read as what it is, below its note. Pictures are not;
 * those that Evernote drew from a file have the file beside them.
 */
import { isTag, isText, type Element } from "domhandler";
import type { ContentBuilder } from "../content-builder.ts";
import { fromBase64 } from "#platform/bytes";
import { addBlocks } from "../embedded.ts";
import { DocumentError } from "../../errors.ts";
import { fileLeftOut } from "../walk/left-out.ts";
import { walk } from "./html/tree.ts";
import type { ParserInput } from "./parser.ts";

/** Of one note. */
const mostFiles = 200;
/** As deep as files are read in other files. */
const deepest = 2;

/** Adds them; returns what a user should hear of those that could not be read. */
export async function addNoteFiles(
  builder: ContentBuilder,
  note: Element,
  { depth = 0, inside }: Pick<ParserInput, "depth" | "inside">,
): Promise<string[]> {
  const warnings: string[] = [];
  const files = note.children.filter(isTag).filter(({ name }) => name === "resource");
  for (const file of files.slice(0, mostFiles)) {
    const data = child(file, "data");
    const type = wordsOf(child(file, "mime"));
    const name = wordsOf(child(file, "file-name")) || `attachment.${extensions[type] ?? ""}`;
    const safe = name.replace(/[/\\\0]/g, "_").slice(-200);
    if (!data || /^(?:image|audio|video)\//.test(type) || fileLeftOut(safe) !== null || safe.endsWith(".")) continue;
    const place = builder.decodedFrom(data.startIndex!, data.endIndex! + 1);
    try {
      if (depth >= deepest) throw new DocumentError("damaged", `it is inside of ${depth + 1} other files`);
      const document = await inside.parse(`/${safe}`, fromBase64(wordsOf(data)));
      builder.section(2, "");
      builder.heading(2, safe, place);
      addBlocks(builder, document, safe, 2, place);
      warnings.push(...document.warnings.map((warning) => `${safe} in it: ${warning}`));
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      if (error.reason !== "binary" && error.reason !== "empty")
        warnings.push(`${safe} in it was not read: ${error.message}`);
    }
  }
  if (files.length > mostFiles)
    warnings.push(`${files.length - mostFiles} files of a note were not read: it has more than ${mostFiles}`);
  return warnings;
}

/** For files without a name. */
const extensions: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "text/plain": "txt",
  "text/html": "html",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
};

function child(element: Element, name: string): Element | undefined {
  for (const inner of walk(element)) if (inner.name === name) return inner;
  return undefined;
}

function wordsOf(element: Element | undefined): string {
  return (element?.children ?? [])
    .map((node) => (isText(node) ? node.data : ""))
    .join("")
    .trim();
}
