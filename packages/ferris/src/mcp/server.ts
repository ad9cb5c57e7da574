/**
 * An MCP server over one or several indexes: search, what is related, read on, list documents, status. https://modelcontextprotocol.io
 *
 * Everything comes out of the indexes, so nothing outside the folders that were indexed can be read, whatever path is asked for.
 * Arguments are checked strictly: a misspelt one is an error and not an empty answer. A tool is a file of tools/.
 */
import { McpServer } from "@modelcontextprotocol/server";
import type { McpIndexes } from "./indexes.ts";
import { instructionsFor } from "./instructions.ts";
import { registerDocuments } from "./resources.ts";
import { registerList } from "./tools/list.ts";
import { registerMultiGet } from "./tools/multi-get.ts";
import { registerRead } from "./tools/read.ts";
import { registerRelated } from "./tools/related.ts";
import { registerSearch, type RerankDefault } from "./tools/search.ts";
import { registerStatus } from "./tools/status.ts";

export interface McpServerOptions {
  /** How a search is reranked whose caller does not say; none is, unless given. */
  readonly rerankingOf?: RerankDefault | undefined;
}

/** A server that is ready to be connected to a transport; closing `indexes` is the caller's. */
export async function makeServer(
  indexes: McpIndexes,
  version: string,
  { rerankingOf }: McpServerOptions = {},
): Promise<McpServer> {
  const server = new McpServer(
    { name: "ferris", title: "ferris: the user's documents", version },
    {
      instructions: await instructionsFor(indexes),
      // What is offered never changes while a server runs.
      capabilities: { tools: { listChanged: false }, resources: { listChanged: false } },
    },
  );
  registerSearch(server, indexes, rerankingOf);
  registerRelated(server, indexes);
  registerRead(server, indexes);
  registerMultiGet(server, indexes);
  registerList(server, indexes);
  registerStatus(server, indexes);
  registerDocuments(server, indexes);
  return server;
}
