/**
 * A server that listens: sockets, time limits, and an end that answers what was let in.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { ModelOptions } from "../engine.ts";
import type { Ferris } from "../ferris.ts";
import { Admission, type AdmissionLimits, usualLimits } from "./admission.ts";
import { makeApp, type RequestLog } from "./app.ts";
import { HostCheck } from "./hosts.ts";
import { KeyRing } from "./keys.ts";
import { Metrics } from "./metrics.ts";
import { ServedModels } from "./models.ts";

export interface ServeOptions {
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** 8088 unless given; 0: a free one. */
  readonly port?: number;
  readonly models: readonly string[];
  readonly rerankers?: readonly string[];
  readonly load: ModelOptions;
  /** Milliseconds without a request after which a model is closed; null (the default): never. */
  readonly idleMs?: number | null;
  readonly ferris?: Ferris | null;
  /** Without any, everybody who reaches the address may call. */
  readonly apiKeys?: readonly string[];
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  /** A text that is too long is an error; by default it is cut, and a header says so. */
  readonly strictLength?: boolean;
  /** 32 MiB unless given. */
  readonly maxBodyBytes?: number;
  readonly limits?: AdmissionLimits;
  readonly version: string;
  readonly onRequest?: (entry: RequestLog, cause?: unknown) => void;
}

export interface RunningServer {
  /** Such as http://127.0.0.1:8088. */
  readonly url: string;
  /** Stops listening, answers what was let in (for at most `graceMs`), and closes the models. */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** Until a client has sent its headers, and all of its request: a slow one must not hold a socket for ever. */
const headersMs = 10_000;
const requestMs = 120_000;
const usualGraceMs = 30_000;

/** @throws the system's error where the address cannot be listened on */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { host = "127.0.0.1", port = 8088, models, rerankers = [], load, idleMs, ferris = null } = options;
  const { apiKeys = [], allowedHosts = [], allowedOrigins = [], limits = usualLimits } = options;
  const admission = new Admission(limits);
  const served = new ServedModels({ models, rerankers, load, idleMs });
  const app = makeApp({
    context: {
      models: served,
      admission,
      metrics: new Metrics(admission),
      ferris,
      strictLength: options.strictLength ?? false,
      version: options.version,
      startedAt: Date.now(),
    },
    keys: new KeyRing(apiKeys),
    hosts: new HostCheck({ host, allowedHosts, allowedOrigins }),
    maxBodyBytes: options.maxBodyBytes ?? 32 * 1024 * 1024,
    onRequest: options.onRequest ?? (() => {}),
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { headersTimeout: headersMs, requestTimeout: requestMs, maxHeaderSize: 16 * 1024 },
  }) as Server;
  server.listen(port, host);
  await once(server, "listening");
  const { address, port: used, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${used}`,
    close: async ({ graceMs = usualGraceMs } = {}) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
      await Promise.race([admission.idle(), late]);
      clearTimeout(timer);
      // An answer may still be on its way through the socket.
      setTimeout(() => server.closeAllConnections(), 200).unref();
      await closed;
      await served.close();
    },
  };
}
