/**
 * `ferris serve`: models and an index over HTTP, for programs written for OpenAI, text-embeddings-inference, Cohere, Jina or Ollama;
 * and one warm process for this user's other commands.
 */
import { availableParallelism } from "node:os";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { IndexNotFoundError, InputError, UsageError } from "../../errors.ts";
import type { NamedFerris } from "../../several-indexes.ts";
import type { Address } from "../../server/listener.ts";
import { exitCodes } from "../exit-codes.ts";
import { endpointOf } from "../endpoint.ts";
import { expandHome } from "../io/home.ts";
import { speedsFile } from "../io/cache-folder.ts";
import { openInBrowser, pageAddress } from "../io/open-in-browser.ts";
import { openFile } from "../interactive/open-file.ts";
import { modelOptions, openIndexes } from "../open.ts";
import type { Warmth } from "../caller.ts";
import { Flag } from "../options.ts";
import { modelNamed } from "../config/settings.ts";
import { shownSettings } from "../config/shown.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { versionOfFerris } from "../version.ts";
import type { RunProgram } from "../warm/host.ts";
import { findOwnPlace, removeStale } from "../warm/own-place.ts";
import { withExamples, withModelOptions } from "./shared-options.ts";

interface ServeCommandOptions {
  readonly host?: string;
  readonly port?: string;
  readonly unixSocket?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly serveModel?: readonly string[];
  readonly rerankers?: readonly string[];
  readonly apiKeyFile?: string;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly allowIndex?: readonly string[];
  readonly strictLength?: boolean;
  readonly unloadAfter?: string;
  readonly idleExit?: string;
  readonly daemon?: boolean;
  readonly open?: boolean;
}

/** @param runProgram runs a command line for another process of this user */
export function serveCommand(runProgram: RunProgram): Command {
  const command = new Command("serve")
    .summary("models and the index over HTTP, and a page to search in")
    .description(
      "Serves a page to search in, and embeddings, reranking and search over HTTP. Programs written for OpenAI, text-embeddings-inference, Cohere, Jina,\n" +
        "Voyage or Ollama work with it when their base URL is set to this server's. Listens on this machine alone unless --host\n" +
        "says otherwise. Your own search, ask, embed and mcp use it by themselves while it runs: it keeps models and indexes\n" +
        "ready. Stops at Ctrl-C, or with ferris stop, when what was accepted is answered.",
    );
  command
    .addOption(new Flag("--host <address>", "address to listen on (default: 127.0.0.1)"))
    .addOption(new Flag("--port <n>", "port to listen on (default: 8088; 0: a free one)"))
    .addOption(new Flag("--unix-socket <file>", "listen on this socket of the file system in place of a port"))
    .addOption(new Flag("--tls-cert <file>", "certificate (PEM): serve HTTPS; needs --tls-key"))
    .addOption(new Flag("--tls-key <file>", "its private key (PEM)"))
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
    .addOption(new Flag("--allow-host <name>", "another name that this server answers to", { repeated: true }))
    .addOption(new Flag("--allow-origin <origin>", "pages of this origin may call", { repeated: true }))
    .addOption(
      new Flag("--allow-index <dir>", "clients may have this folder indexed, too", {
        values: "folders",
        repeated: true,
      }),
    )
    .addOption(
      new Flag("--strict-length", "a text that is too long is an error; by default it is cut, and a header says so"),
    )
    .addOption(new Flag("--unload-after <minutes>", "unload models that have been idle for this long"))
    .addOption(new Flag("--idle-exit <minutes>", "stop after this long without a request"))
    .addOption(new Flag("--daemon", "go on in the background, until ferris stop"))
    .addOption(new Flag("--open", "show the page in your browser"));
  withModelOptions(command);
  withExamples(command, [
    ["ferris serve --open", "search in your browser"],
    ["ferris serve", "OPENAI_BASE_URL=http://127.0.0.1:8088/v1 in other programs"],
    ["ferris serve --daemon --idle-exit 60", "searches by this user are answered at once from now on"],
    ["ferris serve --reranker cross-encoder/ms-marco-MiniLM-L6-v2 --port 11434", "where Ollama's clients look"],
  ]);
  return runs(command, (session, _, options) => serve(session, options as ServeCommandOptions, runProgram), {
    takesSeveralIndexes: true,
  });
}

async function serve(session: Session, options: ServeCommandOptions, runProgram: RunProgram): Promise<number> {
  const address = addressOf(options);
  const idleExitMs = minutes("--idle-exit", options.idleExit);
  const unloadMs = minutes("--unload-after", options.unloadAfter);
  const { apiKeyFile } = options;
  const { keysOf } = await import("../../server/keys.ts");
  const apiKeys = apiKeyFile === undefined ? [] : keysOf(fileText(apiKeyFile).toString());
  const place = await findOwnPlace(session);
  const show = (url: string): void => {
    if (options.open)
      openInBrowser(url, (reason) => session.warn(`no browser was opened (${reason}): go to ${pageAddress(url)}`));
  };
  if (options.daemon) return startInBackground(session, place, show);

  const [{ startServer }, { ModelPool }, { IndexPool }, { CommandHost }, { tellReady }, { Telemetry }] =
    await Promise.all([
      import("../../server/start.ts"),
      import("../../models/model-pool.ts"),
      import("../../server/indexes.ts"),
      import("../warm/host.ts"),
      import("../warm/daemon.ts"),
      import("../../server/telemetry.ts"),
    ]);
  // Whoever asks for something small is not to wait for a batch; but on two cores the thread takes more than it gives (docs/performance.md).
  const cpuThread = availableParallelism() > 2;
  const pool = new ModelPool({ load: { ...modelOptions(session), cpuThread }, idleMs: unloadMs });
  const indexes = new IndexPool({ models: pool });
  const warmth = {
    openFerris: (wanted: Parameters<typeof indexes.open>[0]) => indexes.open({ ...wanted, ...pool.loadedAs(wanted) }),
    embeddingModel: pool.embeddingModel.bind(pool),
  };
  const { indexes: served, model } = await openServed(session, warmth);
  const telemetry = Telemetry.open({
    environment: process.env,
    version: versionOfFerris(),
    say: (line) => session.warn(line),
  });
  const host = new CommandHost({ warmth, version: versionOfFerris(), runProgram });
  const stopped = new AbortController();
  const signal = AbortSignal.any([
    session.interruptible("stopping, when what was accepted is answered"),
    stopped.signal,
  ]);
  if (place.path !== null) removeStale(place.path);
  const server = await startServer({
    address,
    ownSocket:
      place.path === null
        ? null
        : {
            path: place.path,
            onUpgrade: (request, socket, head) => host.take(request.headers.upgrade, socket, head),
            onStop: () => stopped.abort(),
            commands: () => host.commands,
          },
    models: options.serveModel?.map((name) => modelNamed(name)) ?? [model],
    rerankers: options.rerankers?.map((name) => modelNamed(name)) ?? [],
    pool,
    indexes: served,
    indexable: (options.allowIndex ?? []).map((folder) => resolve(expandHome(folder))),
    endpoint: endpointOf(session),
    // Whoever reaches another address, or another name of this one, may sit anywhere.
    openFile:
      "host" in address && isOwnAddress(address.host) && !options.allowHost && !options.allowOrigin ? openFile : null,
    apiKeys,
    allowedHosts: options.allowHost ?? [],
    allowedOrigins: options.allowOrigin ?? [],
    strictLength: options.strictLength ?? false,
    machine: {
      settings: shownSettings(session.settings),
      speeds: speedsFile(),
      load: modelOptions(session),
    },
    version: versionOfFerris(),
    telemetry,
    onRequest: (entry, cause) => {
      if (session.json) session.printJson(entry);
      if (cause instanceof Error && entry.status >= 500) session.warn(cause.stack ?? cause.message);
    },
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== "listen") throw error;
    throw new InputError(`${nameOf(address)} cannot be listened on: ${error.message}`, { cause: error });
  });
  session.inform(`listening on ${server.url}${served.length === 0 ? " (no index: /search is not there)" : ""}`);
  if (apiKeys.length === 0 && "host" in address && !isOwnAddress(address.host)) {
    session.warn("anyone who can reach this address can read the documents: require keys with --api-key-file");
  }
  tellReady(server.url);
  if (server.url !== null) show(server.url);
  // Whoever comes first should not wait for it; where it cannot be loaded, their request says so.
  if (unloadMs === null)
    pool
      .embedding(options.serveModel?.map((name) => modelNamed(name))[0] ?? model)
      .use(async () => {}, signal)
      .catch(() => {});
  await ended(signal, idleExitMs, () => server.idleMs);
  await server.close();
  await telemetry?.close();
  await Promise.all(served.map(({ ferris }) => ferris.close()));
  await indexes.close();
  await pool.close();
  return exitCodes.success;
}

async function startInBackground(
  session: Session,
  { path, running }: Awaited<ReturnType<typeof findOwnPlace>>,
  show: (url: string) => void,
): Promise<number> {
  if (path === null && running === null) {
    throw new UsageError("--daemon needs a socket to be found by, and there is no place for one: see FERRIS_SOCKET");
  }
  if (running !== null) {
    session.inform(`already running: process ${running.pid}, ${running.url}`);
    if (running.url !== null) show(running.url);
    return exitCodes.success;
  }
  const { startDaemon } = await import("../warm/daemon.ts");
  const { pid, url, log } = await startDaemon(
    process.argv.slice(2).filter((word) => word !== "--daemon" && word !== "--open"),
  );
  if (url !== null) show(url);
  if (session.json) session.printJson({ pid, url, log });
  else session.inform(`listening on ${url} (process ${pid}; it writes to ${log})`);
  return exitCodes.success;
}

/** The indexes in force that are there, and the first one's model; else the bundled one. */
async function openServed(session: Session, warmth: Warmth) {
  const { bundledModel } = await import("../../engine.ts");
  const indexes: NamedFerris[] = [];
  let recorded: string | null = null;
  for (const index of await openIndexes(session, { warmth })) {
    try {
      const { identity } = await index.ferris.statistics();
      recorded ??= identity.model;
      indexes.push(index);
    } catch (error) {
      if (!(error instanceof IndexNotFoundError)) throw error;
      if (session.databases.length > 0 || isShared(index)) session.warn(error.message);
      // On a server somebody else makes it, or workers do as soon as documents are queued: it is found when it is there.
      if (isShared(index)) indexes.push(index);
      else await index.ferris.close();
    }
  }
  return { indexes, model: session.settings.values.model ?? recorded ?? bundledModel };
}

/** Whether it is on a server, where others write to it. */
function isShared({ ferris }: NamedFerris): boolean {
  return ferris.ownFolder === null;
}

/** Resolves when `signal` is aborted, or nobody has asked for anything for `idleExitMs`. */
async function ended(signal: AbortSignal, idleExitMs: number | null, idleMs: () => number): Promise<void> {
  await new Promise<void>((done) => {
    if (signal.aborted) return done();
    signal.addEventListener("abort", () => done(), { once: true });
    if (idleExitMs === null) return undefined;
    const look = (): void => {
      const left = idleExitMs - idleMs();
      if (left <= 0) done();
      else setTimeout(look, Math.max(20, left)).unref();
    };
    return look();
  });
}

function addressOf({ host = "127.0.0.1", port, unixSocket, tlsCert, tlsKey, open }: ServeCommandOptions): Address {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError("--tls-cert and --tls-key belong together: give both, or none");
  }
  if (unixSocket !== undefined) {
    if (open) throw new UsageError("--open needs a port: browsers do not open sockets of the file system");
    if (port !== undefined || tlsCert !== undefined) {
      throw new UsageError("--unix-socket stands in place of a port: it takes neither --port nor TLS");
    }
    return { path: unixSocket };
  }
  const address = { host, port: portOf(port ?? "8088") };
  if (tlsCert === undefined || tlsKey === undefined) return address;
  return { ...address, tls: { cert: fileText(tlsCert), key: fileText(tlsKey) } };
}

/** Whether it can be reached from this machine alone. */
function isOwnAddress(host: string): boolean {
  return /^(?:127\.|::1$|localhost$)/.test(host);
}

function nameOf(address: Address): string {
  return "path" in address ? address.path : `${address.host} port ${address.port}`;
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port is "${text}": it must be a whole number from 0 to 65535`);
}

/** Minutes as milliseconds; null where none are given. */
function minutes(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  // The longest that a timer takes.
  if (text.trim() !== "" && value > 0 && value <= 35_000) return value * 60_000;
  throw new UsageError(`${flag} is "${text}": it must be a number of minutes above 0, at most 35000`);
}

function fileText(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
