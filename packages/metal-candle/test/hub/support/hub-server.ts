/**
 * A hub on this machine: the part of the hub's HTTP API that a download uses, with faults on demand.
 *
 * Serves real folders as repositories: model info, the tree (in pages), and files with ranges; large files through a redirect to
 * another origin, as the hub does. A fault is a function that may answer a request in the server's place.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

export const hubCommit = "1111111111111111111111111111111111111111";

/** Returns true when it has taken the request over. */
export type Fault = (request: IncomingMessage, response: ServerResponse, file: string | null) => boolean;

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  readonly host: string | undefined;
}

/** A hub with one repository. */
export class HubServer {
  readonly requests: Received[] = [];
  fault: Fault = () => false;
  readonly #id: string;
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #hub: Server;
  readonly #storage: Server;
  readonly #scheme: "http" | "https";

  /** @param secret a key and its certificate, in PEM: then it is one of https */
  constructor(id: string, files: ReadonlyMap<string, Uint8Array>, secret?: { key: string; cert: string }) {
    this.#id = id;
    this.#files = files;
    this.#scheme = secret === undefined ? "http" : "https";
    const serve = (answer: RequestListener): Server =>
      secret === undefined ? createServer(answer) : createSecureServer(secret, answer);
    this.#hub = serve((request, response) => this.#answer(request, response));
    this.#storage = serve((request, response) => this.#answerStorage(request, response));
  }

  async start(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  get endpoint(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  /** Requests for one file's content. */
  requestsFor(file: string): Received[] {
    return this.requests.filter((request) => request.url.endsWith(`/${file}`));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, this.endpoint);
    this.#note(request, response);
    const tree = `/api/models/${this.#id}/tree/${hubCommit}`;
    const resolve = `/${this.#id}/resolve/${hubCommit}/`;
    const file = url.pathname.startsWith(resolve) ? decodeURIComponent(url.pathname.slice(resolve.length)) : null;
    if (this.fault(request, response, file)) return;
    if (/^\/api\/models\/[^/]+\/[^/]+\/revision\//.test(url.pathname)) {
      const known = url.pathname.startsWith(`/api/models/${this.#id}/`) && /\/(main|v1|1{40})$/.test(url.pathname);
      if (known) json(response, { _id: "1", id: this.#id, sha: hubCommit, lastModified: "2024-01-01T00:00:00.000Z" });
      else json(response, { error: "Repository not found" }, 404);
    } else if (url.pathname === tree) {
      const entries = this.#tree();
      const cursor = Number(url.searchParams.get("cursor") ?? 0);
      const next = cursor + 3;
      if (next < entries.length) {
        // By the name that it was asked by: behind a proxy that is another one.
        const origin = `${this.#scheme}://${request.headers.host}`;
        response.setHeader("link", `<${origin}${tree}?recursive=true&expand=false&cursor=${next}>; rel="next"`);
      }
      json(response, entries.slice(cursor, next));
    } else if (file !== null && this.#files.has(file)) {
      if (isLarge(file)) {
        const { port } = this.#storage.address() as AddressInfo;
        response.writeHead(302, { location: `${this.#scheme}://localhost:${port}/storage/${file}` }).end();
      } else {
        sendBytes(request, response, this.#files.get(file)!);
      }
    } else {
      json(response, { error: "Entry not found" }, 404);
    }
  }

  #answerStorage(request: IncomingMessage, response: ServerResponse): void {
    this.#note(request, response);
    const file = new URL(request.url!, this.endpoint).pathname.slice("/storage/".length);
    if (this.fault(request, response, file)) return;
    sendBytes(request, response, this.#files.get(file)!);
  }

  #note(request: IncomingMessage, response: ServerResponse): void {
    const { range, authorization, host } = request.headers;
    this.requests.push({ method: request.method!, url: request.url!, range, authorization, host });
    // As the hub and its storage answer pages of other origins: simple requests alone, nothing that asks for leave first.
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader(
      "access-control-expose-headers",
      "ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Repo-Commit",
    );
    response.setHeader("cross-origin-resource-policy", "cross-origin");
  }

  #tree(): object[] {
    const entries: object[] = [{ type: "directory", path: "1_Pooling", size: 0, oid: "0".repeat(40) }];
    for (const [path, bytes] of this.#files) {
      const lfs = { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, pointerSize: 130 };
      const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
      entries.push({ type: "file", path, size: bytes.length, oid, ...(isLarge(path) ? { lfs } : {}) });
    }
    return entries;
  }
}

/** The whole file, or what a range asks for. */
export function sendBytes(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= bytes.length && from > 0) {
    response.writeHead(416).end();
    return;
  }
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": bytes.length - from,
    ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  response.end(bytes.subarray(from));
}

function isLarge(path: string): boolean {
  return path.endsWith(".safetensors");
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
