/** A disk that is full at whatever point: one line that says so, its exit code, and with room again all goes on. A file system of its own: Linux. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fault, randomFrom } from "@ferris/testing";
import { ferrisCommand } from "../../cli/support/ferris-process.ts";
import { examine } from "../../indexing/support/examine.ts";
import { folderOf } from "../../support/files.ts";
import { addDocuments, changeDocuments } from "../support/corpus.ts";
import { timed } from "../support/disturb.ts";
import { differences, snapshotOf } from "../support/snapshot.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const common = ["--model", model, "--device", "cpu", "--quiet"];

const mounting = process.getuid?.() === 0 ? ["--mount"] : ["--mount", "--map-root-user"];
const noMount =
  process.platform === "linux" &&
  spawnSync("unshare", [...mounting, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).status === 0
    ? null
    : "no file system can be mounted here";

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Runs `ferris ARGS` with `folder` on a disk of so many kilobytes that holds what it held, then again with room; what is on it in the
 * end is in `folder` afterwards, and what was there in between in `folder`.between.
 */
async function onDisk(
  kilobytes: number,
  folder: string,
  args: readonly string[],
  input = "",
): Promise<{ first: number; second: number; said: string }> {
  const { file, args: all, env } = ferrisCommand(args);
  const line = [file, ...all].map(quoted).join(" ");
  const kept = folderOf();
  const script = [
    `cp -a ${quoted(folder)}/. ${quoted(kept)}`,
    `mount -t tmpfs -o size=${kilobytes}k tmpfs ${quoted(folder)}`,
    `cp -a ${quoted(kept)}/. ${quoted(folder)} || { echo too small; exit; }`,
    `${line} < "$INPUT"; echo "first=$?"`,
    `mkdir -p "$BETWEEN"; cp -a ${quoted(folder)}/. "$BETWEEN"`,
    `mount -o remount,size=64m ${quoted(folder)}`,
    `${line} < "$INPUT"; echo "second=$?"`,
    `cp -a ${quoted(folder)}/. "$AFTER"`,
  ].join("\n");
  const places = folderOf({ input, "after/": "", "between/": "" });
  const child = spawn("unshare", [...mounting, "sh", "-c", script], {
    env: { ...env, INPUT: join(places, "input"), AFTER: join(places, "after"), BETWEEN: join(places, "between") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let said = "";
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (said += data));
  await new Promise((resolve) => child.once("close", resolve));
  const codeOf = (name: string): number => Number(new RegExp(`${name}=(\\d+)`).exec(stdout)?.[1] ?? -1);
  rmSync(folder, { recursive: true });
  rmSync(`${folder}.between`, { recursive: true, force: true });
  cpSync(join(places, "after"), folder, { recursive: true });
  cpSync(join(places, "between"), `${folder}.between`, { recursive: true });
  return { first: codeOf("first"), second: codeOf("second"), said };
}

const notWritable = 8;

for (const [name, fresh] of [
  ["the disk is full while new documents are indexed", true],
  ["the disk is full while an index is brought up to date", false],
] as const) {
  fault(name, { seconds: 12, least: 2, unless: noMount }, async (run) => {
    const [folder, before, reference] = [folderOf(), folderOf(), folderOf()];
    addDocuments(folder, randomFrom(3), 50);
    const indexing = (place: string) => ["index", folder, "--db", place, ...common];
    if (!fresh) {
      await timed(indexing(before));
      changeDocuments(folder, randomFrom(4));
    }
    await timed(indexing(reference));
    const expected = await snapshotOf(reference);
    const bytes = (place: string): number =>
      existsSync(join(place, "index.db")) ? readFileSync(join(place, "index.db")).length : 0;
    const [least, most] = [bytes(before) / 1024 + 16, (1.6 * bytes(reference)) / 1024];
    for (const _ of run.tries()) {
      const place = folderOf();
      rmSync(place, { recursive: true });
      if (fresh) mkdirSync(place);
      else cpSync(before, place, { recursive: true });
      const kilobytes = Math.round(least + run.random() * (most - least));
      const { first, second, said } = await onDisk(kilobytes, place, indexing(place));
      if (first === -1) {
        run.ended("too small for what was there");
        continue;
      }
      run.ended(first === 0 ? "had room" : `exit code ${first}`);
      if (first !== 0 && first !== notWritable) run.lost(`${kilobytes} kB: exit code ${first}: ${said.slice(0, 300)}`);
      if (second !== 0) run.lost(`${kilobytes} kB, then room: exit code ${second}: ${said.slice(0, 300)}`);
      const database = join(`${place}.between`, "index.db");
      if (existsSync(database) && readFileSync(database).length > 0) {
        try {
          examine(`${place}.between`);
        } catch (error) {
          run.lost(`${kilobytes} kB: unsound: ${String(error).split("\n")[0]}`);
        }
      }
      for (const difference of differences(await snapshotOf(place), expected))
        run.lost(`${kilobytes} kB: ${difference}`);
    }
  });
}

fault(
  "the disk is full while vectors are written to a file",
  { seconds: 8, least: 2, unless: noMount },
  async (run) => {
    const input = Array.from({ length: 600 }, (_, i) => `text ${i}\n`).join("");
    for (const _ of run.tries()) {
      const folder = folderOf();
      writeFileSync(join(folder, "out.npy"), "what was there before");
      const kilobytes = 8 + run.random.below(180);
      const { first, second, said } = await onDisk(
        kilobytes,
        folder,
        ["embed", "--format", "npy", "-o", join(folder, "out.npy"), ...common],
        input,
      );
      run.ended(first === 0 ? "had room" : `exit code ${first}`);
      if (first !== 0 && first !== 19) run.lost(`${kilobytes} kB: exit code ${first}: ${said.slice(0, 300)}`);
      const kept = readFileSync(join(`${folder}.between`, "out.npy"), "latin1");
      if (first !== 0 && kept !== "what was there before") run.lost(`${kilobytes} kB: the file that was there is gone`);
      if (second !== 0) run.lost(`with room: exit code ${second}: ${said.slice(0, 300)}`);
    }
  },
);
