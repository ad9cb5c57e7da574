/** A command in the test's own process (support/ferris-here.ts) says and ends as it does in a process of its own, which other tests rely on. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ferris as here, keepModels, useTinyModel } from "./support/ferris-here.ts";
import { ferris as there, temporaryFolder } from "./support/ferris-process.ts";

useTinyModel();

const folder = temporaryFolder("here-and-there");

beforeAll(() => {
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "docs", "keys.md"), "# Keys\n\nHow to rotate the signing key.\n");
  writeFileSync(join(folder, "docs", "torn.docx"), "not an archive");
});

/** The index is made by the first of them and used by the rest; what differs from run to run, such as times, is in none. */
const lines: readonly (readonly string[])[] = [
  ["index", "docs", "--device", "cpu", "-q"],
  ["index", "docs", "--device", "cpu", "-q"],
  ["search", "signing key", "--device", "cpu"],
  ["search", "signing key", "--device", "cpu", "--json", "--min-score", "2"],
  ["search", "nothing of it", "--mode", "text"],
  ["ls"],
  ["embed", "--device", "cpu"],
  ["get", "nowhere.md"],
  ["rm", "nowhere.md"],
  ["config"],
  ["--version"],
  ["nonsense", "--json"],
  ["index", "nowhere", "--device", "cpu"],
];

test.each(lines.map((args) => [args.join(" "), args] as const))("ferris %s", async (_, args) => {
  const options = { cwd: folder, input: "one\ntwo" };
  expect(await here(args, options)).toEqual(await there(args, options));
});

test("with models kept ready, too", async () => {
  keepModels();
  const args = ["search", "signing key", "--device", "cpu"];
  expect(await here(args, { cwd: folder })).toEqual(await there(args, { cwd: folder }));
});
