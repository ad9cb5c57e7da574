/** Our own API over an index: `/search`, `/documents`, `/passages/ID`, `/status`. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Ferris } from "../../ferris.ts";
import { makeFilter } from "../../search/filter.ts";
import type { ServerContext } from "../context.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, signalOf } from "../routes.ts";

const filters = {
  paths: z.array(z.string()).optional().openapi({ description: "globs on paths; one must match" }),
  exclude: z.array(z.string()).optional().openapi({ description: "globs on paths; none may match" }),
  types: z.array(z.string()).optional().openapi({ description: "document types; one must match" }),
  since: z.string().optional().openapi({ description: "2026-01-31, or an age as 12h, 7d, 4w, 1y" }),
};

const searchRequest = z
  .strictObject({
    query: z.string().min(1).max(10_000),
    limit: z.number().int().min(1).max(1000).default(10),
    offset: z.number().int().min(0).max(10_000).default(0),
    mode: z.enum(["hybrid", "vector", "text"]).default("hybrid"),
    perDocument: z.number().int().min(1).max(1000).optional(),
    minScore: z.number().optional(),
    rerank: z.boolean().default(false),
    ...filters,
  })
  .openapi("SearchRequest");

/** Described in docs/server.md rather than here: the shapes are the library's own types. */
const anything = z.unknown();

export function ferrisDoor(context: ServerContext) {
  const door = newDoor();
  const index = (): Ferris => {
    if (context.ferris === null) throw new Problem("not-found", "this server has no index: start it with one");
    return context.ferris;
  };

  door.openapi(
    createRoute({
      method: "post",
      path: "/search",
      tags: ["Documents"],
      summary: "The passages that fit a question best",
      request: jsonBody(searchRequest),
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { query, limit, offset, mode, perDocument, minScore, rerank, ...written } = c.req.valid("json");
      const ferris = index();
      const filter = makeFilter(written);
      const signal = signalOf(c);
      const answer = await context.admission.run(1, () =>
        ferris.search(query, { limit: limit + offset, mode, perDocument, minScore, rerank, filter, signal }),
      );
      return c.json({ ...answer, results: answer.results.slice(offset) }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/documents",
      tags: ["Documents"],
      summary: "The documents in the index, in order of path",
      request: {
        query: z.object({
          path: z.string().optional(),
          type: z.string().optional(),
          since: z.string().optional(),
          after: z.string().optional(),
          limit: z.coerce.number().int().min(1).max(10_000).default(1000),
        }),
      },
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { path, type, since, after, limit } = c.req.valid("query");
      const filter = makeFilter({ paths: path ? [path] : undefined, types: type ? [type] : undefined, since });
      const all = await index().documents({ filter });
      const rest = after === undefined ? all : all.filter((document) => document.path > after);
      return c.json({ documents: rest.slice(0, limit).map((each) => ({ ...each })), total: all.length }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/passages/{id}",
      tags: ["Documents"],
      summary: "Lines of a document around a result",
      request: {
        params: z.object({ id: z.coerce.number().int().min(1) }),
        query: z.object({
          from: z.coerce.number().int().min(1).optional(),
          count: z.coerce.number().int().min(1).max(10_000).default(60),
        }),
      },
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { from, count } = c.req.valid("query");
      const passage = await index().read(id, from === undefined ? undefined : { from, count });
      if (passage === null) throw new Problem("not-found", `there is no passage ${id} in the index (any more)`);
      return c.json({ ...passage }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/status",
      tags: ["Documents"],
      summary: "What the index holds",
      responses: jsonAnswer(anything),
    }),
    async (c) => c.json({ version: context.version, ...(await index().statistics()) }, 200),
  );
  return door;
}
