/**
 * Our own API of what computes: `GET /device` (models in memory, the adapter and its kernels), `GET /device/events` (how much is done, each second),
 * `POST /device/measure` (GPU against CPU, now).
 */
import { cpus, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createRoute, z } from "@hono/zod-openapi";
import type { ServerContext } from "../context.ts";
import { measureDevices } from "../../choosing/measure-devices.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, newDoor, signalOf } from "../routes.ts";
import { events } from "./search.ts";

const load = z
  .object({
    time: z.number().openapi({ description: "milliseconds since 1970" }),
    texts: z.number().int().openapi({ description: "embedded since the models were loaded" }),
    tokens: z.number().int(),
    batches: z.number().int(),
    requests: z.number().int().openapi({ description: "let in and not answered yet" }),
    residentBytes: z.number().int(),
    gpuBytes: z.number().int(),
  })
  .openapi("DeviceLoad");
const device = z
  .object({
    machine: z.object({
      platform: z.string(),
      processor: z.string(),
      cores: z.number().int(),
      memoryBytes: z.number().int(),
      node: z.string(),
    }),
    models: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(["embedder", "reranker"]),
        info: z.unknown().openapi({ description: "metal-candle's ModelInfo; null while it is not in memory" }),
      }),
    ),
    load,
  })
  .openapi("Device");

const everyMs = 1_000;
/** For both devices, loading included. */
const measuredMs = 120_000;

export function deviceDoor(context: ServerContext) {
  const door = newDoor();
  let isMeasuring = false;

  door.openapi(
    createRoute({
      method: "get",
      path: "/device",
      tags: ["Device"],
      summary: "What computes: the machine, and for each model in memory its device, adapter and kernels",
      responses: jsonAnswer(device),
    }),
    (c) => {
      const [processor] = cpus();
      const machine = {
        platform: `${process.platform} ${process.arch}`,
        processor: processor?.model.trim() ?? "unknown",
        cores: cpus().length,
        memoryBytes: totalmem(),
        node: process.versions.node,
      };
      const { embedding, rerankers } = context.models;
      const models = [
        ...embedding.map(({ id, loaded }) => ({ id, kind: "embedder" as const, info: loaded?.info() ?? null })),
        ...rerankers.map(({ id, loaded }) => ({ id, kind: "reranker" as const, info: loaded?.info() ?? null })),
      ];
      return c.json({ machine, models, load: loadOf(context) }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/device/events",
      tags: ["Device"],
      summary: "How much is done, as server-sent events: `load` each second",
      responses: jsonAnswer(load),
    }),
    (c) => {
      const signal = AbortSignal.any([signalOf(c, { untimed: true }), context.closing.signal]);
      return events(c, async (send) => {
        while (!signal.aborted) {
          await send("load", loadOf(context));
          await sleep(everyMs, undefined, { signal }).catch(() => {});
        }
      });
    },
  );

  door.openapi(
    createRoute({
      method: "post",
      path: "/device/measure",
      tags: ["Device"],
      summary:
        "The first model on the GPU and on the CPU with the same texts, as server-sent events: loading, measuring, measured or unavailable, done",
      responses: jsonAnswer(z.unknown()),
    }),
    (c) => {
      const [model] = context.models.embedding;
      if (!model) throw new Problem("not-found", "this server has no embedding model to measure");
      if (isMeasuring) throw new Problem("conflict", "another measurement is under way", { retryAfter: 10 });
      isMeasuring = true;
      const signal = AbortSignal.any([
        signalOf(c, { untimed: true }),
        context.closing.signal,
        AbortSignal.timeout(measuredMs),
      ]);
      return events(c, async (send) => {
        try {
          const { load: options } = context.machine;
          // Held for as long as it takes: it must not be unloaded meanwhile.
          await model.use(async (loaded) => {
            for await (const { news, ...what } of measureDevices(model.id, { load: options, loaded, signal })) {
              await send(news, what);
            }
          }, signal);
        } finally {
          isMeasuring = false;
        }
      });
    },
  );
  return door;
}

function loadOf({ models, admission }: ServerContext): z.infer<typeof load> {
  const stats = models.embedding.flatMap(({ loaded }) => loaded?.stats() ?? []);
  const sum = (value: (of: (typeof stats)[number]) => number): number =>
    stats.reduce((all, each) => all + value(each), 0);
  return {
    time: Date.now(),
    texts: sum(({ texts }) => texts),
    tokens: sum(({ tokens }) => tokens),
    batches: sum(({ batches }) => batches),
    requests: admission.requests,
    residentBytes: process.memoryUsage.rss(),
    gpuBytes: sum(({ gpu }) => gpu?.gpuBytes ?? 0),
  };
}
