/**
 * A process that parses files on demand and says what they cost, for parsers.mjs: `node parse-child.mjs CHECKOUT`.
 *
 * Of each run counts the CPU time that the process spent in user mode: a shared machine stretches the clock, not that.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Shorter runs are repeated: the operating system counts in coarse steps. */
const leastMilliseconds = 20;
/** So long each file is parsed before anything counts: what V8 spends on compiling is counted too, and goes on for a hundred parses. */
const warmUp = 1500;

const built = join(process.argv[2], "packages/ferris/dist/documents");
const moduleOf = ["parse/parse.js", "parse.js"].map((name) => join(built, name)).find((path) => existsSync(path));
const { parseDocument } = await import(pathToFileURL(moduleOf).href);

process.on("message", (/** @type {any} */ request) => void measure(request));
process.send({ ready: true });

const warm = new Set();

async function measure({ file, runs }) {
  const bytes = readFileSync(file);
  try {
    if (!warm.has(file)) await perParse(file, bytes, warmUp);
    warm.add(file);
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run++) least = Math.min(least, await perParse(file, bytes, leastMilliseconds));
    process.send({ milliseconds: least, megabytes: process.resourceUsage().maxRSS / 1024 });
  } catch (error) {
    process.send({ error: error.message });
  }
}

/** The CPU time of one, in milliseconds, out of as many as take so long. */
async function perParse(file, bytes, milliseconds) {
  let times = 0;
  const began = process.cpuUsage();
  let spent = 0;
  do {
    // A copy: some parsers hand their bytes on.
    await parseDocument(file, new Uint8Array(bytes));
    times++;
    spent = process.cpuUsage(began).user / 1000;
  } while (spent < milliseconds);
  return spent / times;
}
