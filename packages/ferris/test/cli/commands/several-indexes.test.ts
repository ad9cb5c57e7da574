/** One search over several indexes, and what is related to a document, as processes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ferris, succeeds, temporaryFolder, keepModels } from "../support/ferris-here.ts";

const folder = temporaryFolder("several");
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  for (const name of ["notes", "work"]) mkdirSync(at(name));
  writeFileSync(at("notes", "keys.md"), "# Keys\n\nTo rotate a signing key, create the second one first.\n");
  writeFileSync(at("notes", "vault.md"), "# Vault\n\nA signing key of the vault is revoked after a day.\n");
  writeFileSync(at("notes", "bread.md"), "# Bread\n\nKnead the dough and let it rise.\n");
  writeFileSync(at("work", "rotation.md"), "# Rotation\n\nWe rotate every signing key each month.\n");
  for (const name of ["notes", "work"]) await succeeds(["index", ".", "--device", "cpu"], { cwd: at(name) });
  keepModels();
});

const run = (...args: string[]) => ferris(args, { cwd: folder });
const both = ["--db", "notes/.ferris", "--db", "work/.ferris"];

describe("search in several indexes", () => {
  test("has one order, and names the index of each result", async () => {
    const { code, stdout, stderr } = await run("search", "rotate a signing key", ...both, "--device", "cpu", "-k", "2");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ 1\. \S+\.md:1-3 {2}\[(notes|work)\]/);
    expect(stdout).toMatch(/\n 2\. \S+\.md:1-3 {2}\[(notes|work)\]/);
    expect(["notes/keys.md", "work/rotation.md"].every((path) => stdout.includes(path))).toBe(true);
    expect(stderr).not.toContain("given 2 times");
  });

  test("JSON says whose each result is", async () => {
    const { stdout } = await run("search", "signing key", "--mode", "text", "--json", ...both);
    const { results, indexes } = JSON.parse(stdout) as {
      results: { index: string; rank: number }[];
      indexes: { name: string; index: string; error: string | null }[];
    };
    expect(new Set(results.map(({ index }) => index))).toEqual(
      new Set([at("notes", ".ferris"), at("work", ".ferris")]),
    );
    expect(results.map(({ rank }) => rank)).toEqual(results.map((_, i) => i + 1));
    expect(indexes.map(({ name, error }) => [name, error])).toEqual([
      ["notes", null],
      ["work", null],
    ]);
  });

  test("one that cannot be searched is said, and costs nothing of the other", async () => {
    const { code, stdout, stderr } = await run(
      "search",
      "signing",
      "--mode",
      "text",
      ...both,
      "--db",
      "none",
      "--format",
      "files",
    );
    expect(stdout.split("\n")).toContain("work/rotation.md");
    expect(stderr).toMatch(/warning: .*none was not searched: .*no index/i);
    expect(code).toBe(2);
  });

  test("other commands still say which one they use", async () => {
    const { stderr } = await run("status", ...both);
    expect(stderr).toContain('--db was given 2 times; the last value, "work/.ferris", is used');
  });
});

describe("related", () => {
  const related = (...args: string[]) => ferris(["related", ...args], { cwd: at("notes") });

  test("prints what is near a document, without a model, and not the document", async () => {
    const { code, stdout, stderr } = await related("keys.md", "-k", "1");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ 1\. vault\.md:1-3 {2}Vault {2}0\.\d{3} #\d+\n/);
    const files = await related("keys.md:3", "--format", "files");
    expect(files.stdout).toBe("vault.md\nbread.md\n");
    const json = JSON.parse((await related("keys.md", "--exclude", "vault.md", "--json")).stdout) as {
      source: { startLine: number; endLine: number };
      results: { path: string }[];
    };
    expect(json.source).toMatchObject({ path: at("notes", "keys.md"), startLine: 1, endLine: 3 });
    expect(json.results.map(({ path }) => path)).toEqual([at("notes", "bread.md")]);
  });

  test("what is not there", async () => {
    expect(await related("none.md")).toMatchObject({ code: 1, stdout: "" });
    expect((await related("keys.md:99")).stderr).toContain("its last line is 3");
    expect(await related("keys.md:0")).toMatchObject({ code: 2 });
    expect(await related("#999999")).toMatchObject({ code: 1 });
  });
});

test("a leading ~ is the user's folder wherever a path is given", async () => {
  const { stderr } = await run("eval", "--suite=~/ferris-none.json");
  expect(stderr).toContain(join(homedir(), "ferris-none.json"));
  const mcp = await run("mcp", "~/ferris-none");
  expect(mcp.stderr).toContain(join(homedir(), "ferris-none"));
});

test("--sort has two orders", async () => {
  expect((await run("search", "x", "--sort", "name")).stderr).toContain("it must be one of relevance, date");
});
