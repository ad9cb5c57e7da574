/** What only shows with processes of their own: two indexers, a lock whose process is gone, a disk without room. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import type { QueryEmbedder } from "../../src/search/retrieve/retrieve.ts";
import { search } from "../../src/search/search.ts";
import { openIndex } from "../../src/store/index.ts";
import { bundle, start } from "../support/child.ts";
import { folderOf } from "../support/files.ts";
import { examine } from "./support/examine.ts";
import { wordsVector } from "./support/words-embedder.ts";

let program: string;
beforeAll(async () => {
  program = await bundle(fileURLToPath(new URL("support/index-child.ts", import.meta.url)));
});

const documents = 60;

/** Documents of 1 to 40 chunks, and one that is too large for a batch. */
function corpus(): string {
  const section = (name: string) => `## ${name}\n\n${`${name} and more words. `.repeat(8)}\n\n`;
  const files = Array.from({ length: documents - 1 }, (_, i) => [
    `${i % 7}/${i}.md`,
    Array.from({ length: 1 + ((i * 17) % 40) }, (_n, n) => section(`d${i}s${n}`)).join(""),
  ]);
  return folderOf({
    ...Object.fromEntries(files),
    "large.md": Array.from({ length: 1500 }, (_, n) => section(`large${n}`)).join(""),
  });
}

test("of two indexers the second says who the first is, and the first is not disturbed", async () => {
  const folder = corpus();
  const place = folderOf();
  const first = start(process.execPath, [program, place, folder, "held"], { stdin: "pipe" });
  await new Promise((resolve) => first.child.stdout!.once("data", resolve));
  const second = await start(process.execPath, [program, place, folder, "0"]).ended;
  expect(second.code).toBe(7);
  expect(JSON.parse(second.stdout)).toMatchObject({ error: "INDEX_BUSY" });
  expect(second.stdout).toContain(`process ${first.child.pid} since`);
  // A search beside the indexer sees whole documents.
  const reader = await openIndex(place);
  for (const document of await reader.documents()) {
    expect((await reader.chunksOf(document.id)).length).toBe(document.chunks);
  }
  await reader.close();
  first.child.stdin!.end();
  expect((await first.ended).code).toBe(0);
  expect(examine(place).documents).toBe(documents);
  expect((await start(process.execPath, [program, place, folder, "0"]).ended).stdout).toContain('"unchanged":60');
});

test("words come first: another process searches meanwhile, a kill loses nothing, and the next run goes on", async () => {
  const folder = corpus();
  const place = folderOf();
  const first = start(process.execPath, [program, place, folder, "400"]);
  await new Promise((resolve) => first.child.stdout!.once("data", resolve));
  const reader = await openIndex(place);
  const embedQuery: QueryEmbedder = async (queries) => queries.map((query) => wordsVector(query, 384));
  const ask = () => search(reader, embedQuery, "large700", { mode: "hybrid", limit: 3 });
  let answer = await ask();
  while (answer.results.length === 0 || answer.vectorShare === 0) {
    await sleep(50);
    answer = await ask();
  }
  // All of it by words, some of it by meaning: large documents last.
  expect((await reader.documents()).length).toBe(documents);
  expect(answer.vectorShare).toBeLessThan(1);
  expect(answer.results[0]).toMatchObject({ path: join(folder, "large.md"), cosine: null });
  first.child.kill("SIGKILL");
  await first.ended;
  await reader.close();
  const { chunks, pending, vectors } = examine(place);
  expect(pending).toBeGreaterThan(0);
  const rest = await start(process.execPath, [program, place, folder, "0"]).ended;
  expect(JSON.parse(rest.stdout.trim().split("\n").at(-1)!)).toEqual({
    added: 0,
    unchanged: documents,
    embedded: chunks - vectors.size,
  });
  expect(examine(place).pending).toBe(0);
});

test("a lock does not outlive its process", async () => {
  const folder = corpus();
  const place = folderOf();
  const first = start(process.execPath, [program, place, folder, "100"]);
  await new Promise((resolve) => first.child.stdout!.once("data", resolve));
  first.child.kill("SIGKILL");
  await first.ended;
  expect(existsSync(join(place, "writer.json"))).toBe(true);
  expect((await start(process.execPath, [program, place, folder, "0"]).ended).code).toBe(0);
});

/** A file system of its own, whose mount nobody else sees. It takes root, or a user namespace. */
const mounting = process.getuid?.() === 0 ? ["--mount"] : ["--mount", "--map-root-user"];
const mayMount =
  process.platform === "linux" &&
  spawnSync("unshare", [...mounting, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).status === 0;

test.runIf(mayMount)("a disk that fills up: one line, its exit code, and on it goes when there is room", async () => {
  const folder = corpus();
  const place = folderOf();
  const run = `"${process.execPath}" "${program}" "${place}/index" "${folder}" 0; echo "{\\"code\\":$?}"`;
  for (const kilobytes of [300, 1500, 2500]) {
    const script = [
      `mount -t tmpfs -o size=${kilobytes}k tmpfs "${place}"`,
      run,
      `mount -o remount,size=64m "${place}"`,
      run,
    ].join("\n");
    const { stdout, stderr } = await start("unshare", [...mounting, "sh", "-c", script]).ended;
    const said = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const ends = said.flatMap((line, index) => ("code" in line ? [[said[index - 1], line.code]] : []));
    expect(ends[0], stderr).toEqual([{ error: "INDEX_NOT_WRITABLE", message: expect.stringMatching(/room/) }, 8]);
    expect(ends[1], stderr).toEqual([expect.objectContaining({ embedded: expect.any(Number) }), 0]);
    expect(ends[1][0].added + ends[1][0].unchanged).toBe(documents);
  }
});
if (!mayMount) console.log("NOT RUN: a disk that fills up: no file system can be mounted here");

// A limit on the size of files, as a quota or a full disk would be. POSIX shells have it, Windows does not.
test.runIf(process.platform !== "win32")(
  "no room left: one line, its exit code, a whole index, and on it goes with room",
  async () => {
    const folder = corpus();
    let refused = 0;
    for (const kilobytes of [64, 1500]) {
      const place = join(folderOf(), `limit-${kilobytes}`);
      mkdirSync(place);
      // ulimit counts blocks of 512 bytes in POSIX mode, of 1024 in bash's.
      const limited = ["-c", `ulimit -f ${kilobytes}; exec "$0" "$@"`, process.execPath, program, place, folder, "0"];
      const { code, stdout, stderr } = await start("bash", limited).ended;
      expect([code, stderr]).toEqual([8, ""]);
      const line = JSON.parse(stdout.trim().split("\n").at(-1)!);
      expect(line.error).toBe("INDEX_NOT_WRITABLE");
      expect(line.message).toMatch(/full|failed.*room|Cannot/);
      expect(line.message).not.toContain("\n");
      if (existsSync(join(place, "index.db")) && readFileSync(join(place, "index.db")).length > 0) examine(place);
      expect((await start(process.execPath, [program, place, folder, "0"]).ended).code).toBe(0);
      expect(examine(place).documents).toBe(documents);
      refused++;
    }
    expect(refused).toBe(2);
  },
);
