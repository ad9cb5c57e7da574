/** What a command says besides its results: harmless to a terminal, JSON where that was asked for, quiet where nobody reads. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ferris, temporaryFolder, useTinyModel } from "./support/ferris-here.ts";
import { ferrisCommand } from "./support/ferris-process.ts";

useTinyModel();

const hostile = "\u001b]0;owned\u0007\u001b[31m";

describe("errors", () => {
  test.each([
    ["a path", ["index", `${hostile}.md`, "--device", "cpu"]],
    ["an index's place", ["status", "--db", `/nowhere/${hostile}`]],
    ["an unknown command", [hostile]],
    ["standard input", ["embed", "--jsonl", "--device", "cpu"]],
  ])("never hand on what steers a terminal: %s", async (_, args) => {
    const { code, stderr } = await ferris(args, { input: `${hostile}\n` });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^ferris: /);
    // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  test.each([
    [["search", "--json"], "missing required argument 'query'"],
    [["index", "--json"], "missing required argument 'path'"],
    [["nonsense", "--json"], "unknown command 'nonsense'"],
    [["status", "--json", "--nonsense"], "unknown option '--nonsense'"],
  ])("of the command line are JSON with --json: %j", async (args, message) => {
    const { code, stdout, stderr } = await ferris(args);
    expect([code, stdout]).toEqual([2, ""]);
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string; exitCode: number } };
    expect(error).toMatchObject({ code: "USAGE", exitCode: 2 });
    expect(error.message).toContain(message);
  });
});

test("every line on standard error is JSON with --json", async () => {
  const folder = temporaryFolder("json-lines");
  writeFileSync(join(folder, "a.md"), "# Keys\n\nRotate keys on Mondays.\n");
  const { code, stderr } = await ferris(["index", ".", "--json"], { cwd: folder });
  expect(code).toBe(0);
  const lines = stderr.split("\n").filter((line) => line !== "");
  expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([["notice"]]);
});

describe("nothing to index", () => {
  test.each([
    ["an empty folder", "empty", /^ferris: Nothing to index in empty: there are no files in it\. Name other paths/],
    ["a binary file", "b.bin", /^ferris: Nothing to index in b\.bin: all that is there was left out \(1 binary\)/],
  ])("is an error of its own: %s", async (_, name, message) => {
    const folder = temporaryFolder("nothing");
    mkdirSync(join(folder, "empty"));
    writeFileSync(join(folder, "b.bin"), Uint8Array.from([0, 1, 2, 3, 0, 255]));
    const { code, stderr } = await ferris(["index", name, "--device", "cpu"], { cwd: folder });
    expect(code).toBe(21);
    expect(stderr).toMatch(message);
    const json = await ferris(["index", name, "--device", "cpu", "--json"], { cwd: folder });
    expect(JSON.parse(json.stderr.trim().split("\n").at(-1)!)).toMatchObject({ error: { code: "NOTHING_TO_INDEX" } });
  });

  test.each([
    ["a path that is not there", ["nosuch"], 3],
    ["a chunk size that cannot be", [".", "--max-tokens", "9999"], 2],
    ["an unknown type", [".", "--type", "novel"], 2],
  ])("no index is made for %s", async (_, args, expected) => {
    const folder = temporaryFolder("refused");
    writeFileSync(join(folder, "a.md"), "text\n");
    const { code } = await ferris(["index", ...args, "--device", "cpu"], { cwd: folder });
    expect(code).toBe(expected);
    expect(existsSync(join(folder, ".ferris"))).toBe(false);
  });
});

// A shell's pipe, whose reader is gone before there is anything to read.
test.runIf(process.platform !== "win32")("help into a closed pipe, or a full disk, ends without a stack trace", () => {
  const { file, args, env, home } = ferrisCommand(["search", "--help"]);
  const shell = (script: string) =>
    spawnSync("bash", ["-c", `set -o pipefail; ${script}`, file, ...args], { env, cwd: home, encoding: "utf8" });
  const closed = shell('"$0" "$@" | sleep 0');
  expect([closed.status, closed.stderr]).toEqual([0, ""]);
  if (!existsSync("/dev/full")) return;
  const full = shell('"$0" "$@" > /dev/full');
  expect(full.status).toBe(2);
  expect(full.stderr).toMatch(/^ferris: the output cannot be written: .*\n$/);
});
