/** The tool `search`: the passages that fit a question, over one index or all, within a budget of bytes. */
import type { ContentBlock, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { makeFilter, type WrittenFilter } from "../../search/filter.ts";
import type { From } from "../../search/merge.ts";
import type { SortOrder } from "../../search/order.ts";
import { unreadText } from "../../search/unread.ts";
import { vectorShareText } from "../../search/vector-share.ts";
import type { Correction, SearchMode } from "../../search/result.ts";
import { answered, indexArgument, maxBytes, readOnly, type ToolAnswer } from "../answers.ts";
import { documentFilters } from "../filters.ts";
import { type NamedFerris, searchIndexes } from "../../several-indexes.ts";
import type { McpIndexes } from "../indexes.ts";
import { type Found, found, linkTo, presented, resultText } from "../results.ts";

const mostResults = 50;

const answer = z.object({
  results: z.array(found),
  nearestMiss: found.nullable().describe("the best of what was found, where nothing of it is relevant"),
  nextOffset: z.number().int().nullable().describe("offset for the next results; null where there are none"),
  vectorShare: z
    .number()
    .describe("share of the passages that have vectors; below 1 the others are found by words alone"),
  unread: z
    .object({ problem: z.enum(["script", "language"]), language: z.string().nullable() })
    .nullable()
    .describe(
      "why the index's model cannot be believed about this query: its script, or its language; ask in English, or by words",
    ),
  note: z.string().nullable(),
});
type Answer = z.infer<typeof answer>;

/** How a question is reranked where the caller does not say, as for one on the command line: with which model (null: the usual one), or not. */
export type RerankDefault = (
  question: string,
  mode: SearchMode,
  minScore: number | undefined,
) => Promise<{ readonly model: string | null } | null>;

export function registerSearch(
  server: McpServer,
  indexes: McpIndexes,
  rerankingOf: RerankDefault = async () => null,
): void {
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
        rerank: z
          .boolean()
          .optional()
          .describe("read the best again with a reranker: slower, better order; as the user set it unless given"),
        sort: z.enum(["relevance", "date"]).default("relevance").describe("date: the same results, newest first"),
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
    (input, context) => answered(() => searchTool(indexes, rerankingOf, input, context.mcpReq.signal)),
  );
}

interface SearchInput extends WrittenFilter {
  readonly query: string;
  readonly limit: number;
  readonly offset: number;
  readonly mode: SearchMode;
  readonly perFile?: number;
  readonly minScore?: number;
  readonly rerank?: boolean;
  readonly sort: SortOrder;
  readonly detail: "passages" | "snippets" | "titles";
  readonly index?: string;
  readonly maxBytes: number;
}

type Ranked = From<NamedFerris>;

async function searchTool(
  indexes: McpIndexes,
  rerankingOf: RerankDefault,
  input: SearchInput,
  signal: AbortSignal,
): Promise<ToolAnswer<Answer>> {
  const { query, limit, offset, mode, perFile, minScore, sort, index, detail } = input;
  const reranking = input.rerank === false ? null : await rerankingOf(query, mode, minScore);
  const rerank = input.rerank ?? reranking !== null;
  const reranker = reranking?.model ?? undefined;
  const filter = makeFilter(input);
  const chosen = indexes.chosen(index);
  // One more than wanted shows whether there is a next page.
  const options = {
    limit: offset + limit + 1,
    mode,
    perDocument: perFile,
    minScore,
    rerank,
    reranker,
    sort,
    filter,
    signal,
  };
  const { found: ranked, miss, vectorShare, unread, indexes: asked } = await searchIndexes(chosen, query, options);
  const page = ranked.slice(offset, offset + limit);
  const perResult = Math.floor(input.maxBytes / Math.max(1, page.length));
  const present = (each: Ranked, bytes: number): Found => presented(each, detail, bytes, { named: !indexes.isSingle });
  const results = page.map((each) => present(each, perResult));
  const nextOffset = ranked.length > offset + limit ? offset + limit : null;
  const nearestMiss = miss ? present(miss, input.maxBytes) : null;
  let note: string | null = null;
  if (ranked.length === 0 && !nearestMiss) {
    const kept = await Promise.all(
      chosen.map(async ({ ferris }) => filter === undefined || (await ferris.documents({ filter })).length > 0),
    );
    note = kept.some(Boolean) ? "Nothing found." : "Nothing found: no document in the index passes the filter.";
  } else if (page.length === 0 && !nearestMiss) note = `Nothing more: there are ${ranked.length} results.`;
  const failed = asked.flatMap(({ from, error }) =>
    error ? [`The index "${from.name}" was not searched: ${error.message}`] : [],
  );
  const corrected = asked.flatMap(({ answer: one }) => one?.corrections ?? []).map(correctedText);
  const partial = mode === "text" ? null : vectorShareText(vectorShare);
  const said = [
    ...new Set(corrected),
    ...(note === null ? [] : [note]),
    ...(partial === null ? [] : [`Indexing is not finished: ${partial}.`]),
    ...(unread === null ? [] : [`Note: ${unreadText(unread)}.`]),
    ...failed,
  ];
  if (said.length > 0) note = said.join(" ");
  const links = page.map(({ from, result }): ContentBlock => linkTo(from, result));
  return {
    text: textOf({ results, nearestMiss, nextOffset, vectorShare, unread, note }),
    structured: { results, nearestMiss, nextOffset, vectorShare, unread, note },
    links,
  };
}

function correctedText({ typed, used }: Correction): string {
  return `"${typed}" stands nowhere: "${used}" was looked for; in quotes it is looked for as it is.`;
}

function textOf({ results, nearestMiss, nextOffset, note }: Answer): string {
  const parts = results.map(resultText);
  if (nearestMiss) parts.push(`Nothing relevant. The nearest miss:\n${resultText(nearestMiss)}`);
  if (note !== null) parts.push(note);
  if (nextOffset !== null) parts.push(`There are more results: offset ${nextOffset}.`);
  return parts.join("\n\n");
}
