/**
 * `ferris mcp`: serves indexes to assistants and editors over standard input and output.
 *
 * Standard output belongs to the protocol; everything else goes to standard error. Ends when the client has closed the input and every
 * request has been answered. Without an index it starts all the same, and says so when it is asked: a client shows what a tool answers, not
 * why a process ended.
 */
import type { Writable } from "node:stream";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import type { Ferris } from "../../ferris.ts";
import type { RerankDefault } from "../../mcp/tools/search.ts";
import type { NamedFerris } from "../../several-indexes.ts";
import { caller, callersPath } from "../caller.ts";
import { expandHome } from "../io/home.ts";
import { openFerris, withNames } from "../open.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { versionOfFerris } from "../version.ts";
import { rerankerForQuestion, withExamples, withModelOptions } from "./shared-options.ts";

export function mcpCommand(): Command {
  const command = new Command("mcp")
    .summary("serve indexes to assistants and editors (MCP, over stdio)")
    .description(
      "An MCP server with six tools: search, related, read, multi_get, list, status. It reads indexes and nothing else. Assistants start\n" +
        "it themselves; name the index with --db, since their working folder is seldom yours. Several FOLDERs are served together.",
    )
    .argument("[folder...]", "folders with an index, or indexes themselves; else the index in force");
  withModelOptions(command);
  withExamples(command, [
    ["claude mcp add notes -- npx ferris mcp --db ~/notes/.ferris", "in Claude Code"],
    [
      '{"mcpServers": {"notes": {"command": "npx", "args": ["ferris", "mcp", "--db", "…"]}}}',
      "in other clients' settings",
    ],
    ["ferris mcp ~/notes ~/work/handbook", "two indexes in one server"],
  ]);
  return runs(command, (session, [folders]) => mcp(session, folders as readonly string[]));
}

async function mcp(session: Session, folders: readonly string[]): Promise<number> {
  const [{ serveStdio }, { AnsweringTransport }, { makeServer }, { McpIndexes }] = await Promise.all([
    import("@modelcontextprotocol/server/stdio"),
    import("../io/answering-transport.ts"),
    import("../../mcp/server.ts"),
    import("../../mcp/indexes.ts"),
  ]);
  const rerankingOf: RerankDefault = (question, mode, minScore) =>
    rerankerForQuestion(session, { minScore }, question, mode);
  const opened = await openAll(session, folders, session.settings.values.reranker ?? undefined);
  try {
    const indexes = new McpIndexes(opened);
    for (const { ferris } of opened) {
      await ferris.statistics().then(
        () => session.inform(`serving ${ferris.folder}`),
        (error: Error) => session.warn(error.message),
      );
    }
    const { stdin, stdout } = caller();
    const transport = new AnsweringTransport(stdin, stdout as Writable);
    // Whatever era of the protocol the client speaks: it is told apart by its first message.
    const server = serveStdio(() => makeServer(indexes, versionOfFerris(), { rerankingOf }), {
      transport,
      onerror: (error) => session.warn(error.message),
    });
    await transport.closed;
    await server.close();
    return exitCodes.success;
  } finally {
    await Promise.all(opened.map(({ ferris }) => ferris.close()));
  }
}

async function openAll(
  session: Session,
  folders: readonly string[],
  reranker: string | undefined,
): Promise<NamedFerris[]> {
  if (folders.length === 0) return withNames([await openFerris(session, { reranker })]);
  const opened: Ferris[] = [];
  for (const folder of folders) {
    // Clients start us from JSON, where nobody has replaced the ~.
    const named = resolve(callersPath(expandHome(folder)));
    const inside = join(named, ".ferris");
    opened.push(await openFerris(session, { db: existsSync(inside) ? inside : named, reranker }));
  }
  return withNames(opened);
}
