/** The CPU device against PyTorch: every tiny model, the bundled one, and what a batch may ask for. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOnnxSession } from "#platform/onnx";
import type { Encoder } from "../../src/encoder/encoder.ts";
import type { PackedBatch } from "../../src/encoder/packed-batch.ts";
import { encoderGraph, hiddenOutput, rowsOutput } from "../../src/cpu/encoder-graph.ts";
import { openCpuEncoder } from "../../src/cpu/encoder.ts";
import { paddedInputs } from "../../src/cpu/padded-batch.ts";
import { InvalidArgumentError, ModelClosedError } from "../../src/errors.ts";
import type { ModelDescription } from "../../src/models/description.ts";
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

/** Largest absolute difference to PyTorch, in unit vectors and hidden states of order 1. */
const tolerance = 1e-5;

/** The rows of one batch, packed tightly. */
async function encode(encoder: Encoder, batch: PackedBatch): Promise<Float32Array> {
  const result = new Float32Array(batch.sequences * batch.dimensions);
  let calls = 0;
  await encoder.encode(batch, (rows, stride) => {
    calls += 1;
    for (let row = 0; row < batch.sequences; row++) {
      result.set(rows.subarray(row * stride, row * stride + batch.dimensions), row * batch.dimensions);
    }
  });
  expect(calls).toBe(1);
  return result;
}

/** Last hidden states f32 [T, hiddenSize] of a batch, by a session of the same graph. */
async function hiddenStates({ encoder, head }: ModelDescription, batch: PackedBatch): Promise<Float32Array> {
  const session = await createOnnxSession({ ...(await encoderGraph(encoder, head)), threads: 1 });
  const padded = await session.run(paddedInputs(batch, encoder, head), hiddenOutput);
  const packed = new Float32Array(batch.tokens * encoder.hiddenSize);
  for (let sequence = 0; sequence < batch.sequences; sequence++) {
    const [start, end] = [batch.cuSeqlens[sequence], batch.cuSeqlens[sequence + 1]];
    const first = sequence * batch.longest;
    const rows = padded.subarray(first * encoder.hiddenSize, (first + end - start) * encoder.hiddenSize);
    packed.set(rows, start * encoder.hiddenSize);
  }
  await session.release();
  return packed;
}

describe.each(tinyModels)("%s", (name) => {
  const golden = readGolden(join("tiny", name, "golden.safetensors"));
  let description: ModelDescription;
  let encoder: Encoder;
  beforeAll(async () => {
    description = await readModel(tinyModelFolder(name));
    encoder = await openCpuEncoder(description);
  });
  afterAll(async () => {
    await encoder.close();
    await description.close();
  });

  test("rows are PyTorch's, long and short texts in one batch", async () => {
    const { dimensions, normalize } = description.head;
    const rows = await encode(encoder, goldenBatch(golden, { dimensions, normalize }));
    const wanted = floats(golden, description.kind === "reranker" ? "logits" : "embedding");
    expect(largestDifference(rows, wanted)).toBeLessThan(tolerance);
  });

  // A reranker's golden has logits alone.
  if (golden.tensors.has("last_hidden_state")) {
    test("last hidden states are PyTorch's", async () => {
      const { dimensions, normalize } = description.head;
      const hidden = await hiddenStates(description, goldenBatch(golden, { dimensions, normalize }));
      expect(largestDifference(hidden, floats(golden, "last_hidden_state"))).toBeLessThan(tolerance);
    });
  }
});

describe("the bundled model", () => {
  test("gives PyTorch's vectors", async () => {
    const golden = readGolden("real/all-MiniLM-L6-v2-q8/golden.safetensors");
    const description = await readModel(bundledModelFolder);
    const encoder = await openCpuEncoder(description);
    const wanted = floats(golden, "embedding");
    const order = rowsByLength(golden);
    for (let first = 0; first < order.length; first += 8) {
      const rows = order.slice(first, first + 8);
      const found = await encode(encoder, goldenBatch(golden, { rows, dimensions: 384, normalize: true }));
      const right = rows.flatMap((row) => [...wanted.subarray(row * 384, (row + 1) * 384)]);
      expect(largestDifference(found, right)).toBeLessThan(tolerance);
    }
    await encoder.close();
    await description.close();
  });
});

describe("what a batch may ask for", () => {
  const golden = readGolden("tiny/bert-prompt-excluded/golden.safetensors");
  const rows = [4, 5, 6, 20];
  let description: ModelDescription;
  let encoder: Encoder;
  beforeAll(async () => {
    description = await readModel(tinyModelFolder("bert-prompt-excluded"));
    encoder = await openCpuEncoder(description);
  });
  afterAll(async () => {
    await encoder.close();
    await description.close();
  });

  test("fewer dimensions are cut before normalising", async () => {
    const whole = await encode(encoder, goldenBatch(golden, { rows, dimensions: 64, normalize: false }));
    const cut = await encode(encoder, goldenBatch(golden, { rows, dimensions: 16, normalize: true }));
    for (let row = 0; row < rows.length; row++) {
      const part = whole.subarray(row * 64, row * 64 + 16);
      const norm = Math.hypot(...part);
      expect(
        largestDifference(
          cut.subarray(row * 16, row * 16 + 16),
          part.map((x) => x / norm),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  test("tokens of a prompt are read and not pooled", async () => {
    const batch = goldenBatch(golden, { rows, dimensions: 64, normalize: true });
    const skips = Int32Array.of(3, 1, 0, 5);
    const hidden = await hiddenStates(description, batch);
    const found = await encode(encoder, { ...batch, poolingSkips: skips });
    for (let row = 0; row < rows.length; row++) {
      const mean = new Float64Array(64);
      for (let token = batch.cuSeqlens[row] + skips[row]; token < batch.cuSeqlens[row + 1]; token++) {
        for (let index = 0; index < 64; index++) mean[index] += hidden[token * 64 + index];
      }
      const norm = Math.hypot(...mean);
      expect(
        largestDifference(
          found.subarray(row * 64, row * 64 + 64),
          mean.map((x) => x / norm),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  test.each([
    ["an id beyond the vocabulary", { inputIds: Int32Array.of(2600) }, /Token id 2600 is outside.*2600/],
    ["a negative id", { inputIds: Int32Array.of(-1) }, /Token id -1/],
    ["a token type beyond its table", { tokenTypeIds: Int32Array.of(2) }, /Token type 2/],
    ["a text beyond the positions", { longest: 129 }, /129 tokens.*128 positions/],
  ])("not %s", async (_, change, message) => {
    const one = { ...goldenBatch(golden, { rows: [0], dimensions: 64, normalize: true }), sequences: 1, tokens: 1 };
    await expect(encode(encoder, { ...one, ...change })).rejects.toThrow(message);
    await expect(encode(encoder, { ...one, ...change })).rejects.toThrow(InvalidArgumentError);
  });

  test("a closed encoder says so", async () => {
    const closed = await openCpuEncoder(description);
    await closed.close();
    await closed.close();
    await expect(encode(closed, goldenBatch(golden, { dimensions: 64, normalize: true }))).rejects.toThrow(
      ModelClosedError,
    );
  });
});

test("onnxruntime has its own copy of the weights", async () => {
  const golden = readGolden("tiny/bert/golden.safetensors");
  const description = await readModel(tinyModelFolder("bert"));
  const graph = await encoderGraph(description.encoder, description.head);
  const session = await createOnnxSession({ ...graph, threads: 1 });
  const inputs = paddedInputs(
    goldenBatch(golden, { rows: [4], dimensions: 64, normalize: false }),
    description.encoder,
    description.head,
  );
  const before = (await session.run(inputs, rowsOutput)).slice();
  for (const weight of graph.weights) weight.data.fill(NaN);
  expect(await session.run(inputs, rowsOutput)).toEqual(before);
  await session.release();
  await description.close();
});

test("memory stays flat over batches of many shapes", async () => {
  const golden = readGolden("tiny/bert/golden.safetensors");
  const description = await readModel(tinyModelFolder("bert"));
  const encoder = await openCpuEncoder(description, { threads: 1 });
  const count = 40;
  let seed = 1;
  const random = (limit: number): number => (seed = (seed * 48271) % 2147483647) % limit;
  const run = async (batches: number): Promise<number> => {
    for (let index = 0; index < batches; index++) {
      const rows = Array.from({ length: 1 + random(16) }, () => random(count));
      await encode(encoder, goldenBatch(golden, { rows, dimensions: 64, normalize: true }));
    }
    return process.memoryUsage().rss;
  };
  const warm = await run(60);
  expect((await run(120)) - warm).toBeLessThan(64 << 20);
  await encoder.close();
  await description.close();
});
