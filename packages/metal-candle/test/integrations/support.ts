/** A tiny model whose queries have a prompt ("search for: ") and whose passages have none, and what the library makes of either side. */
import { afterAll, beforeAll, expect } from "vitest";
import { EmbeddingModel } from "../../src/index.ts";
import { tinyModelFolder } from "../support/goldens.ts";

export const sided = tinyModelFolder("bert-prompt-excluded");
export const sideless = tinyModelFolder("bert");
export const reranker = tinyModelFolder("bert-reranker-1");
export const quiet = { device: "cpu", onNotice: () => undefined } as const;

export const texts = ["a text", "another one", "and a third, which is longer"];

/** The library's own model, for the tests of one file. */
export function useLibrary(): { readonly model: EmbeddingModel } {
  const held: { model: EmbeddingModel } = { model: null as unknown as EmbeddingModel };
  beforeAll(async () => void (held.model = await EmbeddingModel.load(sided, quiet)));
  afterAll(() => held.model.close());
  return held;
}

/** On the CPU device a vector may differ in its last bits by its batch. */
export function expectVector(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  expect(Math.max(...Array.from(found, (value, at) => Math.abs(value - expected[at])))).toBeLessThan(1e-5);
}

/** That it is this vector and not that of the other side. */
export async function expectSide(
  model: EmbeddingModel,
  found: ArrayLike<number>,
  text: string,
  side: "query" | "passage",
): Promise<void> {
  const other = side === "query" ? "passage" : "query";
  const [expected, wrong] = await Promise.all([
    model.embed(text, { promptName: side }),
    model.embed(text, { promptName: other }),
  ]);
  expectVector(found, expected);
  expect(Math.max(...Array.from(wrong, (value, at) => Math.abs(value - found[at])))).toBeGreaterThan(1e-2);
}
