/**
 * `ferris serve`: models and an index over HTTP, for programs written for OpenAI, text-embeddings-inference, Cohere, Jina or Ollama.
 */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { IndexNotFoundError, InputError, UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { bundledModel } from "../../engine.ts";
import { modelOptions, openFerris } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { versionOfFerris } from "../version.ts";
import { withExamples, withModelOptions } from "./shared-options.ts";

interface ServeCommandOptions {
  readonly host?: string;
  readonly port?: string;
  readonly serveModel?: readonly string[];
  readonly rerankers?: readonly string[];
  readonly apiKeyFile?: string;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly strictLength?: boolean;
}

export function serveCommand(): Command {
  const command = new Command("serve")
    .summary("models and the index over HTTP")
    .description(
      "Serves embeddings, reranking and search over HTTP. Programs written for OpenAI, text-embeddings-inference, Cohere, Jina,\n" +
        "Voyage or Ollama work with it when their base URL is set to this server's. Listens on this machine alone unless --host\n" +
        "says otherwise. Stops at Ctrl-C, when what was accepted is answered.",
    );
  command
    .addOption(new Flag("--host <address>", "address to listen on (default: 127.0.0.1)"))
    .addOption(new Flag("--port <n>", "port to listen on (default: 8088; 0: a free one)"))
    .addOption(
      new Flag("--serve-model <id>", "a model to serve (default: the index's, or the bundled one)", {
        values: "folders",
        repeated: true,
      }),
    )
    // Not the setting of that name, which is one model.
    .addOption(
      new Flag("--reranker <id>", "a reranker to serve", { values: "folders", repeated: true, as: "rerankers" }),
    )
    .addOption(new Flag("--api-key-file <file>", "keys that clients must have, one per line"))
    .addOption(new Flag("--allow-host <name>", "a further name of this server", { repeated: true }))
    .addOption(new Flag("--allow-origin <origin>", "pages of this origin may call", { repeated: true }))
    .addOption(
      new Flag("--strict-length", "a text that is too long is an error; by default it is cut, and a header says so"),
    );
  withModelOptions(command);
  withExamples(command, [
    ["ferris serve", "OPENAI_BASE_URL=http://127.0.0.1:8088/v1 in other programs"],
    ["ferris serve --reranker cross-encoder/ms-marco-MiniLM-L6-v2 --port 11434", "where Ollama's clients look"],
  ]);
  return runs(command, (session, _, options) => serve(session, options as ServeCommandOptions));
}

async function serve(session: Session, options: ServeCommandOptions): Promise<number> {
  const { startServer } = await import("../../server/start.ts");
  const { keysOf } = await import("../../server/keys.ts");
  const port = options.port === undefined ? undefined : portOf(options.port);
  const { host = "127.0.0.1", apiKeyFile } = options;
  const apiKeys = apiKeyFile === undefined ? [] : keysOf(readKeys(apiKeyFile));
  const ferris = await openFerris(session);
  let model = session.settings.values.model ?? bundledModel;
  let index: typeof ferris | null = ferris;
  try {
    const { identity } = await ferris.statistics();
    if (session.settings.values.model === null) model = identity.model;
  } catch (error) {
    if (!(error instanceof IndexNotFoundError)) throw error;
    index = null;
  }
  const signal = session.interruptible("stopping, when what was accepted is answered");
  const server = await startServer({
    host,
    port,
    models: options.serveModel ?? [model],
    rerankers: options.rerankers ?? [],
    load: modelOptions(session),
    ferris: index,
    apiKeys,
    allowedHosts: options.allowHost ?? [],
    allowedOrigins: options.allowOrigin ?? [],
    strictLength: options.strictLength ?? false,
    version: versionOfFerris(),
    onRequest: (entry, cause) => {
      if (session.json) session.printJson(entry);
      if (cause instanceof Error && entry.status >= 500) session.warn(cause.stack ?? cause.message);
    },
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== "listen") throw error;
    throw new InputError(`${host} port ${port ?? 8088} cannot be listened on: ${error.message}`, { cause: error });
  });
  session.inform(`listening on ${server.url}${index === null ? " (no index: /search is not there)" : ""}`);
  if (apiKeys.length === 0 && !/^(?:127\.|::1$|localhost$)/.test(host)) {
    session.warn("everybody who reaches this address may read the documents: name keys with --api-key-file");
  }
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.close();
  await ferris.close();
  return exitCodes.success;
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port is "${text}": it must be a whole number from 0 to 65535`);
}

function readKeys(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
