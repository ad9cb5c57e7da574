/** docs/scaling.md's table is what `npm run scaling` makes of the measured figures. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = new URL("../../../../", import.meta.url);

const rowsOf = (text: string): string[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("|") && !line.includes("---"))
    .map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .join("|"),
    );

test("the table of ten million, a billion and a hundred billion passages", () => {
  const script = fileURLToPath(new URL("scripts/scaling-model.mjs", root));
  const due = rowsOf(execFileSync(process.execPath, [script], { encoding: "utf8" }));
  expect(due.length).toBeGreaterThan(10);
  const found = new Set(rowsOf(readFileSync(new URL("docs/scaling.md", root), "utf8")));
  expect(due.filter((row) => !found.has(row))).toEqual([]);
});
