/** `ferris index`: what was left out, by type and file by file, and `inspect` on the same files. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isOwnOutput } from "../../../src/documents/own-output.ts";
import { folderOf } from "../../support/files.ts";
import { ferris } from "../support/ferris-here.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const settings = ["--model", model, "--device", "cpu"];

function docs(): string {
  return folderOf({
    "a.md": "# A\n\ntext\n",
    "page.html": "<p>text about pumps",
    "x/old.mobi": "x\0",
    "x/new.MOBI": "x\0",
    "b.wpd": "x\0",
    "box.7z": "x",
    "c.abw": "<abiword/>",
    "run.exe": "x",
    "~$a.docx": "x",
    "picture.html": "<html><body><img src=x></body></html>",
    "nothing.txt": " \n",
    ".gitignore": "ignored.md\n",
    "ignored.md": "x",
  });
}

test("--report lists every file with what became of it, left-out ones first", async () => {
  const base = docs();
  const run = (...args: string[]) =>
    ferris(["index", base, "--db", join(base, ".ferris"), ...settings, ...args], { cwd: base });
  const { code, stdout } = await run("--report");
  expect(code).toBe(9);
  const listed = stdout.split("\n").flatMap((line) => {
    const [outcome, path, message] = line.split("\t");
    return path === undefined ? [] : [[outcome, path.slice(base.length + 1), message ?? ""]];
  });
  expect(listed.map(([outcome, path]) => [outcome, path])).toEqual([
    ["backup", "~$a.docx"],
    ["binary", "b.wpd"],
    ["binary", "box.7z"],
    ["binary", "run.exe"],
    ["binary", "x/new.MOBI"],
    ["binary", "x/old.mobi"],
    ["empty", "nothing.txt"],
    ["hidden", ".gitignore"],
    ["ignored", "ignored.md"],
    ["no text", "picture.html"],
    ["unsupported", "c.abw"],
    ["added", "a.md"],
    ["added", "page.html"],
  ]);
  expect(stdout).toMatch(/2 \.mobi files: convert them to EPUB or PDF/);
  expect(stdout).toMatch(/1 \.7z file: unpack/);
  expect(stdout).toMatch(/1 \.(?:wpd|abw), 1 \.(?:wpd|abw) files: open them in LibreOffice/);
  expect(stdout).not.toMatch(/\.exe files?:/);

  rmSync(join(base, "a.md"));
  const list = join(base, "list.jsonl");
  await run("--json", `--report=${list}`);
  const files = readFileSync(list, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(files).toContainEqual({ type: "file", path: join(base, "a.md"), outcome: "removed", message: null });
  expect(files).toContainEqual({
    type: "file",
    path: join(base, "picture.html"),
    outcome: "no text",
    message: expect.stringContaining("no text"),
  });
});

test("a report in the folder that it is about does not list itself", async () => {
  const base = docs();
  const list = join(base, "report.txt");
  await ferris(["index", base, "--report", list, "--db", join(base, ".ferris"), ...settings], { cwd: base });
  const listed = readFileSync(list, "utf8");
  expect(listed).toContain(join(base, "a.md"));
  expect(listed).not.toContain(".part");
});

test("a report that would go into a folder is refused before anything is read", async () => {
  const base = docs();
  const result = await ferris(["index", base, "--report", base, "--db", join(base, "i"), ...settings]);
  expect([result.code, result.stderr]).toEqual([2, expect.stringContaining("would write to a folder")]);
  expect(existsSync(join(base, "i"))).toBe(false);
});

test("inspect says why indexing would leave a file out, and of one without text what index says", async () => {
  const base = docs();
  writeFileSync(join(base, ".git"), "");
  const inspect = (name: string) => ferris(["inspect", join(base, name), ...settings], { cwd: base });
  expect((await inspect("a.md")).stderr).not.toContain("leaves it out");
  writeFileSync(join(base, "b.md~"), "# Old\n\ntext\n");
  expect((await inspect("b.md~")).stderr).toContain("leaves it out (backup)");
  const without = await inspect("picture.html");
  expect([without.code, without.stderr]).toEqual([9, expect.stringContaining("there is content in it, but no text")]);
});

test.each([
  ["a report", ["--report", "left-out.txt"]],
  ["a report as JSON", ["--report", "left-out.txt", "--json"]],
])("%s that lies in the folder is not indexed by the next run", async (_, options) => {
  const base = folderOf({ "a.md": "# Pumps\n\ntext\n", "x/old.mobi": "x\0" });
  const run = (...args: string[]) => ferris(["index", ".", ...settings, ...args], { cwd: base });
  await run(...options);
  expect(readFileSync(join(base, "left-out.txt"), "utf8")).toContain("old.mobi");
  for (const next of [options, []]) {
    const { stdout } = await run(...next, "--json");
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ added: 0, skipped: { "own file": 1 } });
  }
});

test("notes that begin with a line of a report are notes", () => {
  const line = "unsupported\t/home/ann/notes/old.mobi\n";
  expect(isOwnOutput(Buffer.from(line.repeat(3)))).toBe(true);
  expect(isOwnOutput(Buffer.from(`${line}Why is this one missing?\n`))).toBe(false);
  expect(isOwnOutput(Buffer.from('{"type":"file","name":"a.txt"}\n'))).toBe(false);
});
