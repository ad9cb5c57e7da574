/** Several indexes of one folder, by name and of different models: made, listed, searched, and never mixed. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { ferris, succeeds, temporaryFolder } from "../support/ferris-here.ts";

const tiny = (name: string) =>
  fileURLToPath(new URL(`../../../../metal-candle/test/goldens/tiny/${name}`, import.meta.url));
const place = temporaryFolder("named");
const below = join(place, "docs", "deep");

beforeAll(async () => {
  mkdirSync(below, { recursive: true });
  writeFileSync(join(place, "docs", "keys.md"), "# Keys\n\nRotate the key every month.\n");
  writeFileSync(join(place, "docs", "pumps.md"), "# Pumps\n\nCheck the seals every month.\n");
  await succeeds(["index", "docs", "--model", tiny("bert"), "--device", "cpu"], { cwd: place });
  await succeeds(["index", "docs", "--index", "mpnet", "--model", tiny("mpnet"), "--device", "cpu"], { cwd: place });
});

interface Listed {
  name: string | null;
  folder: string;
  statistics: { identity: { model: string }; documents: number } | null;
  problem: string | null;
}

test("they lie together, and are listed from anywhere below", async () => {
  const { code, stdout } = await ferris(["status", "--all", "--json"], { cwd: below });
  expect(code).toBe(0);
  const listed = JSON.parse(stdout) as Listed[];
  expect(listed.map(({ name, folder }) => [name, folder])).toEqual([
    [null, join(place, ".ferris")],
    ["mpnet", join(place, ".ferris", "mpnet")],
  ]);
  expect(listed.map(({ statistics }) => statistics!.documents)).toEqual([2, 2]);
  const { stdout: shown } = await ferris(["status", "--all"], { cwd: below });
  expect(shown).toMatch(/^\(no name\) +bert +2 documents +2 chunks .*\nmpnet +mpnet +2 documents +2 chunks /);
});

test("each is searched by its name, with a flag, a variable or by its folder", async () => {
  const json = async (args: readonly string[], environment = {}) => {
    const { stdout } = await ferris(["search", "key", "--mode", "text", "--json", ...args], {
      cwd: below,
      environment,
    });
    return JSON.parse(stdout) as { index: string; results: { path: string }[] };
  };
  for (const found of [
    await json(["--index", "mpnet"]),
    await json([], { FERRIS_INDEX: "mpnet" }),
    await json(["--db", join(place, ".ferris"), "--index", "mpnet"]),
    await json(["--db", join(place, ".ferris", "mpnet")]),
  ]) {
    expect(found.index).toBe(join(place, ".ferris", "mpnet"));
    expect(found.results.map(({ path }) => path)).toEqual([join(place, "docs", "keys.md")]);
  }
  expect((await json([])).index).toBe(join(place, ".ferris"));
});

test("a model that is not an index's own is refused with both names, and what to do", async () => {
  for (const args of [
    ["search", "key"],
    ["index", "docs"],
  ]) {
    const { code, stderr } = await ferris([...args, "--index", "mpnet", "--model", tiny("bert"), "--device", "cpu"], {
      cwd: place,
    });
    expect(code).toBe(args[0] === "search" ? 2 : 5);
    expect(stderr).toMatch(
      /made with mpnet .*not with bert .*Open it with mpnet, or make another index for this model. Use the index.s own model .*--index NAME/,
    );
  }
});

test("a name that no index has, or that is invalid", async () => {
  const missing = await ferris(["status", "--index", "other"], { cwd: place });
  expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining(join(place, ".ferris", "other"))]);
  const wrong = await ferris(["index", "docs", "--index", "../other"], { cwd: place });
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('--index is "../other": it must be a name of letters'),
  ]);
  const none = await ferris(["status", "--all"], { cwd: temporaryFolder("none") });
  expect(none.code).toBe(4);
});

test("one that is damaged is said, and hides no other", async () => {
  mkdirSync(join(place, ".ferris", "broken"));
  writeFileSync(join(place, ".ferris", "broken", "index.db"), "this is no database ".repeat(200));
  const { code, stdout } = await ferris(["status", "--all"], { cwd: place });
  expect(code).toBe(6);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]),
  ).toEqual(["(no", "broken", "mpnet"]);
});
