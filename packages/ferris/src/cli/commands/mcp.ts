/**
 * `ferris mcp`: serves the index to assistants and editors over standard input and output.
 *
 * Standard output belongs to the protocol; everything else goes to standard error. Ends when the client closes the input.
 */
import { once } from "node:events";
import { Command } from "commander";
import { exitCodes } from "../../errors.ts";
import { openFerris } from "../open.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { versionOfFerris } from "../version.ts";
import { withExamples, withModelOptions } from "./shared-options.ts";

export function mcpCommand(): Command {
  const command = new Command("mcp")
    .summary("serve the index to assistants and editors (MCP, over stdio)")
    .description(
      "An MCP server with four tools: search, read, list, status. It reads the index and nothing else. Assistants start it\n" +
        "themselves; name the index with --db, since their working folder is seldom yours.",
    );
  withModelOptions(command);
  withExamples(command, [
    ["claude mcp add notes -- npx ferris mcp --db ~/notes/.ferris", "in Claude Code"],
    [
      '{"mcpServers": {"notes": {"command": "npx", "args": ["ferris", "mcp", "--db", "…"]}}}',
      "in other clients' settings",
    ],
  ]);
  return runs(command, mcp);
}

async function mcp(session: Session): Promise<number> {
  const [{ StdioServerTransport }, { makeServer }] = await Promise.all([
    import("@modelcontextprotocol/sdk/server/stdio.js"),
    import("../../mcp/server.ts"),
  ]);
  const ferris = await openFerris(session);
  try {
    // Before the first question: a missing index should be said when the server starts.
    await ferris.statistics();
    const server = makeServer(ferris, versionOfFerris());
    const closed = once(process.stdin, "end");
    await server.connect(new StdioServerTransport());
    session.inform(`serving ${ferris.folder}`);
    await closed;
    await server.close();
    return exitCodes.success;
  } finally {
    await ferris.close();
  }
}
