/** Timing: medians of repeated runs after a warm-up, in milliseconds. */

/** Runs `work` `warmups` times, then `runs` times; returns { median, best, worst }. */
export async function timed(work, { warmups = 2, runs = 9 } = {}) {
  for (let i = 0; i < warmups; i++) await work();
  const times = [];
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return summary(times);
}

/** Order statistics of a list of times. */
export function summary(times) {
  const sorted = times.toSorted((first, second) => first - second);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { median: at(0.5), p95: at(0.95), best: sorted[0], worst: sorted.at(-1), runs: sorted.length };
}

/** A number with three significant digits, for tables. */
export function short(value) {
  return value === null || value === undefined ? "–" : Number(value.toPrecision(3)).toString();
}

/** Prints rows of equal-width columns. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) console.log(row.map((cell, column) => String(cell).padEnd(widths[column])).join("  "));
}
