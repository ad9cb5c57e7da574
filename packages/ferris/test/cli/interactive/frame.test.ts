/** The interactive search's screen: never wider or higher than the terminal, the chosen result always in sight. */
import { describe, expect, test } from "vitest";
import { frameLines, lineToOpen } from "../../../src/cli/interactive/frame.ts";
import type { Found, LiveState } from "../../../src/cli/interactive/live-search.ts";
import { palette } from "../../../src/cli/terminal/colour.ts";
import { columnsOf } from "../../../src/cli/terminal/width.ts";

const plain = palette(false);

function found(i: number, text: string, word: string): Found {
  const start = text.indexOf(word);
  const result = {
    path: `/somewhere/far/away/ein-sehr-langer-Name-東京-${i}.md`,
    startLine: 10,
    endLine: 14,
    lineBasis: "file",
    headingPath: ["A heading that goes on for quite a while", "東京都の天気 and more"],
    cosine: 0.5,
    page: null,
    snippet: {
      text,
      startLine: 10,
      lineNumbers: text.split("\n").map((_, line) => 10 + line),
      highlights: start < 0 ? [] : [{ start, end: start + word.length }],
    },
  };
  return { from: { name: "notes" }, result } as unknown as Found;
}

const state = (all: readonly Found[]): LiveState => ({
  query: "x",
  found: all,
  mode: "hybrid",
  isSearching: false,
  note: null,
});
const texts = [
  "first line\nsecond with a needle in it",
  `${"long ".repeat(60)}needle`,
  "東京".repeat(80) + "needle",
  "\u001b[2J needle\u202e",
  "",
];

describe.each([
  [80, 24],
  [40, 10],
  [200, 50],
  [20, 5],
])("%i columns, %i rows", (columns, rows) => {
  const all = Array.from({ length: 30 }, (_, i) => found(i, texts[i % texts.length]!, "needle"));
  test.each([0, 7, 29])("with result %i chosen", (chosen) => {
    const input = "a question with 東京 that is longer than a small terminal is wide";
    const lines = frameLines(state(all), { input, cursor: input.length, chosen, columns, rows, named: true }, plain);
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) {
      expect(columnsOf(line), line).toBeLessThan(columns + 1);
      expect(line).not.toMatch(/[\u001b\u202e\n]/);
    }
    expect(lines.filter((line) => line.startsWith("❯"))).toHaveLength(1);
  });
});

test("the line with the match is shown, and opened", () => {
  const one = found(1, texts[0]!, "needle");
  const lines = frameLines(
    state([one]),
    { input: "", cursor: 0, chosen: 0, columns: 80, rows: 24, named: false },
    plain,
  );
  expect(lines.at(-1)).toBe("    second with a needle in it");
  expect(lineToOpen(one)).toBe(11);
  expect(lineToOpen(found(1, "\n\nthird", "nowhere"))).toBe(12);
});
