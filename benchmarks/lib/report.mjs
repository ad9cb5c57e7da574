/**
 * How a benchmark of the host reports: the machine and its load first, rows of name / figure / target, a JSON file on --json FILE.
 *
 * A figure without a number is a line that begins with NOT RUN and says why. Nothing here judges: a loaded machine fails targets.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { printTable, short } from "./measure.mjs";

/** The machine, as far as it decides timings. */
export function machine() {
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
    date: new Date().toISOString(),
  };
}

/**
 * Starts a report; `options` are the script's own, in parseArgs' form, beside --json FILE.
 *
 * @param {string} title
 * @param {Record<string, any>} options
 */
export function report(title, options = {}) {
  /** @type {Record<string, any>} */
  const values = parseArgs({ options: { json: { type: "string" }, ...options } }).values;
  const at = machine();
  const rows = [];
  console.log(`${title}\n${at.cpu}, Node ${at.node}, load ${at.loadAverage[0]}\n`);
  return {
    values,
    /** A figure with its unit; `target` as text, or left out. */
    add: (name, value, unit, target = "", detail = {}) => {
      rows.push({ name, value, unit, target, ...detail });
    },
    /** A figure that could not be had here. */
    notRun: (name, reason) => {
      rows.push({ name, notRun: reason });
    },
    /** Prints the table and writes the file. */
    finish: () => {
      const cells = rows.map(({ name, value, unit, target, notRun }) =>
        notRun ? [name, "NOT RUN", "", ""] : [name, Number.isInteger(value) ? value : short(value), unit, target],
      );
      printTable([["", "measured", "unit", "target"], ...cells]);
      for (const { name, notRun } of rows) if (notRun) console.log(`NOT RUN: ${name.trim()}: ${notRun}`);
      if (values.json) {
        writeFileSync(values.json, `${JSON.stringify({ title, machine: at, rows }, null, 1)}\n`);
        console.log(`\nwritten: ${values.json}`);
      }
    },
  };
}
