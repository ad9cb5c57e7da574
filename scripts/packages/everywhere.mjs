/**
 * `npm run packages:everywhere`: packs the three packages and tries them wherever they are to work, from the real registry, in empty folders:
 * package managers, runtimes, bundlers and their pages, frameworks, TypeScripts, test runners, projects of every shape. Prints one table, in
 * which what cannot run here is NOT RUN with the reason.
 *
 *   npm run packages:everywhere                            everything: most of an hour on two cores
 *   npm run packages:everywhere -- managers=bun,pnpm types   these areas, and of an area these
 *   npm run packages:everywhere -- --write                 and the rows go into docs/runtimes.md, in the place of those of the same names
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, root } from "../steps.mjs";
import { packAll } from "./pack.mjs";
import { openRegistry } from "./registry.mjs";
import { Report } from "./report.mjs";
import { checkTarball } from "./tarballs.mjs";
import { Tools } from "./tools.mjs";
import { checkManifest } from "./types.mjs";

/** Imported when they are asked for: some need what the build makes. */
const areas = {
  tarballs: async () => checkTarballs,
  types: async () => (await import("./compilers.mjs")).checkCompilers,
  managers: async () => (await import("./managers.mjs")).checkManagers,
  runtimes: async () => (await import("./runtimes.mjs")).checkRuntimes,
  electron: async () => (await import("./electron.mjs")).checkElectron,
  bundlers: async () => (await import("./bundlers.mjs")).checkBundlers,
  frameworks: async () => (await import("./frameworks.mjs")).checkFrameworks,
  runners: async () => (await import("./runners.mjs")).checkRunners,
  projects: async () => (await import("./projects.mjs")).checkProjects,
};

const words = process.argv.slice(2).filter((word) => word !== "--write");
// Names may have "=" in them.
const wanted = words.map((word) => word.split(/=(.*)/));
for (const [area] of wanted) {
  if (areas[area] === undefined) throw new Error(`unknown area "${area}": known are ${Object.keys(areas).join(", ")}`);
}

build();
const work = mkdtempSync(join(tmpdir(), "ferris-everywhere-"));
const report = new Report();
try {
  const packed = packAll(join(work, "packed"));
  const registry = await openRegistry(packed, { upstream: "https://registry.npmjs.org/" });
  mkdirSync(join(work, "tools"));
  const context = { report, packed, work, url: registry.url, tools: new Tools(join(work, "tools"), registry.url) };
  for (const [area, names] of wanted.length > 0 ? wanted : Object.keys(areas).map((name) => [name])) {
    const check = await areas[area]();
    // What goes wrong outside of a row is one: the others are tried all the same.
    const stopped = await check(context, names?.split(",")).catch((error) => error);
    if (stopped !== undefined) await report.row(area, "all", () => Promise.reject(stopped));
  }
  registry.close();
  report.print();
  if (process.argv.includes("--write")) writeRows();
} finally {
  // Gigabytes in hundreds of thousands of files: what was found is told first.
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}
if (report.failed) process.exitCode = 1;

async function checkTarballs(context) {
  for (const one of Object.values(context.packed)) {
    await context.report.row("tarball", one.manifest.name, () => checkTarball(one));
    await context.report.row("publint", one.manifest.name, () => checkManifest(one));
  }
}

/** Into docs/runtimes.md: the rows of this run, each in the place of the page's row of that name. */
function writeRows() {
  const page = join(root, "docs", "runtimes.md");
  const [begin, end] = ["<!-- everywhere: begin -->", "<!-- everywhere: end -->"];
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  const [title, line, ...ours] = report.table().split("\n");
  const nameOf = (row) =>
    row
      .split("|")
      .slice(1, 3)
      .map((cell) => cell.trim())
      .join("|");
  const names = new Set(ours.map(nameOf));
  const theirs = text
    .slice(from, to)
    .split("\n")
    .filter((row) => row.startsWith("| ") && !row.startsWith("| what") && !row.startsWith("| --"))
    .filter((row) => !names.has(nameOf(row)));
  // By area; within one, as they ran.
  const rows = [...theirs, ...ours].sort((a, b) => a.split("|")[1].trim().localeCompare(b.split("|")[1].trim()));
  writeFileSync(page, `${text.slice(0, from)}\n\n${[title, line, ...rows].join("\n")}\n\n${text.slice(to)}`);
}
