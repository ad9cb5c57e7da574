/**
 * A server that listens: at an address, at sockets of the file system, or at both; and an end that answers what was let in.
 */
import type { ModelPool } from "../models/model-pool.ts";
import type { EndpointSettings } from "../answer/endpoint.ts";
import type { NamedFerris } from "../several-indexes.ts";
import { Admission, type AdmissionLimits, usualLimits } from "./admission.ts";
import { makeApp, type RequestLog } from "./app.ts";
import type { OpenFile, ServerContext } from "./context.ts";
import { builtPage } from "./doors/page.ts";
import { HostCheck } from "./hosts.ts";
import { IndexJobs } from "./index-jobs.ts";
import { KeyRing } from "./keys.ts";
import type { MachineSettings } from "./machine.ts";
import { MapDrawings } from "./map-drawings.ts";
import { type Address, type Listener, listen, type Timeouts, usualTimeouts } from "./listener.ts";
import { Metrics } from "./metrics.ts";
import { ServedModels } from "./models.ts";
import type { Telemetry } from "./telemetry.ts";
import type { UpgradeHandler } from "./upgrade.ts";

export interface OwnSocket {
  readonly path: string;
  readonly onUpgrade: UpgradeHandler;
  readonly onStop: () => void;
  /** How many commands it has run. */
  readonly commands: () => number;
}

export interface ServeOptions {
  /** Where everybody may come who has a key, where keys are asked for; null: nowhere. */
  readonly address: Address | null;
  /** A socket that only this user can open: who comes there needs no key, and may run commands. */
  readonly ownSocket?: OwnSocket | null;
  readonly models: readonly string[];
  readonly rerankers?: readonly string[];
  /** Where the models are loaded. Its owner closes it. */
  readonly pool: ModelPool;
  /** Of the same pool, or each has a model of its own in memory. Their owner closes them. */
  readonly indexes?: readonly NamedFerris[];
  /** Folders that may be indexed on a client's word, beside those that an index has already. */
  readonly indexable?: readonly string[];
  /** The language model of /ask. */
  readonly endpoint?: EndpointSettings;
  /** Without any, everybody who reaches the address may call. */
  readonly apiKeys?: readonly string[];
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  /** A text that is too long is an error; by default it is cut, and a header says so. */
  readonly strictLength?: boolean;
  /** 32 MiB unless given. */
  readonly maxBodyBytes?: number;
  readonly limits?: AdmissionLimits;
  readonly timeouts?: Partial<Timeouts>;
  /** Told to people; nothing else depends on it. */
  readonly machine?: Partial<MachineSettings>;
  readonly version: string;
  /** Opens a document for the page's user, where that is the user of this machine. */
  readonly openFile?: OpenFile | null;
  /** Where the built page lies: this package's own unless given. */
  readonly page?: string;
  readonly telemetry?: Telemetry | null;
  readonly onRequest?: (entry: RequestLog, cause?: unknown) => void;
}

export interface RunningServer {
  /** Such as http://127.0.0.1:8088; the path of a socket; null where it listens at the user's own socket alone. */
  readonly url: string | null;
  /** Milliseconds since anybody asked for something; 0 while somebody waits for an answer. */
  readonly idleMs: number;
  /** Stops listening, answers what was let in (for at most `graceMs`). */
  close(options?: { graceMs?: number }): Promise<void>;
}

const usualGraceMs = 30_000;

/** @throws the system's error where an address cannot be listened at */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { address, ownSocket = null, pool, models, rerankers = [], indexes = [], limits = usualLimits } = options;
  const { apiKeys = [], allowedHosts = [], allowedOrigins = [] } = options;
  const timeouts = { ...usualTimeouts, ...options.timeouts };
  const admission = new Admission(limits);
  const served = new ServedModels({ pool, models, rerankers });
  const closing = new AbortController();
  // One at most: a server has one --store.
  const onServer = indexes.find(({ ferris }) => ferris.ownFolder === null);
  const metrics = new Metrics(admission, served, onServer ? () => onServer.ferris.queue.status() : null);
  const onBatch = metrics.batch.bind(metrics);
  pool.batchListeners.add(onBatch);
  const context: ServerContext = {
    models: served,
    admission,
    metrics,
    indexes,
    jobs: new IndexJobs(closing.signal),
    drawings: new MapDrawings(closing.signal),
    machine: { settings: [], speeds: null, load: {}, ...options.machine },
    indexable: options.indexable ?? [],
    endpoint: options.endpoint ?? {},
    openFile: options.openFile ?? null,
    strictLength: options.strictLength ?? false,
    version: options.version,
    startedAt: Date.now(),
    limits,
    closing,
  };
  const shared = {
    context,
    maxBodyBytes: options.maxBodyBytes ?? 32 * 1024 * 1024,
    answerMs: timeouts.answerMs,
    telemetry: options.telemetry ?? null,
    page: options.page ?? builtPage,
    onRequest: options.onRequest ?? (() => {}),
  };
  const listeners: Listener[] = [];
  const closeAll = (graceMs: number) => Promise.all(listeners.map((listener) => listener.close(graceMs)));
  try {
    if (address !== null) {
      const host = "host" in address ? address.host : "localhost";
      const hosts = new HostCheck({ host, allowedHosts, allowedOrigins });
      const app = makeApp({ ...shared, keys: new KeyRing(apiKeys), hosts });
      listeners.push(await listen(app.fetch, address, { timeouts }));
    }
    if (ownSocket !== null) {
      // No page can reach a socket of the file system, and nobody but this user this one.
      const url = listeners[0]?.url ?? null;
      const describe = () => ({ version: options.version, pid: process.pid, url, commands: ownSocket.commands() });
      const control = { describe, stop: ownSocket.onStop };
      const app = makeApp({ ...shared, keys: new KeyRing([]), hosts: null, control });
      listeners.push(await listen(app.fetch, { path: ownSocket.path }, { timeouts, onUpgrade: ownSocket.onUpgrade }));
    }
  } catch (error) {
    await closeAll(0);
    throw error;
  }
  return {
    url: address === null ? null : listeners[0]!.url,
    get idleMs() {
      return Math.min(...listeners.map(({ idleMs }) => idleMs));
    },
    close: async ({ graceMs = usualGraceMs } = {}) => {
      // Jobs that run on without anybody waiting end where they may be taken up again.
      closing.abort(new Error("the server is shutting down"));
      await closeAll(graceMs);
      pool.batchListeners.delete(onBatch);
    },
  };
}
