/** The tool `status`: what the indexes hold, of which folders and which model, and how fresh they are. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answered, indexArgument, readOnly, type ToolAnswer } from "../answers.ts";
import type { McpIndexes } from "../indexes.ts";

const answer = z.object({
  indexes: z.array(
    z.object({
      name: z.string(),
      folder: z.string(),
      documents: z.number().int(),
      chunks: z.number().int(),
      chunksWithVectors: z
        .number()
        .int()
        .describe("the others are found by words alone, until indexing has got to them"),
      bytes: z.number().int(),
      types: z.record(z.string(), z.number().int()),
      roots: z.array(z.string()).describe("folders and files that were indexed"),
      model: z.string(),
      lastIndexed: z.string().nullable().describe("ISO 8601"),
      changed: z.number().int().describe("documents whose files have changed since they were indexed"),
      gone: z.number().int().describe("documents whose files no longer exist"),
      vectorRetriever: z
        .object({ retriever: z.enum(["index", "gpu"]), reason: z.string() })
        .describe("who compares vectors"),
    }),
  ),
});
type Answer = z.infer<typeof answer>;

export function registerStatus(server: McpServer, indexes: McpIndexes): void {
  server.registerTool(
    "status",
    {
      title: "Index status",
      description: "What the index holds, of which folders and which model, and when it was last brought up to date.",
      inputSchema: z.strictObject({ ...indexArgument(indexes.names) }),
      outputSchema: answer,
      annotations: readOnly,
    },
    (input: { readonly index?: string }) => answered(() => statusTool(indexes, input.index)),
  );
}

async function statusTool(indexes: McpIndexes, index: string | undefined): Promise<ToolAnswer<Answer>> {
  const described: Answer["indexes"][number][] = [];
  for (const { name, ferris } of indexes.chosen(index)) {
    const { documents, chunks, chunksWithVectors, bytes, types, roots, identity, lastIndexedTime } =
      await ferris.statistics();
    const { changed, gone } = await ferris.freshness();
    described.push({
      name,
      folder: ferris.folder,
      documents,
      chunks,
      chunksWithVectors,
      bytes,
      types: { ...types },
      roots: [...roots],
      model: identity.model,
      lastIndexed: lastIndexedTime === null ? null : new Date(lastIndexedTime).toISOString(),
      changed,
      gone,
      vectorRetriever: { ...(await ferris.vectorRetriever()) },
    });
  }
  return { text: JSON.stringify({ indexes: described }, null, 1), structured: { indexes: described } };
}
