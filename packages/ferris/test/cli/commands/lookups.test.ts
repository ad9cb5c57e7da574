/** Looking up what has a name: versions, with and without their v, and files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ferris, succeeds, temporaryFolder, keepModels } from "../support/ferris-here.ts";

const folder = temporaryFolder("lookups");
const files: Readonly<Record<string, string>> = {
  "changes.md": "# Changes\n\n## v7.8.9\n\nPumps start faster.\n",
  "platforms.md": "# Platforms\n\nWith node-v7.8.6-linux everything works (7.8.5 does not).\n",
  "candidates.md": "# Candidates\n\nTry v2.3.4-rc.1 first.\n",
  "compare.md": "# Compare\n\nhttps://example.org/compare/0.7.8...8.9.0 and 7.8 | 9 %\n",
  "handbook/release.md": "# Shipping\n\nTag, build, publish.\n",
  "notes with space.md": "# Notes\n\nNothing of interest.\n",
};

beforeAll(async () => {
  mkdirSync(join(folder, "handbook"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  await succeeds(["index", ".", "--device", "cpu"], { cwd: folder });
  keepModels();
});

const first = async (query: string, mode: string) => {
  const args = ["search", query, "--mode", mode, "--format", "files", "--device", "cpu"];
  return (await ferris(args, { cwd: folder })).stdout.split("\n")[0];
};

describe.each(["text", "hybrid"])("%s", (mode) => {
  test.each([
    ["7.8.9", "changes.md"],
    ["v7.8.9", "changes.md"],
    ["7.8.6", "platforms.md"],
    ["v7.8.5", "platforms.md"],
    ["2.3.4", "candidates.md"],
    ["release.md", join("handbook", "release.md")],
    ["handbook/release.md", join("handbook", "release.md")],
  ])("%s is in %s", async (query, path) => {
    expect(await first(query, mode)).toBe(path);
  });
});

test("a least score that nothing reaches is told with the nearest miss", async () => {
  const args = ["search", "pumps", "--min-score", "0.99", "--device", "cpu"];
  const { code, stderr } = await ferris(args, { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /nothing found with a score of at least 0\.99\. The nearest miss is .*changes\.md:\d.* with 0\.\d+/,
  );
});

test("a data set is not indexed into an index that a setting names, nor into one with other documents", async () => {
  const beir = new URL("../../evaluation/fixtures/handbook", import.meta.url).pathname;
  const before = (await ferris(["ls"], { cwd: folder })).stdout;
  const place = join(folder, ".ferris");
  const args = ["eval", "--beir", beir, "--mode", "text", "--device", "cpu"];
  expect((await ferris(args, { cwd: folder, environment: { FERRIS_DB: place } })).code).toBe(0);
  const refused = await ferris([...args, "--db", place], { cwd: folder });
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining("6 documents that are not of this data set"),
  ]);
  expect((await ferris(["ls"], { cwd: folder })).stdout).toBe(before);
});

test("an empty path is an error, not the working folder and all below it", async () => {
  for (const args of [
    ["rm", ""],
    ["index", "", "--device", "cpu"],
  ]) {
    const { code, stderr } = await ferris(args, { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain("a path is empty");
  }
});
