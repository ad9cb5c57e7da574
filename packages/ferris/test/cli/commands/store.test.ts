/** An index in a PostgreSQL, by the commands that a person types: as a process each, on the server that FERRIS_TEST_POSTGRES_URL names. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dropSchema, newSchema, realName, realUrl, withSchema } from "../../store/support/postgres.ts";
import { ferris, temporaryFolder, useTinyModel } from "../support/ferris-process.ts";

useTinyModel();

test("a password on the command line is refused, and shown nowhere", async () => {
  const url = "postgres://ann:hunter2@127.0.0.1:1/notes";
  for (const args of [["search", "x"], ["db", "status"], ["doctor"], ["config"]]) {
    const { stdout, stderr } = await ferris([...args, "--store", url]);
    expect(stdout + stderr).not.toContain("hunter2");
    if (args[0] !== "config") expect(stderr).toMatch(/--store has a password/);
  }
  const found = await ferris(["status", "--json"], { environment: { FERRIS_STORE: url } });
  expect(found.code).toBe(23);
  expect(JSON.parse(found.stderr).error).toMatchObject({ code: "STORE_UNREACHABLE" });
  expect(found.stdout + found.stderr).not.toContain("hunter2");
});

describe.runIf(realUrl !== null)(`with --store (${realName})`, () => {
  const url = realUrl === null ? "" : withSchema(realUrl, newSchema());
  let notes = "";

  beforeAll(() => {
    notes = join(temporaryFolder("notes"), "notes");
    mkdirSync(notes);
    writeFileSync(join(notes, "keys.md"), "# Keys\n\nRotate the signing key every ninety days.\n");
    writeFileSync(join(notes, "pumps.md"), "# Pumps\n\nThe pump in the cellar runs at night.\n");
  });
  afterAll(() => dropSchema(url));

  const run = (...args: string[]) => ferris([...args, "--store", url]);

  test("index, search, ls, get, related, status, rm", async () => {
    const missing = await run("search", "pump");
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/has no index/) });
    expect(await run("index", notes)).toMatchObject({ code: 0 });
    expect(await run("db", "status")).toMatchObject({ code: 0 });
    const found = await run("search", "cellar pump", "--mode", "text", "--json");
    expect(JSON.parse(found.stdout).results[0]).toMatchObject({ path: join(notes, "pumps.md") });
    const both = JSON.parse((await run("search", "cellar pump", "--json")).stdout);
    expect(both.results.map(({ path }: { path: string }) => path)).toContain(join(notes, "pumps.md"));
    expect((await run("ls")).stdout.split("\n").filter(Boolean).length).toBe(2);
    expect((await run("get", join(notes, "keys.md"))).stdout).toContain("ninety days");
    expect((await run("related", join(notes, "keys.md"), "--json")).code).toBe(0);
    expect(JSON.parse((await run("status", "--json")).stdout)).toMatchObject({ documents: 2, chunksWithVectors: 2 });

    writeFileSync(join(notes, "keys.md"), "# Keys\n\nNobody rotates anything.\n");
    rmSync(join(notes, "pumps.md"));
    const again = JSON.parse((await run("index", notes, "--json")).stdout.trim().split("\n").at(-1)!);
    expect(again).toMatchObject({ type: "report", changed: 1, removed: 1 });
    expect((await run("search", "ninety", "--mode", "text")).code).toBe(1);
    expect(await run("rm", notes)).toMatchObject({ code: 0 });
    expect((await run("ls")).stdout).toBe("");
  });

  test("several indexes, each with a name; a folder that is named goes before the environment", async () => {
    expect((await run("index", notes, "--index", "team")).code).toBe(0);
    const all = JSON.parse((await run("status", "--all", "--json")).stdout) as { name: string | null }[];
    expect(all.map(({ name }) => name)).toEqual([null, "team"]);
    const folder = temporaryFolder("empty");
    const named = await ferris(["status", "--db", folder], { environment: { FERRIS_STORE: url } });
    expect(named.code).toBe(4);
    expect((await ferris(["status"], { environment: { FERRIS_STORE: url } })).code).toBe(0);
  });
});
