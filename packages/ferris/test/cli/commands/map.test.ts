/** `ferris map`: the clusters, the points as CSV and JSON, and the map that is kept. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ferris, keepModels, succeeds, temporaryFolder } from "../support/ferris-here.ts";

const folder = temporaryFolder("map");
const subjects = {
  bread: "Knead the dough, let it rise in a warm place, and bake the loaf until its crust is brown",
  pumps: "The pump needs oil at its bearing and a clean inlet valve before the motor starts",
  stars: "The telescope follows a star over the night sky while the comet passes the planet",
};

beforeAll(async () => {
  keepModels();
  for (const [subject, text] of Object.entries(subjects)) {
    mkdirSync(join(folder, subject));
    for (let i = 0; i < 12; i++) writeFileSync(join(folder, subject, `${i}, "part".txt`), `${text}, number ${i}.\n`);
  }
  await succeeds(["index", ".", "--device", "cpu"], { cwd: folder });
});

const run = async (args: readonly string[]) => {
  const done = await ferris(args, { cwd: folder });
  expect([done.code, done.stderr]).toEqual([0, expect.anything()]);
  return done;
};

test("without a map, --no-draw says so; map draws it, says how far it is, and keeps it", async () => {
  const none = await ferris(["map", "--no-draw"], { cwd: folder });
  expect([none.code, none.stdout]).toEqual([1, ""]);
  expect(none.stderr).toContain("no map of ");
  const drawn = await run(["map"]);
  expect(existsSync(join(folder, ".ferris", "map.bin"))).toBe(true);
  const sizes = drawn.stdout
    .trim()
    .split("\n")
    .map((line) => Number.parseInt(line, 10));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(36);
  expect(drawn.stdout).toMatch(/\b(?:bread|dough|loaf)\b/);
  const kept = await run(["map", "--no-draw"]);
  expect([kept.stdout, kept.stderr]).toEqual([drawn.stdout, ""]);
});

test("JSON and CSV have each passage with its place and cluster", async () => {
  const { stdout } = await run(["map", "--json"]);
  const map = JSON.parse(stdout) as {
    readonly passages: number;
    readonly documents: readonly { readonly id: number; readonly path: string }[];
    readonly levels: readonly { readonly clusters: readonly { readonly size: number }[] }[];
    readonly points: readonly {
      passage: number;
      document: number;
      x: number;
      y: number;
      clusters: (number | null)[];
    }[];
  };
  expect([map.passages, map.points.length, map.documents.length]).toEqual([36, 36, 36]);
  for (const [level, { clusters }] of map.levels.entries()) {
    clusters.forEach(({ size }, cluster) =>
      expect(map.points.filter((point) => point.clusters[level] === cluster)).toHaveLength(size),
    );
  }
  const csv = (await run(["map", "--format", "csv"])).stdout.trimEnd().split("\r\n");
  expect(csv[0]).toBe("passage,path,type,x,y,cluster,words");
  expect(csv).toHaveLength(37);
  const { passage, x, y, document } = map.points[0]!;
  const { path } = map.documents.find(({ id }) => id === document)!;
  expect(csv[1]!.startsWith(`${passage},"${path.replaceAll('"', '""')}",text,${x},${y},`)).toBe(true);
});

test("an unknown format is refused", async () => {
  const { code, stderr } = await ferris(["map", "--format", "svg"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain('--format is "svg": it must be one of clusters, csv');
});
