/** The programs of docs/migration.md, end to end, as one, against the built package on the CPU device; and that they have the calls of its tables. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { tinyModelFolder } from "../support/goldens.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/migration.md"), "utf8");
const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

test("every program of the page runs", async () => {
  expect(blocks).toHaveLength(5);
  const folder = join(import.meta.dirname, "../../.cache", `migration-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "page.mjs");
  // The models of the hub are not here without a network; tiny ones of their families are.
  const program = blocks
    .join("\n")
    .replace('"cross-encoder/ms-marco-MiniLM-L6-v2"', JSON.stringify(tinyModelFolder("bert-reranker-1")))
    .replace('"sentence-transformers/all-MiniLM-L6-v2"', JSON.stringify(tinyModelFolder("bert")));
  expect(program).not.toMatch(/"[\w-]+\/[\w.-]*MiniLM/);
  writeFileSync(file, program);
  const env = { ...process.env, METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER: "0" };
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env });
  expect(stdout).toMatch(/^2 384 0\.\d+\n/);
  expect(stdout).toContain("[ 'kneading dough', 'rotating a key' ]");
});

test("every call of the tables is in a program", () => {
  const rows = page.split("\n").filter((line) => /^\| [^-]/.test(line) && !line.startsWith("| there"));
  expect(rows.length).toBeGreaterThan(25);
  const words = rows.flatMap((row) =>
    [...row.split("|")[2].matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code.match(/[A-Za-z]{2,}/g)!),
  );
  // Names of arguments, a repository's name, a value that the comment beside its option names, and syntax that not every Node here has.
  const elsewhere = ["id", "text", "pairs", "BAAI", "bge", "small", "en", "ferris", "quantize", "using"];
  const programs = blocks.join("\n");
  const missing = [...new Set(words)].filter(
    (word) => !elsewhere.includes(word) && !new RegExp(`\\b${word}\\b`).test(programs),
  );
  expect(missing).toEqual([]);
});
