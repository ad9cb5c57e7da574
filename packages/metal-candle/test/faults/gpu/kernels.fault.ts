/** Kernels that compute wrong numbers, or do not compile, on this driver: they are dropped by name, the next variant serves, or the model is refused. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fault, type FaultRun } from "@ferris/testing";
import { diagnose } from "../../../src/diagnostics.ts";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { type EmbeddingModel, KernelCheckError } from "../../../src/index.ts";
import { bearable, load, openVictim, prototypes, texts, withMethod } from "../../support/faulty-gpu.ts";
import { largestDifference, tinyModelFolder } from "../../support/goldens.ts";

type Change = (code: string) => string;

/** Every store of a kernel is of another number: a driver's compiler at fault. */
const miscompiled: Change = (code) => code.replaceAll(/\] = ([^;]+);/g, "] = ($1) + ($1);");
const refused: Change = (code) => `${code}\nthis is not WGSL`;

/** Kernels whose label holds a word are compiled from other text; without what was proved before of the right one. */
async function withKernels<T>(word: string, change: Change, work: () => Promise<T>): Promise<T> {
  const { device } = await prototypes();
  const cache = mkdtempSync(join(tmpdir(), "metal-candle-faults-"));
  const before = process.env.METAL_CANDLE_CACHE;
  process.env.METAL_CANDLE_CACHE = cache;
  try {
    return await withMethod(
      device,
      "createShaderModule",
      (real) =>
        function (this: unknown, descriptor) {
          const { label = "", code } = descriptor as GPUShaderModuleDescriptor;
          return real.call(this, { label, code: label.includes(word) ? change(code) : code });
        },
      work,
    );
  } finally {
    if (before === undefined) delete process.env.METAL_CANDLE_CACHE;
    else process.env.METAL_CANDLE_CACHE = before;
    rmSync(cache, { recursive: true });
  }
}

/** On a device that has compiled nothing yet. */
async function loadAnew(run: FaultRun): Promise<EmbeddingModel> {
  const { device } = await openGpu(true);
  device.destroy();
  await device.lost;
  return run.within(bearable, "Loading", load());
}

for (const [name, change] of [
  ["a kernel that computes wrong numbers", miscompiled],
  ["a kernel that the driver does not compile", refused],
] as const) {
  fault(`${name}: the next variant serves, and doctor says so`, { seconds: 1, least: 1 }, async (run) => {
    const right = await openVictim();
    await right.model.close();
    await withKernels("gemm/direct", change, async () => {
      for (const _ of run.tries()) {
        await using model = await loadAnew(run);
        const dropped = model.info().kernels.flatMap((kernel) => kernel.dropped.map(({ variant }) => variant));
        if (!dropped.includes("direct")) run.lost("info() does not say what was dropped");
        const { data } = await model.embed(texts);
        if (largestDifference(data, right.expected) > 1e-5) run.lost("other vectors");
        const said = await diagnose({ device: "gpu", allowSoftwareAdapter: true, model: tinyModelFolder("bert") });
        if (!said.embedding.kernels.some((kernel) => kernel.dropped.length > 0)) run.lost("doctor does not say so");
        run.ended(`${dropped.join(" and ")} dropped`);
      }
    });
    await (await loadAnew(run)).close();
  });

  fault(`${name}, and has no other variant: an error that names it`, { seconds: 1, least: 3, most: 3 }, async (run) => {
    const kernels = ["attention/direct", "residual-layer-norm", "embedding "];
    for (const n of run.tries()) {
      const word = kernels[n]!;
      await withKernels(word, change, async () => {
        const error = await loadAnew(run).then(
          (model) => model.close(),
          (reason: unknown) => reason,
        );
        if (error instanceof KernelCheckError && error.message.includes(word.trim().split("/")[0]!))
          run.ended(error.code);
        else run.lost(`${word}: ${String(error)}`);
      });
    }
    const { model } = await openVictim();
    await model.close();
  });
}
