/**
 * Our own API of the map: `GET /map` says whether there is one and how far behind the index it is, `POST /map` draws it, `GET /map/events` tells how that goes,
 * `DELETE /map` cancels it, `GET /map/points` is the map.
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { CorpusMap } from "../../map/corpus-map.ts";
import { isTrue } from "../../map/index-map.ts";
import { pack } from "../../map/packed.ts";
import { chosenIndex, type ServerContext } from "../context.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, signalOf } from "../routes.ts";
import { events } from "./search.ts";

const index = z.string().optional().openapi({ description: "one of the indexes by name, where several are served" });
const query = z.object({ index });

const cluster = z.object({
  words: z.array(z.string()).openapi({ description: "frequent in it and rare elsewhere, the most telling first" }),
  x: z.number(),
  y: z.number(),
  size: z.number().int(),
});
const progress = z.object({
  stage: z.enum(["vectors", "neighbours", "layout", "clusters", "names"]),
  part: z.number().openapi({ description: "of the whole, 0 to 1" }),
  points: z.number().int(),
  seconds: z.number(),
});
const drawing = z
  .object({
    index: z.string(),
    state: z.enum(["drawing", "done", "cancelled", "failed"]),
    progress: progress.nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi("MapDrawing");
const map = z
  .object({
    points: z.number().int(),
    passages: z.number().int().openapi({ description: "of the index" }),
    added: z.number().int().openapi({ description: "passages that are newer than the map" }),
    removed: z.number().int().openapi({ description: "points whose passages are gone; left out" }),
    isTrue: z.boolean().openapi({ description: "the index is as it was when the map was drawn" }),
    drawnTime: z.number().openapi({ description: "milliseconds since 1970" }),
    levels: z
      .array(z.object({ clusters: z.array(cluster) }))
      .openapi({ description: "from few large clusters to many" }),
  })
  .openapi("Map");
const mapRequest = z.strictObject({ index }).openapi("MapRequest");
const drawingOrNull = drawing.nullable();
const status = z.object({ index: z.string(), map: map.nullable(), drawing: drawingOrNull }).openapi("MapStatus");

export function mapDoor(context: ServerContext) {
  const door = newDoor();
  const { drawings } = context;

  door.openapi(
    createRoute({
      method: "get",
      path: "/map",
      tags: ["Map"],
      summary: "Whether there is a map of the index, how far behind it is, and its clusters",
      request: { query },
      responses: jsonAnswer(status),
    }),
    async (c) => {
      const { name, ferris } = chosenIndex(context, c.req.valid("query").index);
      const found = await ferris.map({ draw: false });
      return c.json({ index: name, map: found && described(found), drawing: drawings.of(name) }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "post",
      path: "/map",
      tags: ["Map"],
      summary: "Starts drawing the map, unless it is drawn already and still true",
      request: jsonBody(mapRequest),
      responses: {
        202: { description: "It is being drawn, or was", content: { "application/json": { schema: drawing } } },
      },
    }),
    (c) => c.json(drawings.start(chosenIndex(context, c.req.valid("json").index)), 202),
  );

  door.openapi(
    createRoute({
      method: "delete",
      path: "/map",
      tags: ["Map"],
      summary: "Cancels the drawing; the map that was drawn before stays",
      request: { query },
      responses: jsonAnswer(z.object({ drawing: drawingOrNull })),
    }),
    (c) => {
      const { name } = chosenIndex(context, c.req.valid("query").index);
      drawings.cancel(name);
      return c.json({ drawing: drawings.of(name) }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/map/events",
      tags: ["Map"],
      summary: "How the drawing goes, as server-sent events: progress…, then done, cancelled or failed",
      request: { query },
      responses: jsonAnswer(drawing),
    }),
    (c) => {
      const { name } = chosenIndex(context, c.req.valid("query").index);
      const following = drawings.follow(name, signalOf(c, { untimed: true }));
      return events(c, async (send) => {
        for await (const news of following) await send(news.state === "drawing" ? "progress" : news.state, news);
      });
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/map/points",
      tags: ["Map"],
      summary: "The map in a compact form: docs/map.md describes it",
      request: { query },
      responses: { 200: { description: "The map", content: { "application/octet-stream": { schema: z.unknown() } } } },
    }),
    async (c) => {
      const { ferris } = chosenIndex(context, c.req.valid("query").index);
      const found = await ferris.map({ draw: false });
      if (found === null) throw new Problem("not-found", "there is no map of this index yet: POST /map draws it");
      const { ids, positions, documentOf, levels, documents } = found;
      const header = { ...described(found), documents };
      const bytes = pack(header, [ids, positions, documentOf, ...levels.map(({ clusterOf }) => clusterOf)]);
      return c.body(bytes, 200, {
        "content-type": "application/octet-stream",
        "x-content-type-options": "nosniff",
      }) as never;
    },
  );
  return door;
}

function described(found: CorpusMap) {
  const { passages, added, removed, drawnTime, ids } = found;
  const levels = found.levels.map(({ clusters }) => ({
    clusters: clusters.map(({ words, ...rest }) => ({ ...rest, words: [...words] })),
  }));
  return { points: ids.length, passages, added, removed, isTrue: isTrue(found), drawnTime, levels };
}
