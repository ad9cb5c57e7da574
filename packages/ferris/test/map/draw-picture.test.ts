/** The picture in a thread of its own: the same as here, ended when it is told to, and missed when it dies. */
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { drawPicture, type PictureSource } from "../../src/map/draw-picture.ts";
import type { MapStage } from "../../src/map/point-cloud.ts";
import { bundle } from "../support/child.ts";
import { folderOf } from "../support/files.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { topicVectors } from "./support/topics.ts";

let worker: string;
beforeAll(async () => {
  worker = await bundle(fileURLToPath(new URL("../../src/map/map-worker.ts", import.meta.url)));
});

const dimensions = 32;

function source(rows: number): PictureSource {
  const { vectors } = topicVectors(rows, 4, dimensions);
  async function* blocks(): AsyncGenerator<Float32Array> {
    for (let at = 0; at < vectors.length; at += 100 * dimensions) yield vectors.slice(at, at + 100 * dimensions);
  }
  return { sample: vectors.slice(0, 200 * dimensions), dimensions, blocks: blocks() };
}

test("is the same in a thread as in this one", async () => {
  const stages = new Set<MapStage>();
  const there = await drawPicture(source(300), { worker, onProgress: ({ stage }) => stages.add(stage) });
  const here = await drawPicture(source(300), { worker: null, onProgress: () => {} });
  expect(there).toEqual(here);
  expect(stages.size).toBeGreaterThan(0);
});

test("ends when it is told to, in the middle of it", async () => {
  const stop = new AbortController();
  const drawing = drawPicture(source(20_000), {
    worker,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error("enough")),
  });
  await expect(drawing).rejects.toThrow("enough");
});

test("a thread that dies is an error, not a wait for ever", async () => {
  const dying = join(folderOf(), "dying.mjs");
  writeFileSync(dying, "process.exit(3);");
  await expect(drawPicture(source(300), { worker: dying, onProgress: () => {} })).rejects.toThrow(
    /ended before the map was drawn/,
  );
  await expect(drawPicture(source(300), { worker: "/no/such/worker.mjs", onProgress: () => {} })).rejects.toThrow(
    "Cannot find module",
  );
});
