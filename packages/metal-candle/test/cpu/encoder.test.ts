/** The CPU device against PyTorch: every tiny model, and the bundled one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCpuEncoder } from "../../src/cpu/encoder.ts";
import { readModel } from "../../src/models/read-model.ts";
import {
  bundledModelFolder,
  floats,
  goldenBatch,
  largestDifference,
  readGolden,
  rowsByLength,
  tinyModelFolder,
  tinyModels,
} from "../support/goldens.ts";

const TOLERANCE = 1e-5;

describe.each(tinyModels)("%s", (name) => {
  const golden = readGolden(join("tiny", name, "golden.safetensors"));

  test("last hidden states and rows are PyTorch's", async () => {
    const description = await readModel(tinyModelFolder(name));
    const encoder = await openCpuEncoder(description);
    const { dimensions, normalize } = description.head;
    const batch = goldenBatch(golden, { dimensions, normalize });
    const wanted = floats(golden, description.kind === "reranker" ? "logits" : "embedding");
    let difference = Infinity;
    await encoder.encode(batch, (rows, stride) => {
      expect(stride).toBe(dimensions);
      difference = largestDifference(rows.subarray(0, batch.sequences * stride), wanted);
    });
    expect(difference).toBeLessThan(TOLERANCE * (normalize ? 1 : Math.max(1, ...wanted.map(Math.abs))));
    if (golden.tensors.has("last_hidden_state")) {
      const hidden = await encoder.lastHiddenState(batch);
      expect(largestDifference(hidden, floats(golden, "last_hidden_state"))).toBeLessThan(TOLERANCE);
    }
    await encoder.close();
    await description.close();
  });
});
