/** The tool `read`: lines of an indexed document, around a search result by its id or by path. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { UsageError } from "../../errors.ts";
import type { DocumentPassage, LineRange } from "../../search/passage.ts";
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
import { findDocument } from "../find-document.ts";
import type { McpIndexes } from "../indexes.ts";

export const passage = z.object({
  path: z.string(),
  index: z.string().optional(),
  title: z.string().nullable(),
  headings: z.array(z.string()).describe("above the first line"),
  linesOf: z.enum(["file", "text"]).describe("text: lines of the extracted text, for formats without lines"),
  lines: z.array(numberedLine),
  lastLine: z.number().int().describe("the document's last line"),
  stale: z.enum(["changed", "gone"]).nullable().describe("what became of the file since it was indexed"),
  nextFrom: z.number().int().nullable().describe("from for what follows; null at the document's end"),
});
export type Passage = z.infer<typeof passage>;

export function registerRead(server: McpServer, indexes: McpIndexes): void {
  server.registerTool(
    "read",
    {
      title: "Read on in a document",
      description: "Lines of an indexed document, with their numbers: around a search result by its id, or by path.",
      inputSchema: z.strictObject({
        id: z.number().int().min(1).optional().describe("the number after # in a search result"),
        path: z.string().min(1).max(5000).optional().describe("instead of id: a document's path, or the end of it"),
        from: z.number().int().min(1).optional().describe("first line; for an id the passage's own unless given"),
        count: z.number().int().min(1).max(1000).default(60).describe("how many lines"),
        ...indexArgument(indexes.names),
        maxBytes,
      }),
      outputSchema: passage,
      annotations: readOnly,
    },
    (input: ReadInput) => answered(() => readTool(indexes, input)),
  );
}

interface ReadInput {
  readonly id?: number;
  readonly path?: string;
  readonly from?: number;
  readonly count: number;
  readonly index?: string;
  readonly maxBytes: number;
}

async function readTool(indexes: McpIndexes, input: ReadInput): Promise<ToolAnswer<Passage>> {
  const { id, path, from, count, index } = input;
  if ((id === undefined) === (path === undefined)) throw new UsageError("give either id or path");
  let name: string;
  let found: DocumentPassage | null;
  if (id === undefined) {
    const { ferris, document, name: called } = await findDocument(indexes, path!, index);
    name = called;
    found = await ferris.readDocument(document.path, { from: from ?? 1, count });
    if (found === null) throw new UsageError(`${path} is no longer in the index`);
  } else {
    const range: LineRange | undefined = from === undefined ? undefined : { from, count };
    const one = indexes.one(index);
    name = one.name;
    found = await one.ferris.read(id, range);
    if (found === null) throw new UsageError(`there is no #${id} in the index, or no longer: search again`);
  }
  const result = passageWithin(found, input.maxBytes, indexes.isSingle ? undefined : name);
  return { text: passageText(result), structured: result };
}

/** A passage cut to a budget, with where it goes on. */
export function passageWithin(found: DocumentPassage, bytes: number, index: string | undefined): Passage {
  const { lines } = linesWithin(found.lines, bytes);
  const last = lines.at(-1)?.number;
  return {
    path: found.path,
    ...(index === undefined ? {} : { index }),
    title: found.title,
    headings: [...found.headingPath],
    linesOf: found.lineBasis,
    lines,
    lastLine: found.lastLine,
    stale: found.stale ?? null,
    nextFrom: last !== undefined && last < found.lastLine ? last + 1 : null,
  };
}

export function passageText({ path, headings, lines, lastLine, nextFrom, linesOf, stale }: Passage): string {
  const shown = lines.length === 0 ? "(nothing at these lines)" : linesText(lines);
  const basis = linesOf === "text" ? "; lines are of the extracted text, not of the file" : "";
  const old = stale === null ? "" : `; as indexed: the file ${stale === "gone" ? "is gone" : "has changed since"}`;
  const more = nextFrom === null ? "" : `\n(more: from ${nextFrom})`;
  return `${path}  ${headings.join(" › ")}  (the last line is ${lastLine}${basis}${old})\n${shown}${more}`;
}
