/** What line numbers of a document count. */
import type { ParsedDocument } from "../documents/document.ts";
import type { LineBasis } from "../store/store.ts";

/** A text file has its own lines, and so has one whose parser says where they are. */
export function lineBasisOf({
  encoding,
  lineRuns,
  blocks,
}: Pick<ParsedDocument, "encoding" | "lineRuns" | "blocks">): LineBasis {
  return encoding !== null || lineRuns !== undefined || blocks.some(({ source }) => source) ? "file" : "text";
}
