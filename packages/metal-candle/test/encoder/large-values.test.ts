/**
 * Vectors whose values are in the ten thousands, as of a model that does not normalise: PyTorch's to f32's precision on both devices, and
 * where f16 would clamp them an error at load. PyTorch itself differs by up to 5e-5 of an element from double precision there, where terms
 * cancel, and by 4e-7 of a row's largest.
 */
import { expect, test } from "vitest";
import { openGpu } from "../../src/gpu/device/context.ts";
import { EmbeddingModel } from "../../src/index.ts";
import { floats, goldenTexts, integers, readGolden } from "../support/goldens.ts";
import { ModelFolder } from "../support/model-folder.ts";

/** A power of two: what PyTorch gives for the model as it is, times this, is what it gives for the enlarged one. */
const factor = 2 ** 14;

/** tiny/bert, its last LayerNorm enlarged, its vectors as pooling leaves them. */
async function enlarged(): Promise<ModelFolder> {
  const folder = new ModelFolder("bert");
  await folder.tensors((tensors) => {
    for (const part of ["weight", "bias"]) {
      const { data } = tensors.get(`encoder.layer.1.output.LayerNorm.${part}`)!;
      data.forEach((value, i) => (data[i] = factor * value));
    }
  });
  folder.list("modules.json", (modules) => modules.filter(({ type }) => !String(type).endsWith("Normalize")));
  return folder;
}

/** Means over each text's last hidden states. */
function expectedRows(): Float32Array[] {
  const golden = readGolden("tiny/bert/golden.safetensors");
  const hidden = floats(golden, "last_hidden_state");
  const starts = integers(golden, "cu_seqlens");
  const width = hidden.length / starts.at(-1)!;
  return Array.from({ length: starts.length - 1 }, (_, row) =>
    Float32Array.from({ length: width }, (__, column) => {
      let sum = 0;
      for (let token = starts[row]; token < starts[row + 1]; token++) sum += hidden[token * width + column];
      return (factor * sum) / (starts[row + 1] - starts[row]);
    }),
  );
}

test.each(["cpu", "gpu"] as const)("are right in f32 on the %s", async (device) => {
  const folder = await enlarged();
  const model = await EmbeddingModel.load(folder.path, { device, dtype: "f32", onNotice: () => undefined });
  const embeddings = await model.embed(goldenTexts());
  await model.close();
  folder.remove();
  let largest = 0;
  for (const [row, expected] of expectedRows().entries()) {
    const most = Math.max(...expected.map(Math.abs));
    const got = embeddings.at(row);
    const difference = Math.max(...expected.map((value, i) => Math.abs(value - got[i])));
    expect(difference / most).toBeLessThan(2e-6);
    largest = Math.max(largest, most);
  }
  expect(largest).toBeGreaterThan(10_000);
});

test("are refused in f16, where the adapter has it", async () => {
  const { report } = await openGpu(true);
  const folder = await enlarged();
  const loading = EmbeddingModel.load(folder.path, { device: "gpu", dtype: "f16", onNotice: () => undefined });
  await expect(loading).rejects.toThrow(
    report.features.includes("shader-f16")
      ? /^The norm encoder\.layer\.1\.output\.LayerNorm\.weight gives values of up to \d+, beyond the range of f16/
      : /shader-f16/,
  );
  folder.remove();
});
