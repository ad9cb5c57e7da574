/** The tool `list`: documents in order of path, page by page. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { makeFilter, type WrittenFilter } from "../../search/filter.ts";
import { answered, indexArgument, readOnly, type ToolAnswer } from "../answers.ts";
import { documentFilters } from "../filters.ts";
import type { McpIndexes } from "../indexes.ts";

const answer = z.object({
  documents: z.array(
    z.object({
      path: z.string(),
      index: z.string().optional(),
      type: z.string(),
      title: z.string().nullable(),
      chunks: z.number().int(),
      modified: z.string().describe("when the file was changed, ISO 8601"),
    }),
  ),
  total: z.number().int().describe("documents that the filters keep"),
  next: z.string().nullable().describe("after for the next page; null where there is none"),
});
type Answer = z.infer<typeof answer>;

export function registerList(server: McpServer, indexes: McpIndexes): void {
  server.registerTool(
    "list",
    {
      title: "List the documents",
      description: "Documents in the index, in order of path: type, title, number of chunks, time of change.",
      inputSchema: z.strictObject({
        ...documentFilters,
        limit: z.number().int().min(1).max(1000).default(50).describe("most documents"),
        after: z.string().optional().describe("only paths after this one: for the next page"),
        ...indexArgument(indexes.names),
      }),
      outputSchema: answer,
      annotations: readOnly,
    },
    (input: ListInput) => answered(() => listTool(indexes, input)),
  );
}

interface ListInput extends WrittenFilter {
  readonly limit: number;
  readonly after?: string;
  readonly index?: string;
}

async function listTool(indexes: McpIndexes, input: ListInput): Promise<ToolAnswer<Answer>> {
  const filter = makeFilter(input);
  const all: Answer["documents"][number][] = [];
  for (const { name, ferris } of indexes.chosen(input.index)) {
    for (const { path, type, title, chunks, modifiedTime } of await ferris.documents({ filter })) {
      const modified = new Date(modifiedTime).toISOString();
      all.push({ path, ...(indexes.isSingle ? {} : { index: name }), type, title, chunks, modified });
    }
  }
  if (!indexes.isSingle) all.sort((a, b) => (a.path < b.path ? -1 : 1));
  const rest = input.after === undefined ? all : all.filter(({ path }) => path > input.after!);
  const documents = rest.slice(0, input.limit);
  const more = rest.length - documents.length;
  const next = more > 0 ? documents.at(-1)!.path : null;
  const lines = documents.map(({ path, type, chunks, modified, title }) => {
    const counted = chunks === 1 ? "1 chunk" : `${chunks} chunks`;
    return `${path}  (${type}, ${counted}, ${modified})${title === null ? "" : `  ${title}`}`;
  });
  const end = more > 0 ? `… and ${more} more: ask again with after "${next}"` : `${all.length} documents`;
  return { text: [...lines, end].join("\n"), structured: { documents, total: all.length, next } };
}
