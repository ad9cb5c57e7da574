/**
 * Our own API for people who look after a server: `GET /indexes` (what is served, and what may be added), `POST /indexes/remove`, `GET /models` (the catalogue,
 * with what is on this machine), `GET /settings`.
 */
import { createRoute, z } from "@hono/zod-openapi";
import { catalogue } from "../../choosing/catalogue.ts";
import { installedModel } from "../../choosing/installed.ts";
import { SpeedCache } from "../../choosing/speed.ts";
import { chosenIndex, type ServerContext } from "../context.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor } from "../routes.ts";

const indexes = z
  .object({
    indexes: z.array(
      z.object({
        name: z.string(),
        folder: z.string(),
        documents: z.number().int(),
        chunks: z.number().int(),
        tokens: z.number().int(),
        bytes: z.number().int(),
        types: z.record(z.string(), z.number().int()),
        roots: z.array(z.string()),
        model: z.string(),
        dimensions: z.number().int(),
        lastIndexedTime: z.number().nullable(),
      }),
    ),
    indexable: z
      .array(z.string())
      .openapi({ description: "folders that may be added, as whoever started the server allows" }),
  })
  .openapi("Indexes");

const removeRequest = z
  .strictObject({ index: z.string().optional(), paths: z.array(z.string().min(1).max(4096)).min(1).max(1000) })
  .openapi("RemoveRequest");

const models = z
  .object({
    models: z.array(
      z.object({
        name: z.string(),
        id: z.string(),
        kind: z.enum(["embedder", "reranker"]),
        languages: z.string(),
        parameters: z.number().nullable().openapi({ description: "in millions" }),
        dimensions: z.number().nullable(),
        licence: z.string(),
        note: z.string().nullable(),
        bytes: z.number().nullable().openapi({ description: "on this machine's disk; null where it is not there" }),
        speed: z
          .object({
            device: z.enum(["gpu", "cpu"]),
            perSecond: z.number(),
            queryMilliseconds: z.number().nullable(),
            measuredTime: z.number(),
          })
          .nullable(),
        isServed: z.boolean(),
      }),
    ),
    others: z.array(z.string()).openapi({ description: "models that are served and not in the catalogue" }),
  })
  .openapi("Models");

const settings = z
  .object({
    settings: z.array(z.object({ name: z.string(), value: z.unknown(), origin: z.string(), description: z.string() })),
  })
  .openapi("Settings");

export function indexesDoor(context: ServerContext) {
  const door = newDoor();

  door.openapi(
    createRoute({
      method: "get",
      path: "/indexes",
      tags: ["Indexing"],
      summary: "The indexes that are served, and the folders that may be added",
      responses: jsonAnswer(indexes),
    }),
    async (c) => {
      const all = await Promise.all(
        context.indexes.map(async ({ name, ferris }) => {
          const { identity, roots, types, path: _, schemaVersion: __, ...counts } = await ferris.statistics();
          const { model, dimensions } = identity;
          return { name, folder: ferris.folder, ...counts, types: { ...types }, roots: [...roots], model, dimensions };
        }),
      );
      return c.json({ indexes: all, indexable: [...context.indexable] }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "post",
      path: "/indexes/remove",
      tags: ["Indexing"],
      summary: "Takes documents out of an index: those at or below these paths; the files stay",
      request: jsonBody(removeRequest),
      responses: jsonAnswer(z.object({ removed: z.number().int() })),
    }),
    async (c) => {
      const { index, paths } = c.req.valid("json");
      // Whoever may only search must not be able to empty what others search in.
      if (context.indexable.length === 0) {
        throw new Problem(
          "forbidden",
          "this server's indexes cannot be changed: it was started without a folder that may be indexed",
        );
      }
      return c.json({ removed: await chosenIndex(context, index).ferris.remove(paths) }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/models",
      tags: ["Indexing"],
      summary:
        "The models of the catalogue: which are on this machine, how large, and how fast where that was measured",
      responses: jsonAnswer(models),
    }),
    async (c) => {
      const { speeds, load } = context.machine;
      const cache = speeds === null ? null : new SpeedCache(speeds, context.version);
      const served = new Set([...context.models.embedding, ...context.models.rerankers].map(({ id }) => id));
      const known = await Promise.all(
        catalogue.map(async ({ name, id, kind, languages, parameters, dimensions, licence, note }) => {
          const installed = await installedModel(id);
          const speed = installed && cache ? await cache.get(id, load.device ?? "auto") : null;
          const isServed = served.delete(id) || served.delete(name);
          const facts = { name, id, kind, languages, parameters, dimensions, licence, note };
          return { ...facts, bytes: installed?.bytes ?? null, speed, isServed };
        }),
      );
      return c.json({ models: known, others: [...served] }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/settings",
      tags: ["Indexing"],
      summary: "The settings in force, and where each comes from",
      responses: jsonAnswer(settings),
    }),
    (c) => c.json({ settings: [...context.machine.settings] }, 200),
  );
  return door;
}
