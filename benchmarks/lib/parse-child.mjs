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

const built = join(process.argv[2], "packages/ferris/dist/documents");
const moduleOf = ["parse/parse.js", "parse.js"].map((name) => join(built, name)).find((path) => existsSync(path));
const { parseDocument } = await import(pathToFileURL(moduleOf).href);

process.on("message", (/** @type {any} */ request) => void measure(request));
process.send({ ready: true });

async function measure({ file, runs }) {
  const bytes = readFileSync(file);
  try {
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run++) {
      let times = 0;
      const began = process.cpuUsage();
      let spent = 0;
      do {
        // A copy: some parsers hand their bytes on.
        await parseDocument(file, new Uint8Array(bytes));
        times++;
        spent = process.cpuUsage(began).user / 1000;
      } while (spent < leastMilliseconds);
      least = Math.min(least, spent / times);
    }
    process.send({ milliseconds: least, megabytes: process.resourceUsage().maxRSS / 1024 });
  } catch (error) {
    process.send({ error: error.message });
  }
}
