/**
 * Our own API that writes: `POST /index` starts a run, `GET /index/ID` tells how it stands, `GET /index/ID/events` goes on telling,
 * `DELETE /index/ID` cancels it.
 *
 * Only what the index has already, or the server was told to allow, can be indexed: else whoever may search could read any file here.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createRoute, z } from "@hono/zod-openapi";
import { isAtOrBelow } from "../../files/paths.ts";
import type { NamedFerris } from "../../several-indexes.ts";
import { chosenIndex, type ServerContext } from "../context.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, signalOf } from "../routes.ts";
import { events } from "./search.ts";

const indexRequest = z
  .strictObject({
    index: z.string().optional().openapi({ description: "one of the indexes by name, where several are served" }),
    paths: z
      .array(z.string().min(1).max(4096))
      .max(1000)
      .optional()
      .openapi({ description: "absolute paths below folders that the index has; all of these folders unless given" }),
    include: z.array(z.string()).optional(),
    exclude: z.array(z.string()).optional(),
    types: z.array(z.string()).optional(),
  })
  .openapi("IndexRequest");

/** As IndexJob of index-jobs.ts. */
const job = z.unknown().openapi({ type: "object" });
const id = z.object({ id: z.string() });

export function indexingDoor(context: ServerContext) {
  const door = newDoor();
  const { jobs } = context;

  door.openapi(
    createRoute({
      method: "post",
      path: "/index",
      tags: ["Indexing"],
      summary: "Starts bringing the index up to date",
      request: jsonBody(indexRequest),
      responses: { 202: { description: "The job", content: { "application/json": { schema: job } } } },
    }),
    async (c) => {
      const { index, paths, ...options } = c.req.valid("json");
      const chosen = chosenIndex(context, index);
      const allowed = await allowedPaths(chosen, paths, context.indexable);
      return c.json({ ...jobs.start(chosen, allowed, options) }, 202);
    },
  );
  door.openapi(
    createRoute({
      method: "get",
      path: "/index",
      tags: ["Indexing"],
      summary: "The jobs, latest first",
      responses: jsonAnswer(z.unknown()),
    }),
    (c) => c.json({ jobs: jobs.list().map((each) => ({ ...each })) }, 200),
  );
  door.openapi(
    createRoute({
      method: "get",
      path: "/index/{id}",
      tags: ["Indexing"],
      summary: "How a job stands",
      request: { params: id },
      responses: jsonAnswer(job),
    }),
    (c) => c.json({ ...jobs.get(c.req.valid("param").id) }, 200),
  );
  door.openapi(
    createRoute({
      method: "get",
      path: "/index/{id}/files",
      tags: ["Indexing"],
      summary: "The files that a job left out, and why: the first 2,000",
      request: { params: id },
      responses: jsonAnswer(
        z.object({
          files: z.array(z.object({ path: z.string(), outcome: z.string(), message: z.string().nullable() })),
        }),
      ),
    }),
    (c) => c.json({ files: jobs.leftOut(c.req.valid("param").id).map((file) => ({ ...file })) }, 200),
  );
  door.openapi(
    createRoute({
      method: "delete",
      path: "/index/{id}",
      tags: ["Indexing"],
      summary: "Cancels a job; what it has written stays, and another run goes on from there",
      request: { params: id },
      responses: jsonAnswer(job),
    }),
    (c) => c.json({ ...jobs.cancel(c.req.valid("param").id) }, 200),
  );
  door.openapi(
    createRoute({
      method: "get",
      path: "/index/{id}/events",
      tags: ["Indexing"],
      summary: "How a job stands, as server-sent events: progress…, then done, cancelled or failed",
      request: { params: id },
      responses: jsonAnswer(z.unknown()),
    }),
    (c) => {
      const { id: wanted } = c.req.valid("param");
      // An id that no job has is a status, not an event.
      jobs.get(wanted);
      const signal = signalOf(c, { untimed: true });
      return events(c, async (send) => {
        for await (const news of jobs.follow(wanted, signal)) {
          await send(news.state === "running" ? "progress" : news.state, news);
        }
      });
    },
  );
  return door;
}

/** @throws Problem for a path that is not below one that may be indexed */
async function allowedPaths(
  { ferris }: NamedFerris,
  paths: readonly string[] | undefined,
  indexable: readonly string[],
): Promise<readonly string[]> {
  const { roots } = await ferris.statistics();
  if (paths === undefined || paths.length === 0) {
    // One that is gone today, such as a drive that is not plugged in, is none to read.
    const there = roots.filter((root) => existsSync(root));
    if (there.length > 0) return there;
    throw new Problem("invalid", "paths: the index has no folder that is there", { param: "paths" });
  }
  return paths.map((path) => {
    const place = resolve("/", path);
    if (place === path && [...roots, ...indexable].some((folder) => isAtOrBelow(place, folder))) return place;
    throw new Problem("forbidden", `paths: ${JSON.stringify(path.slice(0, 200))} is not below a folder of the index`, {
      param: "paths",
    });
  });
}
