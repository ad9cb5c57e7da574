/** An index in a PostgreSQL, by the commands that a person types: as a process each, on the server that FERRIS_TEST_POSTGRES_URL names. */
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { event, serve } from "../../answer/support/endpoint-server.ts";
import { connect } from "../../../src/store/postgres/connection.ts";
import { linkTo } from "../../store/support/link.ts";
import { dropSchema, newSchema, realName, realUrl, withSchema } from "../../store/support/postgres.ts";
import { ferris, ferrisCommand, startFerris, temporaryFolder, useTinyModel } from "../support/ferris-process.ts";

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

  test("a migration takes as long as it takes, where other statements would be given up", async () => {
    const schema = newSchema();
    const place = withSchema(realUrl!, schema);
    // Two minutes are a second.
    const hurried = `const wait = setTimeout; globalThis.setTimeout = (then, ms, ...rest) => wait(then, ms > 100000 ? ms / 120 : ms, ...rest);`;
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hurried)}` };
    const held = await connect(place);
    onTestFinished(async () => {
      await held.close();
      await dropSchema(place);
    });
    let migrating: ReturnType<typeof ferris>;
    await held.write(async (sql) => {
      await sql.query("SELECT pg_advisory_xact_lock($1, hashtext($2))", [0x46657272, schema]);
      migrating = ferris(["db", "migrate", "--store", place], { environment });
      const waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = hashtext($1)::oid AND NOT granted";
      await vi.waitUntil(async () => (await sql.query(waits, [schema])).length > 0, { timeout: 60_000, interval: 100 });
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    });
    const { code, stderr } = await migrating!;
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringContaining("trying again") as string });
  }, 120_000);

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

  test("an index is renamed, and dropped after it was said twice", async () => {
    expect((await run("index", notes, "--index", "old-name")).code).toBe(0);
    expect(await run("db", "rename", "--index", "old-name")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/needs the new name/),
    });
    expect(await run("db", "rename", "a/b", "--index", "old-name")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/invalid index name/),
    });
    expect(await run("db", "rename", "kept", "--index", "old-name")).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/called "kept" now/),
    });
    expect((await run("search", "keys", "--mode", "text", "--index", "kept")).code).toBe(0);
    expect((await run("search", "keys", "--mode", "text", "--index", "old-name")).code).toBe(2);

    expect(await run("db", "drop", "--yes")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/say which index/),
    });
    expect(await run("db", "drop", "kept", "--yes")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/one word too many/),
    });
    // Standard input is no terminal here.
    expect(await run("db", "drop", "--index", "kept")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/say --yes/),
    });
    expect((await run("ls", "--index", "kept")).stdout).not.toBe("");
    const dropped = await run("db", "drop", "--index", "kept", "--yes");
    expect(dropped).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/dropped the index "kept" of postgres:\S+ \d documents?, \d passages?$/m),
    });
    expect(await run("db", "drop", "--index", "kept", "--yes")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no index "kept" in \S+: it has default/),
    });
    expect((await run("ls", "--index", "kept")).code).toBe(2);
  });

  /** Starts a command that lasts, and waits until it says `ready`. */
  async function starts(args: readonly string[], ready: RegExp) {
    const child = startFerris(args, {});
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    const saying = (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(said);
          if (found) resolve(found);
        };
        for (const stream of [child.stdout!, child.stderr!])
          stream.on("data", (data: Buffer) => {
            said += data.toString();
            look();
          });
        child.on("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
        look();
      });
    return { child, ready: await saying(ready), saying };
  }

  test("serve answers, says so while the database is away, and answers again; watch goes on", async () => {
    const link = await linkTo(url);
    onTestFinished(() => link.close());
    const folder = join(temporaryFolder("watched"), "watched");
    mkdirSync(folder);
    writeFileSync(join(folder, "zebra.md"), "# Zebra\n\nThe zebra crossing at the harbour is yellow.\n");
    const store = ["--store", link.url, "--index", "lasting"];
    // A server that is there first, as containers that start together may have it: it finds what is made afterwards.
    const served = await starts(["serve", "--port", "0", "--device", "cpu", ...store], /listening on (http:\S+)/);
    const search = (query: string): Promise<Response> =>
      fetch(`${served.ready[1]}/search`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, mode: "text" }),
      });
    const found = async (query: string): Promise<unknown> => (await (await search(query)).json()).results;
    const early = await search("zebra");
    expect([early.status, (await early.json()).error.message]).toEqual([404, expect.stringMatching(/no index/)]);
    const watching = await starts(["watch", folder, "--device", "cpu", ...store], /1 new/);
    expect(await found("zebra")).toMatchObject([{ path: join(folder, "zebra.md") }]);

    link.refuse(true);
    link.cut();
    const refused = await search("zebra");
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect((await refused.json()).error.message).toMatch(/Cannot reach postgres:/);
    const again = watching.saying(/trying again in 15 s/);
    writeFileSync(join(folder, "giraffe.md"), "# Giraffe\n\nA giraffe in the cellar.\n");
    await again;
    link.refuse(false);
    await watching.saying(/1 new[^]*1 new/);
    expect(await found("giraffe")).toMatchObject([{ path: join(folder, "giraffe.md") }]);

    // Somebody drops all of it: not a word of PostgreSQL's; and what is made there afterwards is found.
    await dropSchema(url);
    const gone = await search("giraffe");
    expect([gone.status, (await gone.json()).error.message]).toEqual([404, expect.stringContaining("has no index")]);
    expect((await ferris(["index", folder, "--device", "cpu", ...store])).code).toBe(0);
    expect(await found("giraffe zebra")).toHaveLength(2);
    for (const { child } of [watching, served]) {
      child.removeAllListeners("exit");
      child.kill("SIGINT");
      await once(child, "exit");
    }
  }, 180_000);

  test("mcp, ask and compact", async () => {
    const index = ["--index", "asked"];
    expect((await run("index", notes, ...index)).code).toBe(0);
    const { file, args, env } = ferrisCommand(["mcp", "--device", "cpu", "--store", url, ...index]);
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new StdioClientTransport({ command: file, args, env }));
    const called = await client.callTool({ name: "search", arguments: { query: "rotates", mode: "text" } });
    expect(JSON.stringify(called.content)).toContain("keys.md:1-3");
    await client.close();
    const baseUrl = await serve((_, response) => response.end(`${event("Nobody [1].")}data: [DONE]\n\n`));
    const environment = { FERRIS_LLM_BASE_URL: baseUrl, FERRIS_LLM_MODEL: "m", FERRIS_STORE: url };
    const asked = await ferris(["ask", "who rotates anything?", "--json", "--device", "cpu", ...index], {
      environment,
    });
    expect(asked.code, asked.stderr).toBe(0);
    expect(JSON.parse(asked.stdout)).toMatchObject({ answer: expect.stringContaining("Nobody") });
    expect((await run("compact", ...index)).code).toBe(0);
  });
});
