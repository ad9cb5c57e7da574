/** A search result as a tool answers with it: a passage of a document, cut to a budget of bytes, and the same as text. */
import type { ContentBlock } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { From } from "../search/merge.ts";
import type { SearchResult } from "../search/result.ts";
import type { NamedFerris } from "../several-indexes.ts";
import { linesText, linesWithin, numberedLine } from "./answers.ts";
import { documentUri } from "./resources.ts";

export const found = z.object({
  id: z.number().int().describe("what read takes"),
  index: z.string().optional(),
  path: z.string(),
  title: z.string().nullable(),
  headings: z.array(z.string()),
  startLine: z.number().int(),
  endLine: z.number().int(),
  linesOf: z.enum(["file", "text"]).describe("text: lines of the extracted text, for formats without lines"),
  page: z.number().int().nullable(),
  stale: z.enum(["changed", "gone"]).nullable().describe("what became of the file since it was indexed"),
  ocr: z.boolean().describe("read out of a picture: letters may be wrong"),
  similarity: z.number().nullable().describe("cosine; null in text mode"),
  score: z.number(),
  lines: z.array(numberedLine).describe("the passage, or its start; empty for detail titles"),
  omittedLines: z.number().int().describe("lines of the passage that did not fit: read has them"),
});
export type Found = z.infer<typeof found>;

export function presented(
  { from, result }: From<NamedFerris>,
  detail: "passages" | "snippets" | "titles",
  bytes: number,
  { named }: { readonly named: boolean },
): Found {
  const { snippet, text, lineNumbers } = result;
  const all =
    detail === "snippets"
      ? snippet.text.split("\n").map((line, i) => ({ number: snippet.lineNumbers[i]!, text: line }))
      : text.split("\n").map((line, i) => ({ number: lineNumbers[i]!, text: line }));
  const { lines, left } = detail === "titles" ? { lines: [], left: all.length } : linesWithin(all, bytes);
  return {
    id: result.chunkId,
    ...(named ? { index: from.name } : {}),
    path: result.path,
    title: result.title,
    headings: [...result.headingPath],
    startLine: result.startLine,
    endLine: result.endLine,
    linesOf: result.lineBasis,
    page: result.page,
    stale: result.stale ?? null,
    ocr: result.isOcr,
    similarity: result.cosine,
    score: result.rerankScore ?? result.score,
    lines,
    omittedLines: left,
  };
}

export function resultText(result: Found): string {
  const { id, index, path, startLine, endLine, linesOf, headings, page, ocr, similarity, stale, lines, omittedLines } =
    result;
  const details = [
    index === undefined ? "" : `index ${index}`,
    headings.join(" › "),
    page === null ? "" : `page ${page}`,
    ocr ? "read by OCR" : "",
    similarity === null ? "" : `similarity ${similarity.toFixed(3)}`,
    stale === null ? "" : `as indexed: the file ${stale === "gone" ? "is gone" : "has changed since"}`,
  ].filter((part) => part !== "");
  const place =
    linesOf === "file" ? `:${startLine}-${endLine}` : `  lines ${startLine}-${endLine} of the extracted text`;
  const head = `#${id} ${path}${place}  ${details.join("  ")}`.trimEnd();
  const omitted = omittedLines === 0 || lines.length === 0 ? [] : [`(${omittedLines} more lines: read #${id})`];
  return [head, ...(lines.length === 0 ? [] : [linesText(lines)]), ...omitted].join("\n");
}

export function linkTo({ name }: NamedFerris, { path, title, startLine, endLine }: SearchResult): ContentBlock {
  const description = `lines ${startLine}-${endLine}`;
  return { type: "resource_link", uri: documentUri(name, path), name: title ?? path, description };
}
