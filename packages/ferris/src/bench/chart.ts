/**
 * A benchmark's result as an SVG: a bar for each contender and set, microseconds per text, on a logarithmic scale with its numbers.
 *
 * Plain shapes and text, no script and no font of its own, so that it shows in a README and on paper. Readable on light and dark.
 */
import type { Throughput } from "./benchmark.ts";

const width = 760;
const labelWidth = 250;
const barHeight = 20;
const gap = 6;
const titleHeight = 44;
const setHeight = 30;
const fills: Readonly<Record<string, string>> = { "ferris gpu": "#0f766e", "ferris cpu": "#5eaaa2" };
const peerFill = "#9ca3af";

/** What a bar shows: of a benchmark's rows, or of figures that were measured otherwise. */
export type Bar = Pick<Throughput, "engine" | "device" | "model" | "texts" | "tokens" | "microsecondsPerText"> & {
  readonly set: string;
};

/** The whole document; sets come in the order of their first rows. */
export function benchmarkChart(throughput: readonly Bar[], subtitle: string): string {
  const values = throughput.map(({ microsecondsPerText }) => microsecondsPerText);
  const lowest = Math.floor(Math.log10(Math.min(...values)));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...values))));
  const room = width - labelWidth - 90;
  const scale = (value: number): number => Math.max(2, ((Math.log10(value) - lowest) / (highest - lowest)) * room);
  const parts: string[] = [];
  let y = titleHeight;
  for (const set of new Set(throughput.map((row) => row.set))) {
    const rows = throughput.filter((row) => row.set === set);
    const average = Math.round(rows[0]!.tokens / rows[0]!.texts);
    parts.push(text(8, y + 18, `${set} texts, about ${average} tokens`, "bold"));
    y += setHeight;
    for (const row of rows) {
      const fill = fills[`${row.engine} ${row.device}`] ?? peerFill;
      const length = scale(row.microsecondsPerText);
      parts.push(
        text(20, y + 15, `${row.engine} ${row.device}, ${shortName(row.model)}`),
        `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" fill="${fill}"/>`,
        text(labelWidth + length + 6, y + 15, microseconds(row.microsecondsPerText)),
      );
      y += barHeight + gap;
    }
  }
  const height = y + 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
      `aria-label="Microseconds per text, by engine and device" font-family="system-ui, sans-serif" font-size="13">`,
    // Not white, not black: the page behind may be either.
    `<rect width="${width}" height="${height}" rx="6" fill="#f8fafc"/>`,
    text(8, 24, `Microseconds per text (shorter is faster; logarithmic). ${subtitle}`),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function text(x: number, y: number, content: string, weight = "normal"): string {
  return `<text x="${x.toFixed(1)}" y="${y}" fill="#0f172a" font-weight="${weight}">${escaped(content)}</text>`;
}

function shortName(model: string): string {
  return model.split("/").at(-1)!;
}

/** Three significant digits, grouped. */
export function microseconds(value: number): string {
  return `${Number(value.toPrecision(3)).toLocaleString("en-US")} µs`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
