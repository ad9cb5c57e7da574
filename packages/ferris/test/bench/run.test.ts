/** How contenders are measured: in turn and in rounds, and without one that fails. They embed nothing here; they note that they were asked. */
import { expect, test } from "vitest";
import { runBenchmark, type BenchmarkOptions } from "../../src/bench/benchmark.ts";
import type { Contender } from "../../src/bench/contender.ts";
import { benchmarkLines } from "../../src/cli/present/benchmark.ts";
import { setNames } from "../../src/choosing/benchmark-texts.ts";

const asked: string[] = [];

/** Notes each call; throws where `fails` says so. */
function contender(engine: string, fails: (texts: readonly string[]) => boolean = () => false): Contender {
  return {
    engine,
    model: "model",
    device: "cpu",
    detail: "",
    processBytes: 5_000_000,
    embed: async (texts) => {
      if (fails(texts)) throw new Error("the device was lost");
      asked.push(`${engine} ${texts.length === 1 ? "query" : "texts"}`);
    },
    gpuBytes: () => null,
    close: async () => undefined,
  };
}

function options(contenders: readonly Contender[], failures: unknown[] = []): BenchmarkOptions {
  return {
    contenders,
    facts: new Map([["model", { flopsPerToken: null, countTokens: (text) => text.length }]]),
    peak: null,
    signal: new AbortController().signal,
    onStep: () => undefined,
    onFailed: ({ engine }, texts, error) => failures.push([engine, texts, (error as Error).message]),
  };
}

test("single queries are timed in rounds, all contenders in turn, as many texts are", async () => {
  asked.length = 0;
  const { latency } = await runBenchmark(options([contender("one"), contender("two")]));
  const queries = asked.filter((call) => call.endsWith("query"));
  // Where one contender's turn ends and the other's begins.
  const turns = queries.filter((call, index) => call !== queries[index - 1]);
  const inTurn = Array.from({ length: turns.length / 2 }, () => ["one query", "two query"]).flat();
  expect(turns).toEqual(inTurn);
  expect(turns.length / 2).toBeGreaterThanOrEqual(5);
  expect(latency.map(({ engine }) => engine)).toEqual(["one", "two"]);
  expect(latency[0]!.queries).toBeGreaterThanOrEqual(25);
  expect(latency[0]!.p95Milliseconds).toBeGreaterThanOrEqual(latency[0]!.p50Milliseconds);
});

test("a contender that throws is out with its reason; what it finished and all of the others' stay", async () => {
  const failures: unknown[] = [];
  const failsOnLong = contender(
    "fails",
    (texts) => texts.length > 1 && texts.every((text) => text.split(" ").length >= 180),
  );
  const failsOnQueries = contender("fails late", (texts) => texts.length === 1);
  const result = await runBenchmark(options([failsOnLong, contender("sound"), failsOnQueries], failures));
  expect(failures).toEqual([
    ["fails", "long texts", "the device was lost"],
    ["fails late", "single queries", "the device was lost"],
  ]);
  const setsOf = (name: string) => result.throughput.filter(({ engine }) => engine === name).map(({ set }) => set);
  expect(setsOf("fails")).toEqual(["short", "mixed"]);
  expect(setsOf("sound")).toEqual(setNames);
  expect(setsOf("fails late")).toEqual(setNames);
  expect(result.latency.map(({ engine }) => engine)).toEqual(["sound"]);
});

test("an abort is the caller's, not a contender's failure", async () => {
  const failures: unknown[] = [];
  const stop = new AbortController();
  const stopped = contender("one", () => {
    stop.abort(new Error("stopped"));
    return true;
  });
  await expect(runBenchmark({ ...options([stopped], failures), signal: stop.signal })).rejects.toThrow("stopped");
  expect(failures).toEqual([]);
});

test("the table has the process's memory, of a contender on the CPU too, and what the peak was measured without", async () => {
  const dropped = [{ variant: "direct", reason: "is off" }];
  const peak = { adapter: "an adapter", numerics: "f32-scalar", teraflops: 1, rates: [], dropped };
  const lines = benchmarkLines(await runBenchmark(options([contender("one")])), peak, []);
  const heading = lines.findIndex((line) => line.includes("process memory"));
  expect(lines[heading + 1]).toMatch(/–\s+\S*5\S* MB/);
  expect(lines).toContain("NOT RUN: GEMM peak of direct: is off");
});
