/**
 * MCP over HTTP at `/mcp`, for clients of both eras of the protocol: the same tools as `ferris mcp` over standard input and output.
 */
import { createMcpHandler } from "@modelcontextprotocol/server";
import { cancellable } from "../../mcp/cancellable.ts";
import { McpIndexes } from "../../mcp/indexes.ts";
import { makeServer } from "../../mcp/server.ts";
import type { ServerContext } from "../context.ts";
import { newDoor } from "../routes.ts";

export function mcpDoor({ indexes, version }: ServerContext) {
  const door = newDoor();
  if (indexes.length === 0) return door;
  const served = new McpIndexes(indexes);
  const handler = createMcpHandler(() => makeServer(served, version));
  const answer = cancellable((request, parsedBody) =>
    handler.fetch(request, parsedBody === undefined ? {} : { parsedBody }),
  );
  door.all("/mcp", (c) => answer(c.req.raw));
  return door;
}
