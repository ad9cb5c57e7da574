/** The table of `npm run test:faults`: each fault, how often it was tried, how that ended, and what was lost. For vitest's `reporters`. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { faultSeed } from "./random.ts";

interface Row {
  readonly room: string;
  readonly fault: string;
  readonly tried: number;
  readonly outcome: string;
  readonly lost: string;
  readonly failed: boolean;
}

export class FaultReporter implements Reporter {
  readonly #started = Date.now();

  onInit(): void {
    console.log(`Faults with seed ${faultSeed}; --seed N tries others, --minutes N goes on for longer.`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.flatMap((file) => [...file.children.allTests()].map((test) => rowOf(file, test)));
    rows.sort((a, b) => (a.room < b.room ? -1 : a.room > b.room ? 1 : 0));
    const broken = modules.flatMap((file) =>
      file.errors().map((error) => `${file.relativeModuleId}: ${error.message}`),
    );
    console.log(`\n${tableOf(rows)}`);
    for (const line of broken) console.log(`FAILED to start: ${line}`);
    const tried = rows.reduce((sum, row) => sum + row.tried, 0);
    const failed = rows.filter((row) => row.failed).length + broken.length;
    const seconds = Math.round((Date.now() - this.#started) / 1_000);
    console.log(`\n${rows.length} faults, ${tried} tries, seed ${faultSeed}, ${seconds} s; ${failed} failed.`);
    // Once more, below the table: of a long output often only the end is kept.
    for (const row of rows) if (row.failed) console.log(`✗ ${row.room}: ${row.fault}: ${row.lost.slice(0, 300)}`);
    const file = process.env.FERRIS_FAULTS_JSON;
    if (file) writeFileSync(file, `${JSON.stringify({ seed: faultSeed, seconds, rows }, null, 1)}\n`);
  }
}

function rowOf(file: TestModule, test: TestCase): Row {
  const room = relative("packages", file.relativeModuleId)
    .replace(/\/test\/faults\//, ": ")
    .replace(/\/?[^/]*$/, "");
  const { fault } = test.meta();
  const { state, errors } = test.result();
  const outcomes = Object.entries(fault?.outcomes ?? {})
    .toSorted(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
  const lost = fault?.lost ?? [];
  const failed = state === "failed";
  const reason = failed ? `FAILED: ${errors?.[0]?.message.split("\n").slice(0, 2).join(" ") ?? ""}` : "nothing";
  const notRun = fault?.notRun ?? (state === "skipped" ? "not chosen" : null);
  return {
    room,
    fault: test.name,
    tried: fault?.tried ?? 0,
    outcome: notRun === null ? outcomes : `NOT RUN: ${notRun}`,
    lost: notRun !== null ? "" : lost.length > 0 ? `LOST ${lost.length}: ${lost[0]}` : reason,
    failed,
  };
}

const heads = ["fault", "tried", "outcome", "lost"] as const;

function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ fault, tried, outcome, lost }) => [fault, String(tried), outcome, lost]);
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd();
  const lines = [line(heads)];
  rows.forEach((row, index) => {
    if (row.room !== rows[index - 1]?.room) lines.push(`— ${row.room}`);
    lines.push(line(cells[index]!));
  });
  return lines.join("\n");
}
