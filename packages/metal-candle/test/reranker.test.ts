/** Rerankers: what they accept, what their scores are, and how they end. Their logits against PyTorch are in the tests of each device. */
import { afterAll, describe, expect, test } from "vitest";
import { InvalidArgumentError, ModelClosedError, Reranker } from "../src/index.ts";
import type { LoadOptions } from "../src/index.ts";
import { ModelFolder } from "./support/model-folder.ts";

const quiet = { device: "cpu", onNotice: () => undefined } as const;
const texts = ["a text", "another one", "and a third, which is longer"];
const folder = new ModelFolder("bert-reranker-1");
afterAll(() => folder.remove());

/** What torch.nn's classes do to a number. */
const activations: [string, (x: number) => number][] = [
  ["Identity", (x) => x],
  ["Sigmoid", (x) => 1 / (1 + Math.exp(-x))],
  ["Tanh", Math.tanh],
  ["ReLU", (x) => Math.max(0, x)],
  ["SiLU", (x) => x / (1 + Math.exp(-x))],
  // 0.5 x (1 + erf(x / √2)), erf by Simpson's rule.
  ["GELU", (x) => 0.5 * x * (1 + simpsonErf(x / Math.SQRT2))],
];

function simpsonErf(x: number): number {
  const steps = 2000;
  const f = (t: number): number => (2 / Math.sqrt(Math.PI)) * Math.exp(-t * t);
  let sum = f(0) + f(x);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * f((x * i) / steps);
  return (sum * x) / steps / 3;
}

describe("a reranker", () => {
  test.each(activations)("with torch.nn's %s on its logits", async (name, activation) => {
    folder.set("config.json", { sentence_transformers: { activation_fn: `torch.nn.modules.activation.${name}` } });
    const reranker = await Reranker.load(folder.path, quiet);
    const ranked = await reranker.rank("a question", texts);
    for (const { score, logits } of ranked) expect(score).toBeCloseTo(activation(logits[0]), 6);
    await reranker.close();
  });

  test("gives the best first, of all texts or of as many as are wanted", async () => {
    await using reranker = await Reranker.load(folder.path, quiet);
    const all = await reranker.rank("a question", texts);
    expect(new Set(all.map(({ index }) => index))).toEqual(new Set([0, 1, 2]));
    expect(all.map(({ logits }) => logits[0])).toEqual(all.map(({ logits }) => logits[0]).toSorted((a, b) => b - a));
    expect(await reranker.rank("a question", texts, { topK: 2 })).toEqual(all.slice(0, 2));
    expect(await reranker.rank("a question", texts, { topK: 9 })).toEqual(all);
    expect(await reranker.rank("a question", [])).toEqual([]);
    const [cut] = await reranker.rank("a question", ["a very long text ".repeat(200)]);
    expect([cut.truncated, all[0].truncated]).toEqual([true, false]);
    for (const topK of [0, -1, 1.5, Number.NaN]) {
      await expect(reranker.rank("a question", texts, { topK })).rejects.toThrow(`topK is ${topK}`);
    }
  });

  test.each([
    ["dimensions", 8],
    ["prompts", { query: "x" }],
    ["tokenizerThreads", 2],
  ])("refuses %s, which it would have no use for", async (name, value) => {
    const loading = Reranker.load(folder.path, { ...quiet, [name]: value } as LoadOptions);
    await expect(loading).rejects.toThrow(`${name} was given; a reranker has no use for it`);
    await expect(loading).rejects.toThrow(InvalidArgumentError);
  });

  test("finishes what runs when it is closed, and takes no more", async () => {
    const reranker = await Reranker.load(folder.path, quiet);
    const ranking = reranker.rank("a question", texts);
    const closing = reranker.close();
    expect((await ranking).length).toBe(3);
    await closing;
    expect(reranker.close()).toBe(closing);
    await expect(reranker.rank("a question", texts)).rejects.toThrow(ModelClosedError);
  });

  test("an abort ends its own call alone", async () => {
    await using reranker = await Reranker.load(folder.path, quiet);
    const abort = new AbortController();
    const first = reranker.rank("a question", texts, { signal: abort.signal });
    const second = reranker.rank("a question", texts);
    abort.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect((await second).length).toBe(3);
  });
});
