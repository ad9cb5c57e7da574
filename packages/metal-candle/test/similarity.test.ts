/** Cosines of vectors, and one text embedded alone. */
import { expect, test, vi } from "vitest";
import { cosineSimilarity, EmbeddingModel, InvalidArgumentError, similarity } from "../src/index.ts";
import { warnOnce } from "../src/notice.ts";
import { tinyModelFolder } from "./support/goldens.ts";

test("the cosine of two vectors, whatever their lengths", () => {
  expect(cosineSimilarity([3, 0], [0.5, 0])).toBe(1);
  expect(cosineSimilarity([1, 0], [0, 2])).toBe(0);
  expect(cosineSimilarity([1, 1], [-2, -2])).toBeCloseTo(-1, 12);
  expect(cosineSimilarity([1e-30, 0], [1e30, 1e30])).toBeCloseTo(Math.SQRT1_2, 12);
  expect(cosineSimilarity([0, 0], [1, 2])).toBe(0);
  expect(() => cosineSimilarity([1], [1, 2])).toThrow(InvalidArgumentError);
});

test("all pairs of embeddings, and one text as its vector alone", async () => {
  await using model = await EmbeddingModel.load(tinyModelFolder("bert"), { device: "cpu", onNotice: () => undefined });
  const texts = ["a text", "another one", "and a third"];
  const embeddings = await model.embed(texts);
  const rows = similarity(embeddings, embeddings);
  expect(rows.map((row) => row.length)).toEqual([3, 3, 3]);
  rows.forEach((row, index) => expect(row[index]).toBeCloseTo(1, 6));
  expect(rows[0][1]).toBeCloseTo(cosineSimilarity(embeddings.at(0), embeddings.at(1)), 6);
  const alone = await model.embed("another one");
  expect(alone).toBeInstanceOf(Float32Array);
  expect(cosineSimilarity(alone, embeddings.at(1))).toBeCloseTo(1, 6);
  await expect(model.embed(5 as unknown as string)).rejects.toThrow("An array of strings is needed");
  await expect(model.embed("x", { promptName: "none" })).rejects.toThrow(InvalidArgumentError);
});

test("a notice without a listener is a console warning, once", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  for (const message of ["one", "two", "one", "one"]) warnOnce(message);
  expect(warn.mock.calls).toEqual([["one"], ["two"]]);
  warn.mockRestore();
});
