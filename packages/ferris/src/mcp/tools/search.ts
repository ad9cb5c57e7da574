/** The tool `search`: the passages that fit a question, over one index or all, within a budget of bytes. */
import type { ContentBlock, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { makeFilter, type WrittenFilter } from "../../search/filter.ts";
import type { SearchResult } from "../../search/result.ts";
import {
  answered,
  indexArgument,
  linesText,
  linesWithin,
  maxBytes,
  numberedLine,
  readOnly,
  type ToolAnswer,
} from "../answers.ts";
import { documentFilters } from "../filters.ts";
import type { McpIndexes, NamedFerris } from "../indexes.ts";
import { documentUri } from "../resources.ts";

const mostResults = 50;

const found = z.object({
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
type Found = z.infer<typeof found>;

const answer = z.object({
  results: z.array(found),
  nearestMiss: found.nullable().describe("the best of what was found, where nothing of it is relevant"),
  nextOffset: z.number().int().nullable().describe("offset for the next results; null where there are none"),
  note: z.string().nullable(),
});
type Answer = z.infer<typeof answer>;

export function registerSearch(server: McpServer, indexes: McpIndexes): void {
  server.registerTool(
    "search",
    {
      title: "Search the documents",
      description:
        "Finds the passages that fit a question best, by meaning and by words, with path and line numbers. In the query, " +
        '"a phrase" in quotes must be there, -word must not, word* is a beginning.',
      inputSchema: z.strictObject({
        query: z
          .string()
          .min(1)
          .max(10_000)
          .describe("what to look for, in plain words; exact names and codes work too"),
        limit: z.number().int().min(1).max(mostResults).default(8).describe("most results"),
        offset: z.number().int().min(0).max(1000).default(0).describe("results to leave out, for the next page"),
        mode: z.enum(["hybrid", "vector", "text"]).default("hybrid"),
        perFile: z
          .number()
          .int()
          .min(1)
          .max(1000)
          .optional()
          .describe("most results from one document; 3 unless given"),
        minScore: z.number().min(-1).max(1).optional().describe("least similarity; the reranker's score with rerank"),
        rerank: z.boolean().default(false).describe("read the best again with a reranker: slower, better order"),
        detail: z
          .enum(["passages", "snippets", "titles"])
          .default("passages")
          .describe("whole passages, the three lines that fit best, or places alone"),
        ...documentFilters,
        ...indexArgument(indexes.names),
        maxBytes,
      }),
      outputSchema: answer,
      annotations: readOnly,
    },
    (input, context) => answered(() => searchTool(indexes, input, context.mcpReq.signal)),
  );
}

interface SearchInput extends WrittenFilter {
  readonly query: string;
  readonly limit: number;
  readonly offset: number;
  readonly mode: "hybrid" | "vector" | "text";
  readonly perFile?: number;
  readonly minScore?: number;
  readonly rerank: boolean;
  readonly detail: "passages" | "snippets" | "titles";
  readonly index?: string;
  readonly maxBytes: number;
}

interface Ranked {
  readonly from: NamedFerris;
  readonly result: SearchResult;
}

async function searchTool(indexes: McpIndexes, input: SearchInput, signal: AbortSignal): Promise<ToolAnswer<Answer>> {
  const { query, limit, offset, mode, perFile, minScore, rerank, index, detail } = input;
  const filter = makeFilter(input);
  const chosen = indexes.chosen(index);
  const lists: Ranked[][] = [];
  const misses: Ranked[] = [];
  for (const from of chosen) {
    // One more than wanted shows whether there is a next page.
    const options = { limit: offset + limit + 1, mode, perDocument: perFile, minScore, rerank, filter, signal };
    const { results, nearestMiss } = await from.ferris.search(query, options);
    lists.push(results.map((result) => ({ from, result })));
    if (nearestMiss) misses.push({ from, result: nearestMiss });
  }
  const ranked = interleaved(lists);
  const page = ranked.slice(offset, offset + limit);
  const perResult = Math.floor(input.maxBytes / Math.max(1, page.length));
  const present = (each: Ranked, bytes: number): Found => presented(each, detail, bytes, indexes.isSingle);
  const results = page.map((each) => present(each, perResult));
  const nextOffset = ranked.length > offset + limit ? offset + limit : null;
  const [miss] = ranked.length === 0 ? misses.sort((a, b) => b.result.score - a.result.score) : [];
  const nearestMiss = miss ? present(miss, input.maxBytes) : null;
  let note: string | null = null;
  if (ranked.length === 0 && !nearestMiss) {
    const kept = await Promise.all(
      chosen.map(async ({ ferris }) => filter === undefined || (await ferris.documents({ filter })).length > 0),
    );
    note = kept.some(Boolean) ? "Nothing found." : "Nothing found: no document in the index passes the filter.";
  } else if (page.length === 0 && !nearestMiss) note = `Nothing more: there are ${ranked.length} results.`;
  const links = page.map(({ from, result }): ContentBlock => linkTo(from, result));
  return {
    text: textOf({ results, nearestMiss, nextOffset, note }),
    structured: { results, nearestMiss, nextOffset, note },
    links,
  };
}

/** The first of each list, then the second of each: scores of different models cannot be compared. */
function interleaved(lists: readonly (readonly Ranked[])[]): Ranked[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, rank) => lists.flatMap((list) => list[rank] ?? [])).flat();
}

function presented({ from, result }: Ranked, detail: SearchInput["detail"], bytes: number, isSingle: boolean): Found {
  const { snippet, text, lineNumbers } = result;
  const all =
    detail === "snippets"
      ? snippet.text.split("\n").map((line, i) => ({ number: snippet.lineNumbers[i]!, text: line }))
      : text.split("\n").map((line, i) => ({ number: lineNumbers[i]!, text: line }));
  const { lines, left } = detail === "titles" ? { lines: [], left: all.length } : linesWithin(all, bytes);
  return {
    id: result.chunkId,
    ...(isSingle ? {} : { index: from.name }),
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

function textOf({ results, nearestMiss, nextOffset, note }: Answer): string {
  const parts = results.map(resultText);
  if (nearestMiss) parts.push(`Nothing relevant. The nearest miss:\n${resultText(nearestMiss)}`);
  if (note !== null) parts.push(note);
  if (nextOffset !== null) parts.push(`There are more results: offset ${nextOffset}.`);
  return parts.join("\n\n");
}

function resultText(result: Found): string {
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

function linkTo({ name }: NamedFerris, { path, title, startLine, endLine }: SearchResult): ContentBlock {
  const description = `lines ${startLine}-${endLine}`;
  return { type: "resource_link", uri: documentUri(name, path), name: title ?? path, description };
}
