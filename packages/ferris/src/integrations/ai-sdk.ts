/**
 * ferris/ai-sdk: searching an index as a tool for the models of the Vercel AI SDK (ai 5, 6 and 7) and of what takes its tools, such as Mastra.
 */
import { z } from "zod";
import type { Ferris } from "../ferris.ts";
import type { FerrisSearchOptions } from "../options.ts";

const inputSchema = z.object({
  query: z.string().min(1).describe("What is looked for, in the words of a question or of the passage itself."),
  limit: z.number().int().min(1).max(50).optional().describe("How many passages are wanted."),
});

/** What the model gets. */
export interface FoundPassage {
  /** The file's absolute path. */
  readonly path: string;
  readonly headingPath: readonly string[];
  readonly startLine: number;
  readonly endLine: number;
  readonly page: number | null;
  readonly text: string;
}

/** A tool as `tools` of generateText and streamText takes it. */
export interface FerrisSearchTool {
  readonly description: string;
  readonly inputSchema: typeof inputSchema;
  execute(
    input: z.infer<typeof inputSchema>,
    call?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<FoundPassage[]>;
}

export interface FerrisToolOptions extends Omit<FerrisSearchOptions, "signal"> {
  /** What the model is told that the documents are; "the user's own documents" unless given. */
  readonly documents?: string | undefined;
}

/**
 * The passages that a model asks for, each with file and lines to cite. Nothing relevant is an empty list.
 *
 * @param options of Ferris.search; the model may ask for fewer or more than `limit`
 * @example
 * import { Ferris } from "ferris";
 * import { searchTool } from "ferris/ai-sdk";
 * const ferris = await Ferris.open({ db: "index" });
 * await ferris.index(["notes"]);
 * const tools = { search: searchTool(ferris, { limit: 5 }) };
 * // await generateText({ model, tools, prompt: "How do we rotate keys?" });
 * console.log((await tools.search.execute({ query: "how do I rotate a key" }))[0]?.path);
 * await ferris.close();
 */
export function searchTool(ferris: Ferris, options: FerrisToolOptions = {}): FerrisSearchTool {
  const { documents = "the user's own documents", ...usual } = options;
  return {
    description:
      `Searches ${documents}, by meaning and by words, and gives the passages that answer best, each with its file and lines. ` +
      "An empty list: nothing in them is relevant.",
    inputSchema,
    execute: async ({ query, limit }, call) => {
      const { results } = await ferris.search(query, {
        ...usual,
        limit: limit ?? usual.limit ?? 5,
        signal: call?.abortSignal,
      });
      return results.map(({ path, headingPath, startLine, endLine, page, text }) => ({
        path,
        headingPath,
        startLine,
        endLine,
        page,
        text,
      }));
    },
  };
}
