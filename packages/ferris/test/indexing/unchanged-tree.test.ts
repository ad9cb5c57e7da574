/** A tree of a thousand files through the command, twice: the second run looks at names, sizes and times, and embeds nothing. */
import { readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { IndexReport } from "../../src/indexing/report.ts";
import { ferris } from "../cli/support/ferris-process.ts";
import { folderOf } from "../support/files.ts";

const model = fileURLToPath(new URL("../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const count = 1_000;

test("a second run over a thousand unchanged files reads and embeds nothing; then only what changed", async () => {
  const names = Array.from({ length: count }, (_, i) => `${i % 20}/${i}.md`);
  const folder = folderOf(
    Object.fromEntries(names.map((name, i) => [name, `# Note ${i}\n\nSubject ${i % 37}.\n\n# End\n\nOf ${i}.\n`])),
  );
  // A file written a moment ago would be read again: it may change within the same tick of its clock.
  const past = Date.now() / 1000 - 1_000;
  for (const name of names) utimesSync(join(folder, name), past, past);
  const place = folderOf();
  const run = async () => {
    const { code, stdout } = await ferris([
      "index",
      folder,
      "--db",
      place,
      "--model",
      model,
      "--device",
      "cpu",
      "--json",
    ]);
    expect(code).toBe(0);
    return JSON.parse(stdout.trim().split("\n").at(-1)!) as IndexReport;
  };
  expect(await run()).toMatchObject({ added: count, chunksEmbedded: 2 * count });
  // Who read a file again would see other words in it. Those of one folder move below, and are known by what is in them.
  for (const name of names.filter((each) => !each.startsWith("7/"))) {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, "utf8").replace("Subject", "Project"));
    utimesSync(path, past, past);
  }
  expect(await run()).toMatchObject({
    added: 0,
    changed: 0,
    removed: 0,
    unchanged: count,
    chunks: 0,
    chunksEmbedded: 0,
  });

  writeFileSync(join(folder, names[5]!), "# Note 5\n\nAnother subject.\n\n# End\n\nOf 5.\n");
  renameSync(join(folder, "7"), join(folder, "moved"));
  expect(await run()).toMatchObject({
    changed: 1,
    renamed: count / 20,
    removed: 0,
    unchanged: count - 1 - count / 20,
    chunksEmbedded: 1,
  });
});
