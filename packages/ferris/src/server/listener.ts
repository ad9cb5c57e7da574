/**
 * One place that is listened at, with a time limit for each phase of a request, and an end that waits for the answers under way.
 */
import { once } from "node:events";
import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { UpgradeHandler } from "./upgrade.ts";

/** Certificate and key, as PEM. */
export interface Tls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export type Address = { readonly host: string; readonly port: number; readonly tls?: Tls } | { readonly path: string };

export interface Timeouts {
  /** Until a client has sent its headers, and all of its request: a slow one must not hold a socket for ever. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** Until an answer must be there. */
  readonly answerMs: number;
  /** Without a byte in either direction, also while an answer is waited for or not read. */
  readonly silenceMs: number;
}

export const usualTimeouts: Timeouts = {
  headersMs: 10_000,
  requestMs: 120_000,
  answerMs: 300_000,
  silenceMs: 330_000,
};

export interface Listener {
  readonly url: string;
  readonly idleMs: number;
  close(graceMs: number): Promise<void>;
}

type Fetch = Parameters<typeof createAdaptorServer>[0]["fetch"];

/** A connection without a request is kept this long. */
const keptMs = 75_000;

/** @throws the system's error where the address cannot be listened at */
export async function listen(
  fetch: Fetch,
  address: Address,
  { timeouts, onUpgrade }: { timeouts: Timeouts; onUpgrade?: UpgradeHandler },
): Promise<Listener> {
  const { headersMs, requestMs, silenceMs } = timeouts;
  const serverOptions: ServerOptions = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    // How often Node looks for requests that are too slow; by default twice a minute.
    connectionsCheckingInterval: Math.min(headersMs, 2000),
    // Node's own 5 s are over before a loop that a model's load or a batch holds up has read what the client has sent meanwhile: it would find the
    // connection closed. Clients are told, and use it that long.
    keepAliveTimeout: keptMs,
    maxHeaderSize: 16 * 1024,
  };
  const tls = "host" in address ? address.tls : undefined;
  const server = createAdaptorServer(
    tls === undefined
      ? { fetch, serverOptions, createServer }
      : { fetch, serverOptions: { ...serverOptions, ...tls }, createServer: createTlsServer },
  ) as Server;
  server.timeout = silenceMs;
  const underWay = new UnderWay();
  server.on("request", (_request, response) => response.once("close", underWay.begin()));
  if (onUpgrade !== undefined) {
    server.on("upgrade", (request, socket: Socket, head) => {
      const end = underWay.begin();
      socket.setTimeout(0);
      onUpgrade(request, socket, head)
        .catch(() => socket.destroy())
        .finally(end);
    });
  }
  await startListening(server, address);
  return {
    url: urlOf(server, address),
    get idleMs() {
      return underWay.idleMs;
    },
    close: async (graceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await underWay.idle(graceMs);
      server.closeAllConnections();
      await closed;
    },
  };
}

async function startListening(server: Server, address: Address): Promise<void> {
  if ("host" in address) server.listen(address.port, address.host);
  else {
    // The system makes the socket's file within this call: for its owner alone.
    const before = process.umask(0o177);
    try {
      server.listen(address.path);
    } finally {
      process.umask(before);
    }
  }
  await once(server, "listening");
}

function urlOf(server: Server, address: Address): string {
  if (!("host" in address)) return address.path;
  const { address: host, port, family } = server.address() as AddressInfo;
  return `${address.tls === undefined ? "http" : "https"}://${family === "IPv6" ? `[${host}]` : host}:${port}`;
}

/** Counts what is under way. */
class UnderWay {
  #count = 0;
  #idleSince = performance.now();
  #waiting: (() => void)[] = [];

  /** Something begins; the function that is returned ends it. */
  begin(): () => void {
    this.#count++;
    return () => {
      if (--this.#count > 0) return;
      this.#idleSince = performance.now();
      for (const done of this.#waiting.splice(0)) done();
    };
  }

  get idleMs(): number {
    return this.#count > 0 ? 0 : performance.now() - this.#idleSince;
  }

  /** When nothing is under way, or after `graceMs`. */
  async idle(graceMs: number): Promise<void> {
    if (this.#count === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
      this.#waiting.push(resolve);
    });
    clearTimeout(timer);
  }
}
