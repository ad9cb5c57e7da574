/**
 * MCP over HTTP at `/mcp`, for clients of both eras of the protocol: the same tools as `ferris mcp` over standard input and output.
 */
import { createMcpHandler } from "@modelcontextprotocol/server";
import { basename, dirname } from "node:path";
import { McpIndexes } from "../../mcp/indexes.ts";
import { makeServer } from "../../mcp/server.ts";
import type { ServerContext } from "../context.ts";
import { newDoor } from "../routes.ts";

export function mcpDoor({ ferris, version }: ServerContext) {
  const door = newDoor();
  if (ferris === null) return door;
  const name = basename(ferris.folder) === ".ferris" ? basename(dirname(ferris.folder)) : basename(ferris.folder);
  const indexes = new McpIndexes([{ name: name || "index", ferris }]);
  const handler = createMcpHandler(() => makeServer(indexes, version));
  door.all("/mcp", (c) => handler.fetch(c.req.raw));
  return door;
}
