/** Our own API over what indexes hold: `/documents`, `/passages/ID`, `/status`. */
import { createRoute, z } from "@hono/zod-openapi";
import { makeFilter } from "../../search/filter.ts";
import { chosenIndex, type ServerContext } from "../context.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, newDoor } from "../routes.ts";

const index = z.string().optional().openapi({ description: "one of the indexes by name, where several are served" });
const anything = z.unknown();

export function documentsDoor(context: ServerContext) {
  const door = newDoor();

  door.openapi(
    createRoute({
      method: "get",
      path: "/documents",
      tags: ["Documents"],
      summary: "The documents in the index, in order of path",
      request: {
        query: z.object({
          index,
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
      const { index: name, path, type, since, after, limit } = c.req.valid("query");
      const filter = makeFilter({ paths: path ? [path] : undefined, types: type ? [type] : undefined, since });
      const all = await chosenIndex(context, name).ferris.documents({ filter });
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
          index,
          from: z.coerce.number().int().min(1).optional(),
          count: z.coerce.number().int().min(1).max(10_000).default(60),
        }),
      },
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { index: name, from, count } = c.req.valid("query");
      const range = from === undefined ? undefined : { from, count };
      const passage = await chosenIndex(context, name).ferris.read(id, range);
      if (passage === null) throw new Problem("not-found", `there is no passage ${id} in the index (any more)`);
      return c.json({ ...passage }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/status",
      tags: ["Documents"],
      summary: "What the index holds, and whether its files have changed since",
      request: { query: z.object({ index }) },
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { name, ferris } = chosenIndex(context, c.req.valid("query").index);
      const [statistics, freshness] = [await ferris.statistics(), await ferris.freshness()];
      const indexes = context.indexes.map((each) => each.name);
      return c.json({ version: context.version, index: name, indexes, ...statistics, freshness }, 200);
    },
  );
  return door;
}
