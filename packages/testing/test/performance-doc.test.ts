/**
 * docs/performance.md against benchmarks/results: a figure of its tables that is not in the file that it cites fails here. Figures in sentences, and
 * those of runs that left no file, are for whoever edits the page.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/performance.md"), "utf8");
const results = (name: string): Results =>
  JSON.parse(readFileSync(join(root, "benchmarks/results", `${name}.json`), "utf8")) as Results;

interface Timed {
  readonly model: string;
  readonly dtype?: string;
  readonly set: string;
  readonly microseconds?: number;
  readonly milliseconds?: number | { readonly median: number };
}
interface Results {
  readonly speed: readonly Timed[];
  readonly cpu: readonly Timed[];
  readonly repeats: readonly (readonly Timed[])[];
  readonly peers: readonly Timed[];
  readonly families: readonly Timed[];
  readonly gemm: readonly {
    dtype: string;
    n: number;
    k: number;
    activation: string;
    variant: string;
    teraflops: number;
  }[];
  readonly attention: readonly {
    dtype: string;
    heads: number;
    headSize: number;
    length: number;
    variant: string;
    microseconds: number;
  }[];
  readonly profile: readonly {
    model: string;
    dtype: string;
    length: number;
    total: number;
    steps: readonly { label: string; microseconds: number }[];
  }[];
  readonly rows: readonly { name: string; value: number }[];
  readonly gemmParts: readonly { n: number; k: number; part: string; teraflops: number }[];
  readonly processes: Readonly<
    Record<string, readonly { readonly [set in "short" | "passages"]?: { readonly median: number } }[]>
  >;
  readonly load: { readonly medians: readonly { readonly cold: number; readonly again: number }[] };
}

/** The rows of the first table below a heading whose head begins so: cells without emphasis. */
function tableOf(heading: string, head: string): string[][] {
  const section = page.slice(page.indexOf(`${heading}\n`)).split("\n");
  const first = section.findIndex((line) => line.startsWith(`| ${head}`));
  const length = section.slice(first).findIndex((line) => !line.startsWith("|"));
  const rows = section.slice(first, first + length).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.replaceAll("*", "").trim()),
  );
  expect(rows.length, `a table below ${heading}`).toBeGreaterThan(2);
  return [rows[0]!, ...rows.slice(2)];
}

const numberPattern = /\d+(?:,\d{3})*(?:\.\d+)?/g;

/** Each number of `cell` is the value at its place, rounded as it is written. */
function expectFigures(cell: string, values: readonly number[], what: string): void {
  const written = cell.match(numberPattern) ?? [];
  expect(written, what).toHaveLength(values.length);
  for (const [i, text] of written.entries()) {
    const decimals = /\.(\d+)$/.exec(text)?.[1]!.length ?? 0;
    const zeros = decimals > 0 || text.length < 4 ? 0 : /0*$/.exec(text)![0].length;
    const unit = 10 ** (zeros - decimals);
    const shown = Number(text.replaceAll(",", ""));
    expect(Math.abs(shown - values[i]!), `${what}: ${text} stands for ${values[i]}`).toBeLessThanOrEqual(0.51 * unit);
  }
}

const valueOf = ({ microseconds, milliseconds }: Timed): number =>
  microseconds ?? (typeof milliseconds === "number" ? milliseconds : milliseconds!.median);
const models: Readonly<Record<string, string>> = { "MiniLM-L6": "minilm-l6", "BERT-base": "bert-base" };
const sets: readonly (readonly [RegExp, string])[] = [
  [/1000 texts/, "short"],
  [/passages/, "passages"],
  [/one query/, "one query"],
];

test("text to vectors on an H200", () => {
  const { speed, repeats, cpu, peers } = results("nvidia-h200");
  const [, ...rows] = tableOf("## On a real GPU (NVIDIA H200)", "work");
  expect(rows).toHaveLength(6);
  for (const [work, f16, f32, onCpu, peer] of rows as [string, string, string, string, string][]) {
    const model = models[work.split(",")[0]!]!;
    const set = sets.find(([words]) => words.test(work))![1];
    const of = (list: readonly Timed[], dtype?: string) =>
      list
        .filter((one) => one.model === model && one.set === set && (dtype === undefined || one.dtype === dtype))
        .map(valueOf);
    // The first process on that machine was slow on short texts, as the page says.
    const processes = [speed, ...repeats.slice(model === "minilm-l6" && set === "short" ? 1 : 0)];
    const values = processes.flatMap((list) => of(list, "f16"));
    expectFigures(f16, [Math.min(...values), Math.max(...values)], `${work}, f16`);
    expectFigures(f32, of(speed, "f32"), `${work}, f32`);
    expectFigures(onCpu, of(cpu), `${work}, CPU`);
    expectFigures(peer, of(peers), `${work}, peer`);
  }
});

test("where a batch's time goes", () => {
  const { profile } = results("nvidia-h200");
  const [head, ...rows] = tableOf("## On a real GPU (NVIDIA H200)", "step");
  const steps: Readonly<Record<string, RegExp>> = {
    "GEMM query, key, value": /(384x1152|768x2304)/,
    attention: /^attention/,
    "GEMM after attention": /(384x384|768x768)/,
    "GEMM + GELU": /gelu/,
    "GEMM back": /(1536x384|3072x768)/,
    "residual + LayerNorm": /^residual/,
    "embedding, pooling": /^(embedding|pooling)/,
  };
  for (const [column, model] of ["minilm-l6", "bert-base"].entries()) {
    const { total, steps: took } = profile.find(
      (one) => one.model === model && one.dtype === "f16" && one.length === 91,
    )!;
    expectFigures(head![column + 1]!.split(",")[1]!, [total / 1000], `${model}, whole`);
    for (const row of rows) {
      const share = took
        .filter(({ label }) => steps[row[0]!]!.test(label))
        .reduce((sum, one) => sum + one.microseconds, 0);
      expectFigures(row[column + 1]!, [(100 * share) / total], `${model}, ${row[0]}`);
    }
  }
});

test("bare products", () => {
  const { gemm } = results("nvidia-h200");
  const [head, f16, f32] = tableOf("## On a real GPU (NVIDIA H200)", "N × K");
  for (const [column, shape] of head!.slice(1).entries()) {
    const [n, k] = shape.match(/\d+/g)!.map(Number);
    const best = (dtype: string, variant: RegExp): number =>
      Math.max(
        ...gemm
          .filter((one) => one.dtype === dtype && one.n === n && one.k === k && variant.test(one.variant))
          .filter(({ activation }) => activation.startsWith("gelu") === shape.includes("GELU"))
          .map(({ teraflops }) => teraflops),
      );
    expectFigures(f16![column + 1]!, [best("f16", /128x128x32 by 64x64/)], `${shape}, f16`);
    expectFigures(f32![column + 1]!, [best("f32", /./)], `${shape}, f32`);
  }
});

test("attention in plain code (H200), and in less workgroup memory (H100)", () => {
  const { attention } = results("nvidia-h200-f32");
  const [, ...plain] = tableOf("### Plain code, f32 (NVIDIA H200)", "heads");
  let heads = "";
  for (const [name, length, whole, tiled] of plain as [string, string, string, string][]) {
    heads = name || heads;
    const [count, size] = heads.match(/\d+/g)!.map(Number);
    const of = (family: RegExp): number =>
      attention.find(
        (one) =>
          one.heads === count && one.headSize === size && one.length === Number(length) && family.test(one.variant),
      )!.microseconds;
    expectFigures(whole, [of(/^(?:direct|streamed)/)], `${heads}, ${length} tokens`);
    expectFigures(tiled, [of(/^tiled/)], `${heads}, ${length} tokens, tiled`);
  }
  const after = results("nvidia-h100").attention;
  const [, ...rows] = tableOf("### Attention in less workgroup memory (NVIDIA H100)", "tokens per text");
  for (const [length, , small, , large] of rows as [string, string, string, string, string][]) {
    const best = (size: number): number =>
      Math.min(
        ...after
          .filter((one) => one.dtype === "f16" && one.headSize === size && one.length === Number(length))
          .filter(({ variant }) => variant.includes("32 queries"))
          .map(({ microseconds }) => microseconds),
      );
    for (const [cell, size] of [
      [small, 32],
      [large, 64],
    ] as const) {
      // Best of four rounds there, one of them in the file.
      expect(Math.abs(Number(cell) - best(size)) / best(size)).toBeLessThan(0.02);
    }
  }
});

test("models of today's families", () => {
  const { families, peers } = results("nvidia-h200-families");
  const [, ...rows] = tableOf("### Models of today's families (NVIDIA H200)", "model");
  expect(rows.length).toBe(new Set(families.map(({ model }) => model)).size);
  for (const [name, ...cells] of rows) {
    const model = name!.toLowerCase();
    for (const [at, set] of [
      [0, "short"],
      [3, "passages"],
    ] as const) {
      const [ours, theirs] = [families, peers].map((list) =>
        valueOf(list.find((one) => one.model === model && one.set === set)!),
      );
      expectFigures(cells[at]!, [ours!], `${name}, ${set}`);
      expectFigures(cells[at + 1]!, [theirs!], `${name}, ${set}, peer`);
      expect(Math.abs(Number.parseFloat(cells[at + 2]!) / (theirs! / ours!) - 1)).toBeLessThan(0.02);
    }
  }
});

describe("the server beside FastAPI", () => {
  const { rows: measured } = results("nvidia-h200-serve");
  const [, ...rows] = tableOf("## The server", "per request");
  test.each(rows)("%s, %s clients", (request, clients, ...cells) => {
    const load = `${request!.replace("1 short", "a short")}, ${clients} client${clients === "1" ? "" : "s"}`;
    for (const [i, server] of ["ferris serve", "FastAPI, plain", "FastAPI, batching"].entries()) {
      const value = (what: string): number =>
        measured.find(({ name }) => name === `${server}: ${load}: ${what}`)!.value;
      expectFigures(cells[i]!.replace(/ms/g, ""), [value("texts"), value("p50"), value("p99")], `${server}: ${load}`);
    }
  });
});

test("ten processes on an H200, and the parts of a product", () => {
  const { processes, load, gemmParts } = results("nvidia-h200-host");
  const [, short, passages, cold, again] = tableOf("#### Ten processes, and from nothing to the first vector", "work");
  const middle = (values: readonly number[]): number => {
    const sorted = values.toSorted((first, second) => first - second);
    return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
  };
  for (const [row, set] of [
    [short, "short"],
    [passages, "passages"],
  ] as const) {
    const of = (name: string): number[] => processes[name]!.map((one) => one[set]!.median).toSorted((a, b) => a - b);
    const ten = of("minilm-l6 f16");
    expect(ten).toHaveLength(10);
    const threaded = of("minilm-l6 f16, tokenizer threads 2");
    expectFigures(row![1]!, [middle(ten)], set);
    expectFigures(row![2]!, [ten[0]!, ten[8]!], set);
    expectFigures(row![3]!, [ten[9]!], set);
    expectFigures(row![4]!, [threaded[0]!, threaded.at(-1)!], set);
  }
  const sorted = (kind: "cold" | "again"): number[] => load.medians.map((one) => one[kind]).toSorted((a, b) => a - b);
  expectFigures(cold![1]!, sorted("cold"), "cold");
  expectFigures(again![1]!, sorted("again"), "again");
  const [, ...rows] = tableOf("### Where a product's time goes, and what is still missing", "what runs");
  const parts = [...new Set(gemmParts.map(({ part }) => part))];
  expect(rows).toHaveLength(parts.length);
  for (const [index, row] of rows.entries()) {
    for (const [column, k] of [3072, 768, 384].entries()) {
      const found = gemmParts.find((one) => one.part === parts[index] && one.k === k)!;
      expectFigures(row[column + 1]!, [found.teraflops], `${parts[index]}, K = ${k}`);
    }
  }
});
