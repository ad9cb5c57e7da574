/**
 * A server of another origin that has models as files: as a page's CDN answers, with ETag, ranges and CORS for simple requests. Files and faults
 * can change while it runs, and it counts what it was asked and what it sent.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { tinyModelFolder } from "../../support/goldens.ts";

export class ModelServer {
  /** METHOD PATH STATUS, in order. */
  readonly requests: string[] = [];
  /** Sends so many bytes of a large file, and then cuts the connection; once. */
  cutAfter: number | null = null;
  readonly files: Map<string, Uint8Array>;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  #port = 0;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = new Map(files);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url!, this.origin).pathname.slice(1);
    response.on("close", () => {
      this.requests.push(`${request.method} ${path} ${response.statusCode}`);
    });
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-expose-headers", "ETag,Content-Range");
    response.setHeader("cross-origin-resource-policy", "cross-origin");
    const bytes = this.files.get(path);
    if (bytes === undefined) return void response.writeHead(404).end();
    response.setHeader("etag", `"${createHash("sha1").update(bytes).digest("hex")}"`);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": bytes.length - from, "cache-control": "no-store" });
    if (this.cutAfter !== null && path.endsWith(".safetensors")) {
      // Time for them to arrive: a browser drops what it has not handed on when a connection breaks.
      response.write(bytes.subarray(from, from + this.cutAfter), () => setTimeout(() => response.destroy(), 1500));
      this.cutAfter = null;
      return;
    }
    response.end(bytes.subarray(from));
  }
}

/** A tiny model's files by path. */
export function modelFiles(name: string): Map<string, Uint8Array> {
  const folder = tinyModelFolder(name);
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("golden."))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length + 1).replaceAll("\\", "/"), readFileSync(path)];
      }),
  );
}
