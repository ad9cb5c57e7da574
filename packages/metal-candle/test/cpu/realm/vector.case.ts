/** Run by realms.test.ts in another realm. */
import { types } from "node:util";
import { runInThisContext } from "node:vm";
import { expect, test } from "vitest";
import { EmbeddingModel } from "../../../src/index.ts";
import { tinyModelFolder } from "../../support/goldens.ts";

test("vectors are this realm's Float32Array", async () => {
  const outside = runInThisContext("Float32Array") as unknown;
  expect(outside).not.toBe(Float32Array);
  const notices: string[] = [];
  const onNotice = (notice: string): unknown => notices.push(notice);
  const model = await EmbeddingModel.load(tinyModelFolder("bert"), { device: "cpu", onNotice });
  const vector = await model.embed("a text");
  expect(types.isFloat32Array(vector)).toBe(true);
  expect(vector).toBeInstanceOf(Float32Array);
  expect(Math.hypot(...vector)).toBeCloseTo(1, 3);
  // Not WebAssembly in its place.
  expect(notices).toEqual([]);
  await model.close();
});
