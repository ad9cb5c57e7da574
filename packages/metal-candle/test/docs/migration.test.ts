/** The programs of docs/migration.md, end to end, as one: against the built package, on the CPU device. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { tinyModelFolder } from "../support/goldens.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/migration.md"), "utf8");
const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

test("every program of the page runs", async () => {
  expect(blocks).toHaveLength(4);
  const folder = join(import.meta.dirname, "../../.cache", `migration-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "page.mjs");
  // The reranker is not here without a network; a tiny one of its family is.
  const reranker = JSON.stringify(tinyModelFolder("bert-reranker-1"));
  writeFileSync(file, blocks.join("\n").replace('"cross-encoder/ms-marco-MiniLM-L6-v2"', reranker));
  const env = { ...process.env, METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER: "0" };
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
  expect(stdout).toMatch(/^2 384 0\.\d+\n/);
  expect(stdout).toContain("[ 'kneading dough', 'rotating a key' ]");
});
