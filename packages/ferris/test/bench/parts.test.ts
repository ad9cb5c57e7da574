/** The parts of `ferris bench` that can be wrong without anybody noticing: its texts, its arithmetic, its chart. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ratiosOf, type Throughput } from "../../src/bench/benchmark.ts";
import { benchmarkChart, microseconds } from "../../src/bench/chart.ts";
import { flopsPerToken } from "../../src/bench/flops.ts";
import { quantile } from "../../src/quantile.ts";
import { benchmarkQueries, benchmarkTexts, setNames } from "../../src/choosing/benchmark-texts.ts";

const row: Throughput = {
  engine: "ferris",
  model: "a/b<c>",
  device: "gpu",
  detail: "",
  set: "short",
  texts: 1000,
  tokens: 20_000,
  microsecondsPerText: 12.34,
  best: 11,
  tokensPerSecond: 1_000_000,
  teraflops: 1,
  shareOfPeak: 0.5,
};

describe("texts", () => {
  test.each(setNames)("%s are the same on every call, and differ from each other", (set) => {
    const texts = benchmarkTexts(set);
    expect(texts).toEqual(benchmarkTexts(set));
    expect(new Set(texts).size).toBe(texts.length);
  });

  test("have the lengths that their names promise", () => {
    const wordsOf = (set: (typeof setNames)[number]) => benchmarkTexts(set).map((text) => text.split(" ").length);
    expect(Math.max(...wordsOf("short"))).toBeLessThan(Math.min(...wordsOf("long")));
    expect(Math.min(...wordsOf("mixed"))).toBeLessThan(20);
    expect(Math.max(...wordsOf("mixed"))).toBeGreaterThan(180);
    expect(benchmarkQueries().every((query) => query.split(" ").length === 10)).toBe(true);
  });
});

describe("arithmetic", () => {
  const folder = mkdtempSync(join(tmpdir(), "ferris-bench-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("MiniLM-L6 costs 21.2 MFLOP per token", () => {
    writeFileSync(
      join(folder, "config.json"),
      JSON.stringify({ hidden_size: 384, num_hidden_layers: 6, intermediate_size: 1536 }),
    );
    expect(flopsPerToken(folder)! / 1e6).toBeCloseTo(21.2, 1);
  });

  test("a folder without config.json has no figure", () => {
    expect(flopsPerToken(join(folder, "absent"))).toBeNull();
  });

  test("quantiles", () => {
    expect(quantile([5, 1, 3], 0.5)).toBe(3);
    expect(quantile([7], 0.95)).toBe(7);
    expect(
      quantile(
        Array.from({ length: 100 }, (_, i) => 100 - i),
        0.95,
      ),
    ).toBe(96);
  });

  test("ratios compare what the same model did with the same set, on our CPU device alone", () => {
    const cpu = { ...row, device: "cpu", tokensPerSecond: 10_000 } as const;
    const peer = { ...cpu, engine: "transformers.js", tokensPerSecond: 1 };
    const other = { ...cpu, model: "other", tokensPerSecond: 2 };
    expect(ratiosOf([other, peer, row, cpu])).toEqual([
      { engine: "ferris", model: "a/b<c>", set: "short", gpuOverCpu: 100 },
    ]);
    expect(ratiosOf([row, peer])).toEqual([]);
  });
});

describe("chart", () => {
  const chart = benchmarkChart([row, { ...row, device: "cpu", microsecondsPerText: 2468 }], 'a "CPU" & more');
  const lengths = [...chart.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map((match) => Number(match[1]));

  test("has a bar for each row, the slower one longer", () => {
    expect(lengths).toHaveLength(2);
    expect(lengths[1]).toBeGreaterThan(lengths[0]!);
    expect(chart).toContain("12.3 µs");
    expect(chart).toContain("2,470 µs");
  });

  test("is text in XML, whatever a model is called", () => {
    expect(chart).toContain("b&lt;c&gt;");
    expect(chart).toContain("a &quot;CPU&quot; &amp; more");
    expect(chart).not.toMatch(/<c>/);
  });

  test("one row alone has a scale too", () => {
    expect(benchmarkChart([{ ...row, microsecondsPerText: 1 }], "")).not.toContain("NaN");
  });

  test("microseconds have three digits", () => {
    expect(microseconds(0.98765)).toBe("0.988 µs");
    expect(microseconds(23_456)).toBe("23,500 µs");
  });
});
