/** A server in the background, and the commands that use it: what they print is what they print without it. */
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { describeServer } from "../../../src/cli/warm/control.ts";
import { frame, fromCaller } from "../../../src/cli/warm/frames.ts";
import { ferris as ferrisHere } from "../support/ferris-here.ts";
import { ferris, ferrisCommand, startFerris, succeeds, temporaryFolder } from "../support/ferris-process.ts";

const tiny = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const folder = temporaryFolder("warm");
const place = join(folder, "run");
const socket = join(place, "serve.sock");
const caches = join(folder, "caches");
const warm = { FERRIS_SOCKET: socket, XDG_CACHE_HOME: caches };
const cold = { XDG_CACHE_HOME: caches };
const onUnix = process.platform !== "win32";
const started: Server[] = [];
let pid: number;

/** The same command with the server and without. */
async function both(args: readonly string[], options: { input?: string; cwd?: string } = {}) {
  const given = { cwd: folder, ...options };
  return [
    await ferris(args, { ...given, environment: warm }),
    await ferrisHere(args, { ...given, environment: cold }),
  ] as const;
}

/** Whether `work` was done by the server. */
async function byServer(work: () => Promise<unknown>): Promise<boolean> {
  const before = (await describeServer(socket))!.commands;
  await work();
  return (await describeServer(socket))!.commands > before;
}

const search = (environment: Record<string, string> = warm) =>
  ferris(["search", "--mode", "text", "dough"], { cwd: folder, environment });

beforeAll(async () => {
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "docs", "keys.md"), "# Keys\n\nTo rotate a key, create the second one first.\n");
  writeFileSync(join(folder, "docs", "bread.txt"), "Knead the dough for ten minutes and let it rise.\n");
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder, environment: cold });
  const { stdout } = await ferris(["serve", "--daemon", "--port", "0", "--device", "cpu", "--json"], {
    cwd: folder,
    environment: warm,
  });
  ({ pid } = JSON.parse(stdout) as { pid: number });
});

afterEach(() => {
  for (const server of started.splice(0)) server.close();
});

afterAll(async () => {
  await ferris(["stop"], { environment: warm });
});

test("the socket is this user's alone, and the server is found by it", async () => {
  expect(await byServer(() => search())).toBe(true);
  const again = await ferris(["serve", "--daemon"], { environment: warm });
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining(`already running: process ${pid}, http`) });
  const modes = onUnix ? [statSync(place).mode & 0o777, statSync(socket).mode & 0o777] : [0o700, 0o600];
  expect(modes).toEqual([0o700, 0o600]);
});

describe("prints what it prints without a server", () => {
  test.each<[args: string[], input?: string]>([
    [["search", "how do I rotate a key", "--device", "cpu", "--explain", "-C", "2"]],
    [["search", "--mode", "text", "zebra"]],
    [["search", "--mode", "nonsense", "zebra"]],
    [["search", "--no-such-option", "zebra"]],
    [["search", "key", "--db", "elsewhere"]],
    [["--json", "search", "key", "--db", "elsewhere"]],
    [["search", "key", "--model", "no-such-model"]],
    [["related", "docs/keys.md:1"]],
    [["--index", "other", "search", "key"]],
    [["ask", "how do I rotate a key", "--device", "cpu"]],
    [["embed", "--device", "cpu"], "a text\nGrüße aus 東京\n"],
    [["embed", "--device", "cpu", "--jsonl"], "no json\n"],
  ])("%j", async (args, input = "") => {
    let results: Awaited<ReturnType<typeof both>>;
    expect(await byServer(async () => (results = await both(args, { input })))).toBe(true);
    const [served, own] = results!;
    expect(served).toEqual(own);
  });

  test("as JSON, but for the seconds", async () => {
    const results = await both(["search", "how do I rotate a key", "--device", "cpu", "--json"]);
    const [served, own] = results.map(({ stdout }) => ({ ...(JSON.parse(stdout) as object), seconds: 0 }));
    expect(served).toEqual(own);
    expect(served).toMatchObject({ index: join(folder, ".ferris") });
  });

  test("from another folder, with the index in force there", async () => {
    const [served, own] = await both(["search", "--mode", "text", "dough"], { cwd: join(folder, "docs") });
    expect(served).toEqual(own);
    expect(served.stdout).toMatch(/^ 1\. bread\.txt:1/);
  });

  test("what writes a file is done by the caller itself", async () => {
    const options = { input: "a text\n", cwd: folder, environment: warm };
    const work = () => succeeds(["embed", "--device", "cpu", "-f", "npy", "-o", "one.npy"], options);
    expect(await byServer(work)).toBe(false);
    expect(readFileSync(join(folder, "one.npy")).subarray(1, 6).toString()).toBe("NUMPY");
  });
});

test("changes of the index are seen", async () => {
  writeFileSync(join(folder, "docs", "new.md"), "# Zymurgy\n\nHops and barley.\n");
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder, environment: cold });
  const [{ stdout }] = await both(["search", "--mode", "text", "zymurgy"]);
  expect(stdout).toContain("new.md");
});

test("an MCP client is served through the thin process", async () => {
  const { file, args, env } = ferrisCommand(["mcp", "--device", "cpu", "-q", folder], warm);
  const client = new Client({ name: "test", version: "0" });
  await client.connect(new StdioClientTransport({ command: file, args, env }));
  const { content } = await client.callTool({ name: "search", arguments: { query: "how do I rotate a key" } });
  expect(JSON.stringify(content)).toContain("keys.md:1-3");
  expect(await byServer(() => client.close())).toBe(true);
});

test("a reader that closes the pipe ends the command quietly", async () => {
  const child = startFerris(["search", "key", "--device", "cpu", "--format", "files"], {
    cwd: folder,
    environment: warm,
  });
  child.stdout!.destroy();
  child.stdin!.end();
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(0);
  expect(await byServer(() => search())).toBe(true);
});

test("the first signal stops the command, and the server goes on", async () => {
  const child = startFerris(["embed", "--device", "cpu", "--model", tiny], { cwd: folder, environment: warm });
  child.stdin!.write("a text\n".repeat(3_000));
  // The server is at work on it; its input stays open, so that it can only wait for more.
  await once(child.stdout!, "data");
  child.stdout!.resume();
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(130);
  expect(await byServer(() => search())).toBe(true);
});

/** What the server answers a caller of its own version that is otherwise. */
async function startedAs(other: object): Promise<{ reason: string; message: string }> {
  const { version } = (await describeServer(socket))!;
  const client = connect(socket);
  const hello = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ferris-command-1\r\n\r\n";
  const start = {
    version,
    args: ["search", "key"],
    folder,
    environment: {},
    stdin: {},
    stdout: {},
    stderr: {},
    ...other,
  };
  client.write(Buffer.concat([Buffer.from(hello), frame(fromCaller.start, JSON.stringify(start))]));
  const blocks: Buffer[] = [];
  client.on("data", (block: Buffer) => blocks.push(block));
  await once(client, "close");
  const text = Buffer.concat(blocks).toString();
  return JSON.parse(text.slice(text.indexOf("{"))) as { reason: string; message: string };
}

describe("a server that does not fit is not used", () => {
  test("another version is told of, once a command", async () => {
    const version = await fakeServer(15, JSON.stringify({ reason: "version", message: "The server is ferris 9.9.9." }));
    const environment = { ...warm, FERRIS_SOCKET: version };
    const { code, stdout, stderr } = await search(environment);
    expect(code).toBe(0);
    expect(stdout).toContain("bread.txt:1");
    expect(stderr).toContain("The server is ferris 9.9.9.");
  });

  test("one of the same version that reads other indexes", async () => {
    const declined = await startedAs({ schema: 99 });
    expect(declined).toMatchObject({ reason: "version" });
    expect(declined.message).toMatch(
      /indexes of schema \d+; this is \S+ with indexes of schema 99, which does its work/,
    );
    expect(await startedAs({})).toMatchObject({
      reason: "version",
      message: expect.stringContaining("schema unknown"),
    });
  });

  test("models that would be found elsewhere: the caller does its own work", async () => {
    const environment = { ...warm, HF_HOME: join(folder, "hub") };
    let found: Awaited<ReturnType<typeof search>>;
    expect(await byServer(async () => (found = await search(environment)))).toBe(false);
    expect(found!).toMatchObject({ code: 0, stdout: expect.stringContaining("bread.txt:1") });
  });

  test.runIf(onUnix)("a socket where others may come in", async () => {
    const open = temporaryFolder("open");
    const path = join(open, "serve.sock");
    let visited = false;
    const server = createServer((visitor) => {
      visited = true;
      visitor.destroy();
    }).listen(path);
    started.push(server);
    await once(server, "listening");
    chmodSync(open, 0o755);
    const { code } = await search({ ...warm, FERRIS_SOCKET: path });
    expect([code, visited]).toEqual([0, false]);
  });

  test("one that breaks off before it has said anything", async () => {
    const path = await fakeServer(null, "");
    const { code, stdout } = await search({ ...warm, FERRIS_SOCKET: path });
    expect([code, stdout.includes("bread.txt:1")]).toEqual([0, true]);
  });
});

test("nonsense on the socket leaves the server up", async () => {
  for (const bytes of [
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: something-else\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ferris-command-1\r\n\r\n\u0001\u0000\u0000\u0000\u0003{no",
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ferris-command-1\r\n\r\n\u0001\u00ff\u00ff\u00ff\u00ff",
  ]) {
    const client = connect(socket);
    client.on("error", () => {});
    client.write(Buffer.from(bytes, "latin1"));
    client.resume();
    await once(client, "close");
  }
  expect(await byServer(() => search())).toBe(true);
});

test("ends when nobody asks it anything, and when it is told to; what a killed one left is taken over", async () => {
  const other = temporaryFolder("idle");
  const environment = { ...warm, FERRIS_SOCKET: join(other, "run", "s.sock"), XDG_CACHE_HOME: caches };
  const begin = async (...more: string[]) => {
    const args = ["serve", "--daemon", "--port", "0", "--device", "cpu", "--json", ...more];
    const { stdout } = await ferris(args, { cwd: other, environment });
    return (JSON.parse(stdout) as { pid: number }).pid;
  };
  process.kill(await begin(), "SIGKILL");
  const second = await begin("--idle-exit", "0.02", "--unload-after", "1");
  await ends(second);
  expect(existsSync(join(other, "run", "s.sock"))).toBe(false);
  const third = await begin();
  expect(await ferris(["stop"], { environment })).toMatchObject({ code: 0, stderr: `stopped (process ${third})\n` });
  expect(await ferris(["stop"], { environment })).toMatchObject({ code: 1, stderr: "no server is running\n" });
  await ends(third);
  rmSync(other, { recursive: true, force: true });
});

test("a server that cannot start says why", async () => {
  const environment = { ...warm, FERRIS_SOCKET: join(temporaryFolder("taken"), "run", "s.sock") };
  const taken = createServer().listen(0, "127.0.0.1");
  started.push(taken);
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const { code, stderr } = await ferris(["serve", "--daemon", "--port", String(port)], { cwd: folder, environment });
  expect(code).toBe(3);
  expect(stderr).toMatch(/did not start: 127\.0\.0\.1 port \d+ cannot be listened on: .*EADDRINUSE/);
});

/** A server that takes the connection and answers with one frame, or with the end of the connection. */
async function fakeServer(kind: number | null, payload: string): Promise<string> {
  const home = temporaryFolder("fake");
  chmodSync(home, 0o700);
  const path = join(home, "s.sock");
  const server = createServer((visitor) => {
    visitor.on("error", () => {});
    visitor.once("data", () => {
      visitor.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      visitor.once("data", () => {
        if (kind === null) return visitor.destroy();
        const head = Buffer.alloc(5);
        head[0] = kind;
        head.writeUInt32BE(Buffer.byteLength(payload), 1);
        return visitor.end(Buffer.concat([head, Buffer.from(payload)]));
      });
    });
  }).listen(path);
  started.push(server);
  await once(server, "listening");
  return path;
}

async function ends(process_: number): Promise<void> {
  for (let i = 0; i < 2_400; i++) {
    try {
      process.kill(process_, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`process ${process_} is still there`);
}
