/** `ferris serve` as a process: it says where it listens, answers, refuses what it cannot do, and ends at SIGTERM with its answers sent. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { ferris, startFerris, succeeds, temporaryFolder } from "../support/ferris-process.ts";

async function start(args: readonly string[], cwd: string) {
  const process = startFerris(["serve", "--port", "0", "--device", "cpu", ...args], { cwd });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    process.stderr!.on("data", (data: Buffer) => {
      said += data.toString();
      const found = /listening on (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    process.on("exit", () => reject(new Error(`it ended: ${said}`)));
  });
  return { process, url };
}

test("serves models and the index, and answers what was accepted before it ends", async () => {
  const folder = temporaryFolder("serve");
  writeFileSync(join(folder, "keys.md"), "# Keys\n\nTo rotate a key, create the second one first.\n");
  writeFileSync(join(folder, "keys.txt"), "secret-key\n");
  await succeeds(["index", "keys.md", "--device", "cpu"], { cwd: folder });
  const { process, url } = await start(["--api-key-file", "keys.txt"], folder);
  const headers = { "content-type": "application/json", authorization: "Bearer secret-key" };
  const post = (path: string, body: object) =>
    fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  expect((await fetch(`${url}/status`)).status).toBe(401);
  const found = (await (await post("/search", { query: "rotate a key" })).json()) as { results: { path: string }[] };
  expect(found.results[0]!.path).toBe(join(folder, "keys.md"));
  const input = Array.from({ length: 200 }, (_, i) => `a text with the number ${i} in it`);
  let isAnswered = false;
  const accepted = post("/v1/embeddings", { input }).finally(() => (isAnswered = true));
  const isAtWork = async () => /^te_queue_size 1$/m.test(await (await fetch(`${url}/metrics`, { headers })).text());
  await vi.waitUntil(async () => isAnswered || (await isAtWork()), { timeout: 120_000 });
  process.kill("SIGTERM");
  const { data } = (await (await accepted).json()) as { data: unknown[] };
  expect(data).toHaveLength(200);
  const [code] = (await once(process, "exit")) as [number];
  expect(code).toBe(0);
});

test("an address that is taken, an invalid port, keys that are not there", async () => {
  const folder = temporaryFolder("serve-wrong");
  const { process, url } = await start([], folder);
  const { port } = new URL(url);
  const taken = await ferris(["serve", "--port", port, "--device", "cpu"], { cwd: folder });
  expect(taken).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(`port ${port} cannot be listened on`) as string,
  });
  expect((await ferris(["serve", "--port", "x"], { cwd: folder })).stderr).toContain("--port");
  expect(await ferris(["serve", "--api-key-file", "nowhere"], { cwd: folder })).toMatchObject({ code: 3 });
  process.kill("SIGINT");
  expect((await once(process, "exit"))[0]).toBe(0);
});

test("a server that is killed while it indexes: the next one goes on from there", async () => {
  const folder = temporaryFolder("serve-killed");
  const docs = join(folder, "docs");
  mkdirSync(docs);
  for (let i = 0; i < 24; i++)
    writeFileSync(join(docs, `${i}.md`), `# Note ${i}\n\n${`Words of note ${i}. `.repeat(50)}\n`);
  writeFileSync(join(folder, "first.md"), "# First\n\nTo rotate a key, create the second one first.\n");
  await succeeds(["index", "first.md", "--device", "cpu"], { cwd: folder });
  const begin = async () => {
    const { process, url } = await start(["--allow-index", docs], folder);
    const body = JSON.stringify({ paths: [docs] });
    const job = await fetch(`${url}/index`, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { id } = (await job.json()) as { id: string };
    return { process, url, events: await fetch(`${url}/index/${id}/events`) };
  };
  const first = await begin();
  // The first words of it: some of the job is done, and not all.
  await first.events.body!.getReader().read();
  first.process.kill("SIGKILL");
  await once(first.process, "exit");
  const second = await begin();
  const events = await second.events.text();
  expect(events).toContain("event: done");
  const status = (await (await fetch(`${second.url}/status`)).json()) as { documents: number };
  expect(status.documents).toBe(25);
  second.process.kill("SIGTERM");
  expect((await once(second.process, "exit"))[0]).toBe(0);
});
