/** A server that is started and closed again and again within a process leaves nothing there: a program that embeds one lives for long. */
import { zodToOpenAPIRegistry } from "@asteasolutions/zod-to-openapi";
import { z } from "@hono/zod-openapi";
import { expect, onTestFinished, test, vi } from "vitest";
import { ModelPool } from "../../src/models/model-pool.ts";
import { startServer } from "../../src/server/start.ts";

test("no description of a request stays behind", async () => {
  const pool = new ModelPool({ load: { device: "cpu" } });
  const once = async () => {
    const server = await startServer({ address: { host: "127.0.0.1", port: 0 }, models: [], pool, version: "test" });
    await (await fetch(`${server.url}/openapi.json`)).text();
    await server.close();
  };
  await once();
  // The library's register holds what is described for the life of the process.
  const described = vi.spyOn(zodToOpenAPIRegistry, "add");
  onTestFinished(() => described.mockRestore());
  await once();
  expect(described).not.toHaveBeenCalled();
  z.string().openapi({ description: "seen" });
  expect(described).toHaveBeenCalled();
  await pool.close();
});
