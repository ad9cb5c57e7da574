/**
 * Indexed documents as MCP resources: `ferris://INDEX/PATH`, the text as it was indexed. Never the file itself.
 */
import { type McpServer, ResourceNotFoundError, ResourceTemplate } from "@modelcontextprotocol/server";
import { UsageError } from "../errors.ts";
import type { McpIndexes } from "./indexes.ts";

/** Lines of a resource: all of a document, but for monsters. */
const mostLines = 20_000;
const mostSuggestions = 100;

export function documentUri(index: string, path: string): string {
  const encoded = path.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return `ferris://${encodeURIComponent(index)}/${encoded.replace(/^\/+/, "")}`;
}

export function registerDocuments(server: McpServer, indexes: McpIndexes): void {
  const template = new ResourceTemplate("ferris://{index}/{+path}", {
    // Thousands of documents are not a list to be handed over unasked; search and the tool list find them.
    list: undefined,
    complete: {
      index: (start) => indexes.names.filter((name) => name.startsWith(start)),
      path: (start) => completePath(indexes, start),
    },
  });
  server.registerResource(
    "document",
    template,
    { title: "An indexed document", description: "Its text, as it was indexed", mimeType: "text/plain" },
    async (uri) => {
      const text = await readUri(indexes, uri.href);
      if (text === null) throw new ResourceNotFoundError(uri.href);
      return { contents: [{ uri: uri.href, mimeType: "text/plain", text }] };
    },
  );
}

async function readUri(indexes: McpIndexes, href: string): Promise<string | null> {
  const parts = /^ferris:\/\/([^/]+)\/(.+)$/.exec(href);
  if (!parts) return null;
  const [index, path] = [decoded(parts[1]!), parts[2]!.split("/").map(decoded).join("/")];
  let ferris;
  try {
    ({ ferris } = indexes.one(index));
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
  for (const candidate of [`/${path}`, path, path.replaceAll("/", "\\")]) {
    const found = await ferris.readDocument(candidate, { from: 1, count: mostLines });
    if (found) return found.lines.map(({ text }) => text).join("\n");
  }
  return null;
}

async function completePath(indexes: McpIndexes, start: string): Promise<string[]> {
  const paths: string[] = [];
  for (const { ferris } of indexes.all) {
    for (const { path } of await ferris.documents()) {
      const shown = path.replace(/^\/+/, "");
      if (shown.startsWith(start) && paths.push(shown) === mostSuggestions) return paths;
    }
  }
  return paths;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
