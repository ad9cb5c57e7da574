/**
 * The benchmarks still load: they import deep into the packages, and no other test runs them. What they call is checked by the compiler
 * (tsconfig.benchmarks.json); here each file is parsed by Node, and each module without effects of its own is imported.
 */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const folder = join(import.meta.dirname, "../../../benchmarks");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".mjs"))
  .toSorted();

/** They begin to measure when they are imported. */
const isProgram = (name: string): boolean =>
  !/[/\\]/.test(name) || /(pack|index-run|parse-child|search-measure|peers|serve)\.mjs$/.test(name);

test("there are benchmarks", () => expect(files.length).toBeGreaterThan(20));

test.each(files)("%s", async (name) => {
  const path = join(folder, name);
  const load = isProgram(name)
    ? ["--check", path]
    : ["--input-type=module", "-e", `await import(${JSON.stringify(pathToFileURL(path).href)})`];
  await expect(run(process.execPath, load)).resolves.toMatchObject({ stderr: "" });
});
