/** The tool `multi_get`: the beginnings of several documents at once, by paths or globs, within one budget. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { UsageError } from "../../errors.ts";
import { makeFilter } from "../../search/filter.ts";
import { answered, indexArgument, maxBytes, readOnly, type ToolAnswer } from "../answers.ts";
import { findDocument, type FoundDocument } from "../find-document.ts";
import type { McpIndexes } from "../indexes.ts";
import { passage, passageText, passageWithin, type Passage } from "./read.ts";

const mostDocuments = 50;

const answer = z.object({
  documents: z.array(passage),
  missing: z.array(z.string()).describe("paths that no document has, or several have, and why"),
  omitted: z.number().int().describe("documents that match and did not fit: name them, or raise maxBytes"),
});
type Answer = z.infer<typeof answer>;

export function registerMultiGet(server: McpServer, indexes: McpIndexes): void {
  server.registerTool(
    "multi_get",
    {
      title: "Read several documents",
      description: "The beginnings of several documents in one call, by path (or the end of one) or by glob.",
      inputSchema: z.strictObject({
        paths: z
          .array(z.string().min(1).max(5000))
          .min(1)
          .max(mostDocuments)
          .describe("paths, ends of paths, or globs such as docs/*.md"),
        count: z.number().int().min(1).max(1000).default(60).describe("most lines per document"),
        ...indexArgument(indexes.names),
        maxBytes,
      }),
      outputSchema: answer,
      annotations: readOnly,
    },
    (input: MultiGetInput) => answered(() => multiGet(indexes, input)),
  );
}

interface MultiGetInput {
  readonly paths: readonly string[];
  readonly count: number;
  readonly index?: string;
  readonly maxBytes: number;
}

async function multiGet(indexes: McpIndexes, input: MultiGetInput): Promise<ToolAnswer<Answer>> {
  const found = new Map<string, FoundDocument>();
  const missing: string[] = [];
  for (const path of input.paths) {
    for (const document of await matching(indexes, path, input.index, missing)) {
      found.set(`${document.name}\0${document.document.path}`, document);
    }
  }
  const all = [...found.values()];
  const read = all.slice(0, mostDocuments);
  const perDocument = Math.max(256, Math.floor(input.maxBytes / Math.max(1, read.length)));
  const documents: Passage[] = [];
  let used = 0;
  for (const { ferris, document, name } of read) {
    if (used + 256 > input.maxBytes && documents.length > 0) break;
    const lines = await ferris.readDocument(document.path, { from: 1, count: input.count });
    if (lines === null) continue;
    const within = passageWithin(lines, perDocument, indexes.isSingle ? undefined : name);
    used += within.lines.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 8, 0);
    documents.push(within);
  }
  const omitted = all.length - documents.length;
  const notes = [...missing, ...(omitted > 0 ? [`${omitted} more documents match: raise maxBytes, or name them`] : [])];
  const text = [...documents.map(passageText), ...notes].join("\n\n");
  return { text: text === "" ? "Nothing matches." : text, structured: { documents, missing, omitted } };
}

async function matching(
  indexes: McpIndexes,
  path: string,
  index: string | undefined,
  missing: string[],
): Promise<readonly FoundDocument[]> {
  if (!/[*?{[]/.test(path)) {
    try {
      return [await findDocument(indexes, path, index)];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      missing.push(error.message);
      return [];
    }
  }
  const filter = makeFilter({ paths: [path] });
  const found: FoundDocument[] = [];
  for (const named of indexes.chosen(index)) {
    for (const document of await named.ferris.documents({ filter })) found.push({ ...named, document });
  }
  if (found.length === 0) missing.push(`${path} matches no document`);
  return found;
}
