/** The tool `related`: what else is near a document or a passage, within a budget of bytes. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { UsageError } from "../../errors.ts";
import { makeFilter, type WrittenFilter } from "../../search/filter.ts";
import { missingVectorsText, type RelatedPlace } from "../../search/related.ts";
import { answered, indexArgument, maxBytes, readOnly, type ToolAnswer } from "../answers.ts";
import { documentFilters } from "../filters.ts";
import { findDocument } from "../find-document.ts";
import type { McpIndexes } from "../indexes.ts";
import { found, linkTo, presented, resultText } from "../results.ts";

const place = z.object({ path: z.string(), startLine: z.number().int(), endLine: z.number().int() });

const answer = z.object({
  source: place.extend({ title: z.string().nullable() }).describe("what was asked about"),
  results: z.array(found),
  copies: z.array(place).describe("where nearly the same stands; not among the results"),
  note: z.string().nullable(),
});
type Answer = z.infer<typeof answer>;

export function registerRelated(server: McpServer, indexes: McpIndexes): void {
  server.registerTool(
    "related",
    {
      title: "What else is near a document",
      description:
        "Passages of other documents that are nearest in meaning to a document, to the passage at one of its lines, or to a search result by its id.",
      inputSchema: z.strictObject({
        id: z.number().int().min(1).optional().describe("the number after # in a search result"),
        path: z.string().min(1).max(5000).optional().describe("instead of id: a document's path, or the end of it"),
        line: z.number().int().min(1).optional().describe("with path: only the passage at this line"),
        limit: z.number().int().min(1).max(50).default(8).describe("most results"),
        ...documentFilters,
        ...indexArgument(indexes.names),
        maxBytes,
      }),
      outputSchema: answer,
      annotations: readOnly,
    },
    (input, context) => answered(() => relatedTool(indexes, input, context.mcpReq.signal)),
  );
}

interface RelatedInput extends WrittenFilter {
  readonly id?: number;
  readonly path?: string;
  readonly line?: number;
  readonly limit: number;
  readonly index?: string;
  readonly maxBytes: number;
}

async function relatedTool(indexes: McpIndexes, input: RelatedInput, signal: AbortSignal): Promise<ToolAnswer<Answer>> {
  const { id, path, line, limit, index, maxBytes: bytes } = input;
  if ((id === undefined) === (path === undefined)) throw new UsageError("give either id or path");
  if (id !== undefined && line !== undefined) throw new UsageError("line goes with path: an id is a passage already");
  const document = path === undefined ? null : await findDocument(indexes, path, index);
  const from = document ?? indexes.one(index);
  const where: RelatedPlace = document ? { path: document.document.path, line } : { chunkId: id! };
  const near = await from.ferris.related(where, { limit, filter: makeFilter(input), signal });
  if (near === null) throw new UsageError(`${path ?? `#${id}`} is not in the index (any more): search again`);
  const perResult = Math.floor(bytes / Math.max(1, near.results.length));
  const results = near.results.map((result) =>
    presented({ from, result }, "passages", perResult, { named: !indexes.isSingle }),
  );
  const { title, startLine, endLine } = near.source;
  const missing = missingVectorsText(near);
  const note = missing === null ? null : `Indexing is not finished: ${missing}.`;
  const parts = [
    note ?? "",
    results.length === 0 ? "Nothing else is near." : "",
    ...results.map(resultText),
    near.copies.length === 0
      ? ""
      : `Nearly the same, left out: ${near.copies.map((copy) => `${copy.path}:${copy.startLine}-${copy.endLine}`).join(", ")}`,
  ];
  return {
    text: parts.filter((part) => part !== "").join("\n\n"),
    structured: {
      source: { path: near.source.path, title, startLine, endLine },
      results,
      copies: [...near.copies],
      note,
    },
    links: near.results.map((result) => linkTo(from, result)),
  };
}
