/** Any static host: files of a folder, no special headers; may be switched off, and tells what it was asked. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

export interface StaticServer {
  /** Where the site is, below a path of its own as on many hosts, with a slash at the end. */
  readonly address: string;
  /** Paths that were asked for, below the site. */
  readonly asked: string[];
  /** More than once does no harm. */
  stop(): Promise<void>;
}

/** Serves `folder` below /demo/. */
export async function serveFolder(folder: string): Promise<StaticServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = decodeURIComponent(pathname).replace(/^\/demo\//, "");
    asked.push(path);
    const file = join(folder, path === "" ? "index.html" : path);
    const found = file.startsWith(folder + sep) && statSync(file, { throwIfNoEntry: false });
    if (!found || !found.isFile()) return void response.writeHead(404).end();
    response.setHeader("Content-Type", contentTypes[extname(file)] ?? "application/octet-stream");
    response.setHeader("Content-Length", found.size);
    if (request.method === "HEAD") return void response.end();
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/demo/`,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
