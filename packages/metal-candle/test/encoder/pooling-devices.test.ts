/**
 * GPU = CPU, as a property: random packed batches, every pooling mode and several at once, and prompts of every length, also longer than
 * the text. The two devices share encoder/pooling.ts and compute with nothing else in common.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeGpu } from "@ferris/testing";
import { openCpuEncoder } from "../../src/cpu/encoder.ts";
import type { Encoder } from "../../src/encoder/encoder.ts";
import type { PackedBatch } from "../../src/encoder/packed-batch.ts";
import { openGpu } from "../../src/gpu/device/context.ts";
import { GpuEncoder } from "../../src/gpu/run/encoder.ts";
import { numericsClass } from "../../src/gpu/choose/numerics-class.ts";
import type { ModelDescription, PoolingMode } from "../../src/models/description.ts";
import { readModel } from "../../src/models/read-model.ts";
import { largestDifference, tinyModelFolder } from "../support/goldens.ts";

const modes: PoolingMode[] = ["cls", "max", "mean", "mean_sqrt_len", "weightedmean", "lasttoken"];
const heads: [string, PoolingMode[]][] = [
  ...modes.map((mode): [string, PoolingMode[]] => [mode, [mode]]),
  ["cls+mean+lasttoken", ["cls", "mean", "lasttoken"]],
  ["weightedmean+max+cls", ["weightedmean", "max", "cls"]],
];

/** Numbers below `limit`, the same in every run. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => (state = (state * 48271) % 2147483647) % limit;
}

function randomBatch(random: (limit: number) => number, { encoder, head }: ModelDescription): PackedBatch {
  const lengths = Array.from({ length: 1 + random(7) }, () => 1 + random(random(3) === 0 ? 40 : 6));
  const cuSeqlens = Int32Array.from([0, ...lengths]);
  for (let i = 1; i < cuSeqlens.length; i++) cuSeqlens[i] += cuSeqlens[i - 1];
  const tokens = cuSeqlens.at(-1)!;
  // Max pooling of nothing is refused.
  const skip = (length: number): number => random(head.poolings.includes("max") ? length : length + 3);
  return {
    sequences: lengths.length,
    tokens,
    inputIds: Int32Array.from({ length: tokens }, () => random(encoder.vocabSize)),
    tokenTypeIds:
      random(2) === 0 ? null : Int32Array.from({ length: tokens }, () => random(encoder.tokenTypeTable!.shape[0])),
    cuSeqlens,
    longest: Math.max(...lengths),
    poolingSkips: random(4) === 0 ? null : Int32Array.from(lengths, skip),
    dimensions: 1 + random(head.dimensions),
    normalize: random(2) === 0,
  };
}

async function rowsOf(encoder: Encoder, batch: PackedBatch): Promise<Float32Array> {
  const rows = new Float32Array(batch.sequences * batch.dimensions);
  await encoder.encode(batch, (source, stride) => {
    for (let row = 0; row < batch.sequences; row++) {
      rows.set(source.subarray(row * stride, row * stride + batch.dimensions), row * batch.dimensions);
    }
  });
  return rows;
}

describeGpu("on random batches the devices agree", () => {
  let model: ModelDescription;
  beforeAll(async () => void (model = await readModel(tinyModelFolder("bert"))));
  afterAll(() => model.close());

  test.each(heads)("%s", async (_, poolings) => {
    const dimensions = poolings.length * model.encoder.hiddenSize;
    const description = { ...model, head: { ...model.head, poolings, dimensions } };
    const gpu = await GpuEncoder.open(description, {
      open: () => openGpu(true),
      numerics: ({ report }) => numericsClass(report, "f32"),
      tokenBudget: 512,
    });
    const cpu = await openCpuEncoder(description, { threads: 1 });
    const random = generator(1 + heads.findIndex(([name]) => name === poolings.join("+")));
    for (let round = 0; round < 24; round++) {
      const batch = randomBatch(random, description);
      const difference = largestDifference(await rowsOf(gpu, batch), await rowsOf(cpu, batch));
      // Sums are not normalised: mean_sqrt_len has values up to ten.
      expect(difference, JSON.stringify({ ...batch, inputIds: [] })).toBeLessThan(batch.normalize ? 2e-6 : 2e-5);
    }
    await gpu.close();
    await cpu.close();
  });
});
