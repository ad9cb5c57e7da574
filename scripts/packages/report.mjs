/** What was tried, as rows of a table: passed, FAILED, or NOT RUN with the reason. Rows are told as they come, and together at the end. */

/** Thrown by a check that cannot be made here; its message says why. */
export class NotRun extends Error {}

export class Report {
  /** `{ area, name, outcome, detail, seconds }` each. */
  rows = [];
  #asides = [];

  /** Makes a check; what it returns, if anything, stands in the row. Never throws. */
  async row(area, name, check) {
    const start = performance.now();
    console.error(`${area}: ${name} …`);
    const row = { area, name, outcome: "passed", detail: "", seconds: 0 };
    try {
      row.detail = (await check()) ?? "";
    } catch (error) {
      row.outcome = error instanceof NotRun ? "NOT RUN" : "FAILED";
      row.detail = String(error.message);
    }
    row.seconds = Math.round((performance.now() - start) / 1000);
    this.rows.push(row);
    console.error(`${area}: ${name}: ${row.outcome} (${row.seconds} s) ${firstLine(row.detail)}`);
    return row.outcome === "passed";
  }

  /** Text that is told above the table. */
  aside(text) {
    this.#asides.push(text);
  }

  get failed() {
    return this.rows.some(({ outcome }) => outcome === "FAILED");
  }

  /** In Markdown. */
  table() {
    const cell = (text) => firstLine(text).replaceAll("|", "\\|");
    return [
      "| what | which | outcome | s | |",
      "| --- | --- | --- | --- | --- |",
      ...this.rows.map((row) =>
        ["", row.area, row.name, row.outcome, row.seconds, cell(row.detail), ""].join(" | ").trim(),
      ),
    ].join("\n");
  }

  /** The table, then all that failed with everything that it said. */
  print() {
    for (const text of this.#asides) console.log(`${text}\n`);
    console.log(this.table());
    for (const { area, name, outcome, detail } of this.rows) {
      if (outcome === "FAILED") console.log(`\nFAILED  ${area}: ${name}\n${detail.replace(/^/gm, "    ")}`);
    }
    const count = (wanted) => this.rows.filter(({ outcome }) => outcome === wanted).length;
    console.log(`\n${count("passed")} passed, ${count("FAILED")} failed, ${count("NOT RUN")} not run`);
  }
}

function firstLine(text) {
  const [line] = String(text).split("\n");
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
}
