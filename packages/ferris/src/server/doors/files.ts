/**
 * The documents themselves, for the page: their lines as they were indexed, the text or the bytes of their files as they are now, and a way
 * to open one in the user's editor.
 *
 * A file is never given as what it says it is: no browser shows or runs it on its own.
 */
import { Readable } from "node:stream";
import { createRoute, z } from "@hono/zod-openapi";
import { decodeText } from "../../documents/decode/decode.ts";
import { DocumentError } from "../../errors.ts";
import { chosenIndex, type ServerContext } from "../context.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor } from "../routes.ts";
import { indexedDocument, openServedFile, rangeOf } from "../served-file.ts";

const index = z.string().optional().openapi({ description: "one of the indexes by name, where several are served" });
const path = z.string().min(1).max(4096).openapi({ description: "absolute, as the index has it" });
const lineWidth = z.coerce.number().int().min(100).max(100_000).default(5000).openapi({
  description: "a longer line is cut to this many characters around `column`",
});
const openRequest = z.strictObject({ index, path, line: z.number().int().min(1).default(1) }).openapi("OpenRequest");
const anything = z.unknown();

/** Longer texts are read in lines. */
export const mostTextBytes = 4 * 1024 * 1024;

export function filesDoor(context: ServerContext) {
  const door = newDoor();

  door.openapi(
    createRoute({
      method: "get",
      path: "/documents/lines",
      tags: ["Documents"],
      summary: "Lines of a document, as they were indexed",
      request: {
        query: z.object({
          index,
          path,
          from: z.coerce.number().int().min(1).default(1),
          count: z.coerce.number().int().min(1).max(5000).default(500),
          width: lineWidth,
          column: z.coerce.number().int().min(1).default(1),
        }),
      },
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { index: name, path: wanted, from, count, width, column } = c.req.valid("query");
      const { ferris } = chosenIndex(context, name);
      const document = await indexedDocument(ferris, wanted);
      const passage = await ferris.readDocument(wanted, { from, count });
      const lines = passage?.lines.map(({ number, text, column: begins }) => {
        if (text.length <= width) return { number, text, column: begins };
        const offset = Math.max(0, Math.min(column - 1 - width / 10, text.length - width) | 0);
        return { number, text: text.slice(offset, offset + width), offset, length: text.length };
      });
      const { type, title, lineBasis, size, modifiedTime, indexedTime, chunks } = document;
      const described = { path: wanted, type, title, lineBasis, size, modifiedTime, indexedTime, chunks };
      return c.json({ ...described, ...passage, lines: lines ?? [], lastLine: passage?.lastLine ?? 0 }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/documents/text",
      tags: ["Documents"],
      summary: "The text of a document's file as it is now, decoded",
      request: { query: z.object({ index, path }) },
      responses: jsonAnswer(z.object({ text: z.string() })),
    }),
    async (c) => {
      const { index: name, path: wanted } = c.req.valid("query");
      const { handle, bytes } = await openServedFile(chosenIndex(context, name).ferris, wanted);
      try {
        if (bytes > mostTextBytes) {
          throw new Problem("too-large", `the file has ${bytes} bytes, more than ${mostTextBytes}: read it in lines`);
        }
        return c.json({ text: decodeText(await handle.readFile()).content }, 200);
      } catch (error) {
        if (error instanceof DocumentError) throw new Problem("invalid", error.message, { cause: error });
        throw error;
      } finally {
        await handle.close();
      }
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/documents/file",
      tags: ["Documents"],
      summary: "The bytes of a document's file as it is now, or a part of them (`Range`)",
      request: { query: z.object({ index, path }) },
      responses: { 200: { description: "The bytes", content: { "application/octet-stream": { schema: anything } } } },
    }),
    async (c) => {
      const { index: name, path: wanted } = c.req.valid("query");
      const { handle, bytes } = await openServedFile(chosenIndex(context, name).ferris, wanted);
      try {
        const range = rangeOf(c.req.header("range"), bytes);
        const { first, last } = range ?? { first: 0, last: bytes - 1 };
        c.header("content-type", "application/octet-stream");
        c.header("content-disposition", "attachment");
        c.header("content-security-policy", "default-src 'none'; sandbox");
        c.header("x-content-type-options", "nosniff");
        c.header("cross-origin-resource-policy", "same-origin");
        c.header("cache-control", "no-store");
        c.header("accept-ranges", "bytes");
        c.header("content-length", String(last - first + 1));
        if (range !== null) c.header("content-range", `bytes ${first}-${last}/${bytes}`);
        if (bytes === 0) {
          await handle.close();
          return c.body(null, 200) as never;
        }
        // Closes the file at its end, and when the client goes away.
        const stream = handle.createReadStream({ start: first, end: last });
        return c.body(Readable.toWeb(stream) as ReadableStream, range === null ? 200 : 206) as never;
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
  );

  door.openapi(
    createRoute({
      method: "post",
      path: "/documents/open",
      tags: ["Documents"],
      summary: "Opens a document in the editor of whoever runs the server, on their machine",
      description: "Only for the page of a server that listens on this machine alone.",
      request: jsonBody(openRequest),
      responses: jsonAnswer(z.object({ opened: z.literal(true) })),
    }),
    async (c) => {
      const { index: name, path: wanted, line } = c.req.valid("json");
      const { openFile } = context;
      if (openFile === null) {
        throw new Problem(
          "forbidden",
          "this server does not open files: it does so only where it listens on this machine alone",
        );
      }
      // What did not come from a page of ours was not clicked on; hosts.ts has seen to it that the origin is this server's.
      if (c.req.header("origin") === undefined) throw new Problem("forbidden", "only the page may have files opened");
      const { document, handle } = await openServedFile(chosenIndex(context, name).ferris, wanted);
      await handle.close();
      await openFile({ path: wanted, line: document.lineBasis === "file" ? line : null });
      return c.json({ opened: true as const }, 200);
    },
  );

  door.get("/about", (c) =>
    c.json({
      version: context.version,
      indexes: context.indexes.map(({ name }) => name),
      opensFiles: context.openFile !== null,
    }),
  );
  return door;
}
