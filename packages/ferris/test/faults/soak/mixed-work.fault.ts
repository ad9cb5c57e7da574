/**
 * Everything again and again in one process: what it holds in the end is what it held when it was warm. FERRIS_FAULTS_REPORT names a folder
 * for the curves.
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { curves, fault } from "@ferris/testing";
import { folderOf } from "../../support/files.ts";

const child = fileURLToPath(new URL("../support/soak-child.mjs", import.meta.url));
const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));

type Held = Record<string, number>;

/** Of memory: allocators keep what they had, so a share of it and some megabytes more are no growth. */
const allowed: Record<string, (warm: number) => number> = {
  "resident MB": (warm) => warm * 1.15 + 24,
  "heap MB": (warm) => warm * 1.1 + 3,
  // A round may catch a socket that is about to be closed.
  descriptors: (warm) => warm + 1,
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

fault("mixed work, again and again", { seconds: 40, least: 24 }, async (run) => {
  const temporary = folderOf();
  const args = ["--expose-gc", child, folderOf(), model];
  const working = spawn(process.execPath, args, {
    env: { ...process.env, TMPDIR: temporary, FERRIS_SOCKET: "off" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  working.stderr.on("data", (data) => (stderr = `${stderr}${data}`.slice(-2_000)));
  const rounds: Held[] = [];
  const tries = run.tries()[Symbol.iterator]();
  for await (const line of createInterface({ input: working.stdout })) {
    rounds.push(JSON.parse(line) as Held);
    run.ended("rounds");
    if (tries.next().done) break;
  }
  working.kill("SIGKILL");
  if (rounds.length < 20) throw new Error(`Only ${rounds.length} rounds: ${stderr}`);
  const third = Math.floor(rounds.length / 3);
  const [warm, last] = [rounds.slice(third, 2 * third), rounds.slice(-third)];
  for (const name of Object.keys(rounds[0]!).filter((key) => key !== "round" && key !== "seconds")) {
    const [before, after] = [warm, last].map((part) => median(part.map((held) => held[name]!))) as [number, number];
    const most = allowed[name]?.(before) ?? before;
    if (after > most) run.lost(`${name}: ${before} when warm, ${after} in the end`);
  }
  const folder = process.env.FERRIS_FAULTS_REPORT;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "soak.json"), `${JSON.stringify(rounds, null, 1)}\n`);
  writeFileSync(join(folder, "soak.svg"), curves("Mixed work, again and again", rounds, "round"));
});
