/**
 * Measuring kernels while a model works: what is found is used from then on, with the same bits, and closing the model ends it.
 *
 * A software adapter is given out as a real one, with timers that compute nothing: nothing else about the way is another.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { describeGpu } from "@ferris/testing";
import { GemmTimer } from "../../../src/gpu/choose/gemm-timer.ts";
import { numericsClass } from "../../../src/gpu/choose/numerics-class.ts";
import { openGpu, type GpuContext } from "../../../src/gpu/device/context.ts";
import { tileRows, variantName, type GemmVariant } from "../../../src/gpu/kernels/gemm/gemm.ts";
import { GpuEncoder } from "../../../src/gpu/run/encoder.ts";
import { readModel } from "../../../src/models/read-model.ts";
import { tinyModelFolder } from "../../support/goldens.ts";

const cache = mkdtempSync(join(tmpdir(), "metal-candle-tuning-"));
const before = process.env["METAL_CANDLE_CACHE"];
process.env["METAL_CANDLE_CACHE"] = cache;
afterAll(() => {
  if (before === undefined) delete process.env["METAL_CANDLE_CACHE"];
  else process.env["METAL_CANDLE_CACHE"] = before;
  rmSync(cache, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

/** By these timers the variant of this name takes half as long as all others; each timing takes `delay` milliseconds. */
function pretendTimers(fastest: string, delay = 0) {
  return vi.spyOn(GemmTimer, "open").mockImplementation(async () => {
    const prepare = async (variant: GemmVariant) => async () => {
      await new Promise((resolve) => setTimeout(resolve, delay));
      return variantName(variant) === fastest ? 1 : 2;
    };
    return { mostRows: tileRows, prepare, close: () => undefined } as unknown as GemmTimer;
  });
}

async function open(): Promise<{
  encoder: GpuEncoder;
  embed: () => Promise<Float32Array>;
  close: () => Promise<void>;
}> {
  const description = await readModel(tinyModelFolder("bert"));
  const software = await openGpu(true);
  const pretended: GpuContext = { ...software, report: { ...software.report, software: false } };
  const encoder = await GpuEncoder.open(description, {
    open: async () => pretended,
    numerics: ({ report }) => numericsClass(report, "f32"),
    tokenBudget: 512,
  });
  const lengths = [3, 120, 41, 1];
  const cuSeqlens = Int32Array.from([0, 3, 123, 164, 165]);
  const batch = {
    sequences: lengths.length,
    tokens: 165,
    inputIds: Int32Array.from({ length: 165 }, (_, i) => (i * 37) % description.encoder.vocabSize),
    tokenTypeIds: null,
    cuSeqlens,
    longest: 120,
    poolingSkips: null,
    dimensions: description.head.dimensions,
    normalize: true,
  };
  return {
    encoder,
    embed: async () => {
      let rows = new Float32Array(0);
      await encoder.encode(batch, (source, stride) => {
        rows = Float32Array.from({ length: lengths.length * batch.dimensions }, (_, i) => {
          return source[Math.floor(i / batch.dimensions) * stride + (i % batch.dimensions)];
        });
      });
      return rows;
    },
    close: async () => {
      await encoder.close();
      await description.close();
    },
  };
}

describeGpu("kernels measured while a model works", () => {
  test("serve the batches that follow, with the same bits, and at once in the next model", async () => {
    // It compiles sooner than the others on a software adapter.
    const fastest = "direct";
    pretendTimers(fastest);
    const model = await open();
    const { tuning } = model.encoder.report();
    expect([tuning!.source, tuning!.gemms]).toEqual(["rule", []]);
    const rows = await model.embed();
    const compiled = model.encoder.stats().pipelinesCompiled;
    await vi.waitFor(
      async () => {
        // Batches go on meanwhile.
        expect(await model.embed()).toEqual(rows);
        expect(model.encoder.report().tuning!.source).toBe("measured");
      },
      { timeout: 150_000, interval: 50 },
    );
    const measured = model.encoder.report().tuning!;
    expect(measured.unfinished).toBeNull();
    expect(new Set(measured.gemms.map(({ variant }) => variant))).toContain(fastest);
    expect(await model.embed()).toEqual(rows);
    expect(model.encoder.stats().pipelinesCompiled).toBeGreaterThan(compiled);
    await model.close();

    const next = await open();
    expect(next.encoder.report().tuning).toEqual({ ...measured, source: "cache" });
    expect(await next.embed()).toEqual(rows);
    await next.close();
  }, 400_000);

  test("are given up when the model is closed", async () => {
    rmSync(cache, { recursive: true, force: true });
    const timers = pretendTimers("none", 20);
    const model = await open();
    await vi.waitFor(() => expect(timers).toHaveBeenCalled(), { timeout: 120_000 });
    const began = performance.now();
    await model.close();
    expect(performance.now() - began).toBeLessThan(60_000);
    const calls = timers.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(timers.mock.calls.length).toBe(calls);
    expect((await openGpu(true)).allocations).toEqual({ buffers: 0, bytes: 0 });
  }, 400_000);
});
