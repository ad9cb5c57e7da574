/** The map, the indexes and the device over HTTP: as the page asks for them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { unpack } from "../../src/map/packed.ts";
import { useServer } from "./support/server.ts";

const more = mkdtempSync(join(tmpdir(), "ferris-more-"));
afterAll(() => rmSync(more, { recursive: true }));
const settings = [{ name: "device", value: "cpu", origin: "flag: --device", description: "where models run" }];
const server = useServer({
  indexable: [more],
  machine: { load: { device: "cpu", allowSoftwareAdapter: false }, settings },
});

const get = async (path: string) => fetch(server.url + path);
const json = async (path: string) => (await (await get(path)).json()) as Record<string, never>;
const post = (path: string, body: object = {}) =>
  fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

async function eventsOf(response: Response) {
  const blocks = (await response.text()).split("\n\n").filter((block) => block !== "");
  return blocks.map((block) => {
    const [, event, data] = /^event: (.*)\ndata: (.*)$/m.exec(block)!;
    return { event: event!, data: JSON.parse(data!) as Record<string, never> };
  });
}

describe("the map", () => {
  test("is not there at first; is drawn, told of, and sent", async () => {
    expect(await json("/map")).toEqual({ index: "docs", map: null, drawing: null });
    expect((await get("/map/points")).status).toBe(404);
    expect((await get("/map/events")).status).toBe(404);

    const started = await post("/map");
    expect([started.status, ((await started.json()) as { state: string }).state]).toEqual([202, "drawing"]);
    const events = await eventsOf(await get("/map/events"));
    expect(events.at(-1)).toMatchObject({ event: "done", data: { index: "docs", state: "done", error: null } });

    const { map } = await json("/map");
    expect(map).toMatchObject({ points: 2, passages: 2, added: 0, removed: 0, isTrue: true });
    const response = await get("/map/points");
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { header, start } = unpack(bytes)! as { header: Record<string, never>; start: number };
    expect(start % 8).toBe(0);
    const { points, levels, documents } = header as unknown as {
      points: number;
      levels: object[];
      documents: { path: string }[];
    };
    expect(bytes.length).toBe(start + points * (8 + 8 + 4 + 2 * levels.length));
    expect(documents.map(({ path }) => path)).toEqual([join(server.docs, "bread.txt"), join(server.docs, "keys.md")]);
    const ids = new Float64Array(bytes.buffer, start, points);
    for (const id of ids) expect((await get(`/passages/${id}`)).status).toBe(200);
  });

  test("an index by a name that nobody has", async () => {
    expect((await get("/map?index=nothing")).status).toBe(404);
    expect((await post("/map", { index: "nothing" })).status).toBe(404);
    expect((await post("/map", { depth: 9 })).status).toBe(400);
  });
});

test("a search within documents that were picked on the map", async () => {
  const { documents } = await json("/documents");
  const bread = (documents as unknown as { id: number; path: string }[]).find(({ path }) =>
    path.endsWith("bread.txt"),
  )!;
  const answer = await post("/search", { query: "rotate a key dough", documents: [bread.id] });
  const { results } = (await answer.json()) as { results: { path: string }[] };
  expect(results.map(({ path }) => path)).toEqual([bread.path]);
  expect((await post("/search", { query: "x", documents: [0.5] })).status).toBe(400);
});

describe("indexes", () => {
  test("what is served, and what may be added", async () => {
    const { indexes, indexable } = await json("/indexes");
    expect(indexable).toEqual([more]);
    expect(indexes).toMatchObject([
      { name: "docs", documents: 2, roots: [server.docs], model: "all-minilm-l6-v2-q8", dimensions: 384 },
    ]);
  });

  test("a folder is added, what was left out is told file by file, and it is taken out again", async () => {
    mkdirSync(join(more, "in"));
    writeFileSync(join(more, "in/volcano.md"), "Lava comes out of a volcano.\n");
    writeFileSync(join(more, "in/empty.md"), "");
    writeFileSync(join(more, "in/program.exe"), "MZ");
    const { id } = (await (await post("/index", { paths: [join(more, "in")] })).json()) as { id: string };
    const events = await eventsOf(await get(`/index/${id}/events`));
    expect(events.at(-1)).toMatchObject({ event: "done", data: { report: { added: 1 } } });
    const { files } = await json(`/index/${id}/files`);
    expect(
      (files as unknown as { path: string; outcome: string }[])
        .map(({ path, outcome }) => [path, outcome])
        .toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
    ).toEqual([
      [join(more, "in/empty.md"), "empty"],
      [join(more, "in/program.exe"), expect.stringMatching(/binary|unsupported/)],
    ]);
    expect((await get("/index/nothing/files")).status).toBe(404);
    // The map is behind now, and says so.
    expect((await json("/map")).map).toMatchObject({ added: 1, isTrue: false });
    expect(await (await post("/indexes/remove", { paths: [join(more, "in")] })).json()).toEqual({ removed: 1 });
  });

  test("models and settings", async () => {
    const { models, others } = await json("/models");
    const bundled = (models as unknown as { id: string; bytes: number; isServed: boolean }[]).find(
      ({ id }) => id === "all-minilm-l6-v2-q8",
    )!;
    expect(bundled.isServed).toBe(true);
    expect(bundled.bytes).toBeGreaterThan(20_000_000);
    expect(others).toEqual([expect.stringContaining("bert-reranker-1")]);
    expect((await json("/settings")).settings).toEqual(settings);
  });
});

describe("the device", () => {
  test("what computes, and how much", async () => {
    await post("/embed", { inputs: ["one", "two"] });
    const { machine, models, load } = await json("/device");
    expect(machine).toMatchObject({ cores: expect.any(Number), node: process.versions.node });
    expect(models).toMatchObject([
      { kind: "embedder", info: { device: "cpu", dimensions: 384 } },
      { kind: "reranker" },
    ]);
    expect((load as { tokens: number }).tokens).toBeGreaterThan(0);
    const stop = new AbortController();
    const response = await fetch(`${server.url}/device/events`, { signal: stop.signal });
    const { value } = await response.body!.getReader().read();
    expect(new TextDecoder().decode(value)).toMatch(/^event: load\ndata: \{"time":/);
    stop.abort();
  });

  test("is measured, one measurement at a time; where there is no GPU it says why", async () => {
    const [first, second] = [post("/device/measure"), post("/device/measure")];
    const statuses = (await Promise.all([first, second])).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 409]));
    const running = await (statuses[0] === 200 ? first : second);
    const events = await eventsOf(running);
    expect(events.map(({ event }) => event)).toEqual(["loading", "unavailable", "measuring", "measured", "done"]);
    expect((events[1]!.data.reason as string).length).toBeGreaterThan(20);
    expect(events[3]!.data.speed).toMatchObject({ device: "cpu", on: "onnxruntime" });
    expect((events[3]!.data.speed as { textsPerSecond: number }).textsPerSecond).toBeGreaterThan(0);
    expect(events[4]!.data).toEqual({ agreement: null });
  });
});

describe("a server that allows nothing more", () => {
  const closed = useServer();

  test("lets nobody take documents out", async () => {
    const refused = await fetch(`${closed.url}/indexes/remove`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ paths: [closed.docs] }),
    });
    expect([refused.status, ((await refused.json()) as { error: { message: string } }).error.message]).toEqual([
      403,
      expect.stringContaining("cannot be changed"),
    ]);
  });

  test("describes all of this in its document, and shows no key", async () => {
    const { paths } = (await (await fetch(`${closed.url}/openapi.json`)).json()) as { paths: Record<string, object> };
    for (const path of [
      "/map",
      "/map/events",
      "/map/points",
      "/indexes",
      "/indexes/remove",
      "/models",
      "/settings",
      "/device",
      "/device/events",
      "/device/measure",
    ]) {
      expect(paths).toHaveProperty([path]);
    }
  });
});
