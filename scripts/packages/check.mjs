/**
 * `npm run packages`: packs the three packages, looks into the tarballs, installs them into an empty folder as a stranger would, and runs
 * the README's examples there. Part of the gate.
 *
 *   npm run packages                                   npm, no network: dependencies come out of this repository's node_modules
 *   npm run packages -- --managers npm,pnpm,bun        these managers, from the real registry; those that are not here say NOT RUN
 *
 * Two bundlers make a page of it, too, which runs in a browser (bundlers.mjs, which knows more of them).
 *
 * The runtimes are left out without a network, as they are where npm cannot run their install scripts: what is checked then is that
 * everything works all the same.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkBundlers, localBundlers } from "./bundlers.mjs";
import { packAll } from "./pack.mjs";
import { openRegistry } from "./registry.mjs";
import { checkTarballs } from "./tarballs.mjs";
import { managers } from "./managers.mjs";
import { samples } from "./samples.mjs";
import { runIn, said } from "./stranger.mjs";
import { checkManifest, checkTypes, ownCompiler } from "./types.mjs";

const { values } = parseArgs({ options: { managers: { type: "string" }, registry: { type: "string" } } });
const offline = values.managers === undefined;
const upstream = offline ? null : (values.registry ?? "https://registry.npmjs.org/");
const work = mkdtempSync(join(tmpdir(), "ferris-packages-"));
const outcomes = [];

try {
  const packed = packAll(join(work, "packed"));
  await report("tarballs", () => checkTarballs(packed));
  for (const one of Object.values(packed)) await report(`publint: ${one.manifest.name}`, () => checkManifest(one));
  const without = offline ? ["onnxruntime-node", "webgpu"] : [];
  const registry = await openRegistry(packed, { upstream, without });
  for (const name of offline ? ["npm"] : values.managers.split(",")) await checkManager(name, registry.url);
  if (offline) {
    const types = ["install", "--no-audit", "--no-fund", "@types/node"];
    const folder = join(work, "npm", "ferris");
    await report("types, without skipLibCheck", async () => {
      const added = await runIn(folder, join(work, "npm", "home"), registry.url, ["npm", ...types]);
      if (added.status !== 0) throw new Error(said(added));
      await checkTypes(folder, ownCompiler());
    });
  }
  if (offline) await report("bundlers", () => checkBundlers(localBundlers, packed, registry.url, work));
  registry.close();
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}
for (const line of outcomes) console.log(line);
if (outcomes.some((line) => line.startsWith("FAILED"))) process.exitCode = 1;

/** One manager: ferris in a folder of its own, then metal-candle alone in another. */
async function checkManager(name, url) {
  const manager = managers[name];
  if (manager === undefined)
    throw new Error(`unknown manager "${name}": known are ${Object.keys(managers).join(", ")}`);
  if (!manager.isHere()) {
    outcomes.push(`NOT RUN  ${name}: it is not on this machine`);
    return;
  }
  for (const { title, packages, steps } of samples) {
    const folder = join(work, name, title.replaceAll(" ", "-"));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), `{ "name": "stranger", "private": true, "type": "module" }\n`);
    // A folder of its own for what managers keep: an empty HOME is what a stranger's machine has.
    const home = join(work, name, "home");
    mkdirSync(home, { recursive: true });
    manager.prepare(folder, url);
    const run = (argv) => runIn(folder, home, url, argv);
    await report(`${name}: ${title}`, async () => {
      const added = await run(manager.add(packages));
      // pnpm ends with 1 where it left out install scripts; whether things work is asked below.
      if (added.status !== 0 && !manager.failsAloud?.(added)) throw new Error(said(added));
      for (const step of steps) await step({ folder, run, manager });
    });
  }
}

async function report(title, check) {
  const start = Date.now();
  // The outcomes are told together at the end; this takes minutes.
  console.error(title);
  try {
    await check();
    outcomes.push(`passed   ${title} (${Math.round((Date.now() - start) / 1000)} s)`);
  } catch (error) {
    outcomes.push(`FAILED   ${title}\n${String(error.message).replace(/^/gm, "           ")}`);
  }
}
