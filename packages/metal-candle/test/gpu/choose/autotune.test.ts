/**
 * Choosing GEMM tiles by time: what may be chosen gives the same bits, the choice is kept, and it never takes long.
 *
 * Measuring is for real GPUs only, so these tests give a software adapter out as one: what it finds means nothing, how it goes
 * about it is the same.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  fasterThanUsual,
  hopeless,
  inRounds,
  readTuning,
  rememberedTuning,
  tunedVariant,
  tuneGemms,
  untuned,
  type Objection,
  type TuningRequest,
} from "../../../src/gpu/choose/autotune.ts";
import { GpuOutOfMemoryError } from "../../../src/errors.ts";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { GemmTimer } from "../../../src/gpu/choose/gemm-timer.ts";
import { KernelProofs } from "../../../src/gpu/prove/kernel-proofs.ts";
import { storedToFloats } from "../../../src/gpu/prove/kernel-check.ts";
import { gemmCheck } from "../../../src/gpu/kernels/gemm/check.ts";
import { tileRows, variantName, type GemmVariant } from "../../../src/gpu/kernels/gemm/gemm.ts";
import { numericsClass } from "../../../src/gpu/choose/numerics-class.ts";
import { runProgram } from "../../../src/gpu/prove/run-program.ts";
import { TuningTerms } from "../../../src/gpu/choose/tuning-terms.ts";
import { gemmCandidates, interchangeable } from "../../../src/gpu/choose/variants.ts";

const cache = mkdtempSync(join(tmpdir(), "metal-candle-tuning-"));
const before = process.env["METAL_CANDLE_CACHE"];
process.env["METAL_CANDLE_CACHE"] = cache;
afterAll(() => {
  if (before === undefined) delete process.env["METAL_CANDLE_CACHE"];
  else process.env["METAL_CANDLE_CACHE"] = before;
  rmSync(cache, { recursive: true, force: true });
});

const software = await openGpu(true);
const pretended = { ...software, report: { ...software.report, software: false } };
const agrees = async (): Promise<null> => null;

/** Remembers and measures as a session does, until `closed` is aborted. */
async function tune(
  context: typeof software,
  requests: readonly TuningRequest[],
  objection: Objection,
  closed: AbortSignal = new AbortController().signal,
) {
  const known = await rememberedTuning(context, requests, objection);
  return tuneGemms(context, requests, objection, known, new TuningTerms((work) => work(), closed));
}

function request(batch: TuningRequest["batch"], n: number, k: number, candidates: GemmVariant[]): TuningRequest {
  return { batch, count: tileRows, shape: { storage: "f32", n, k, activation: "identity" }, candidates };
}

describe("what may be chosen from", () => {
  const classes = [
    numericsClass(pretended.report, "f32"),
    ...(pretended.report.features.includes("shader-f16") ? [numericsClass(pretended.report, "f16")] : []),
  ];

  test.each(classes.map((numerics) => [numerics.name, numerics] as const))(
    "%s: all give the same bits",
    async (_, numerics) => {
      const all = gemmCandidates(pretended.report, numerics);
      const candidates = interchangeable(all, all[0]);
      expect(candidates.length).toBeGreaterThan(2);
      const results = new Map<string, ReturnType<typeof storedToFloats>>();
      for (const variant of candidates) {
        const { program, inputs, output, grid } = gemmCheck(variant, { storage: numerics.storage, activation: "gelu" });
        const bytes = await runProgram(software, program, inputs, output, grid);
        results.set(variantName(variant), storedToFloats(bytes, numerics.storage));
      }
      // The operands are the same numbers whatever the tile; a higher tile has more rows of them.
      const [[, usual], ...others] = [...results];
      for (const [name, values] of others) {
        const common = Math.min(usual.length, values.length);
        expect(values.subarray(0, common), name).toEqual(usual.subarray(0, common));
      }
    },
  );

  test("not what a tolerance lets pass, if its bits differ", async () => {
    const proofs = await KernelProofs.open(software);
    const [usual, other] = [0, 1].map((index) =>
      gemmCheck(gemmCandidates(pretended.report, numericsClass(pretended.report, "f32"))[index], {
        storage: "f32",
        activation: "identity",
      }),
    );
    expect(await proofs.firstDifference([other], [usual])).toBeNull();
    // Another kernel text, whose verdict is not that of the true one.
    const program = { ...other.program, code: `${other.program.code}\n// off by little` };
    const inputs = other.inputs.map((input, at) => (at === 2 ? input.map((value) => value + 1e-6) : input));
    const off = { ...other, program, inputs } as typeof other;
    expect(await proofs.firstFailure([off])).toBeNull();
    const difference = await proofs.firstDifference([off], [usual]);
    expect(difference).toMatch(/differs from ".*" in \d+ of \d+ words/);
    const objection = async (check: typeof off) => (check === off ? difference : null);
    expect(
      await proofs.prove(
        "gemm",
        [off, usual].map((check) => [check, "x", () => [check]] as const),
        objection,
      ),
    ).toBe(usual);
    expect(proofs.reports.at(-1)!.dropped).toEqual([{ variant: "x", reason: difference }]);
  });

  test("never weights in another order", () => {
    const matrix = { component: "f16", result: "f32", m: 16, n: 16, k: 16 } as const;
    const tile = { rows: 64, columns: 64, depth: 32, subgroupRows: 32, subgroupColumns: 32, matrix, subgroupSize: 32 };
    const units: GemmVariant = { family: "subgroup-matrix", tile: { ...tile, emulated: false } };
    expect(interchangeable([units, { family: "direct" }], units)).toEqual([units]);
  });
});

describe("the choice", () => {
  const rounds = (...times: number[]) => times.map((time) => [time, time, time]);

  test("keeps the usual variant unless another is clearly faster", () => {
    expect(fasterThanUsual(rounds(1, 0.99, 1.2))).toEqual([]);
    expect(fasterThanUsual(rounds(1, 0.9, 0.5, Infinity))).toEqual([2, 1]);
    expect(fasterThanUsual(rounds(1))).toEqual([]);
  });

  test("is not taken in by one good round, nor by one bad round of the usual variant", () => {
    expect(
      fasterThanUsual([
        [1, 1, 1],
        [0.2, 1.1, 1.1],
      ]),
    ).toEqual([]);
    expect(
      fasterThanUsual([
        [9, 1, 1],
        [1.1, 1.1, 1.1],
      ]),
    ).toEqual([]);
  });

  test("does not try again what was far too slow, except the usual variant", () => {
    expect(hopeless(rounds(3, 1, 1.2, 1.3, Infinity))).toEqual([3, 4]);
  });

  test("a rising clock favours no variant: the slower one stays slower", async () => {
    let elapsed = 0;
    const costs = [1, 2.4, 1.1, 0.8];
    const timings = costs.map((cost) => async () => {
      const time = cost * (1 + 9 * Math.exp(-elapsed / 10));
      elapsed += time;
      return time;
    });
    const times = await inRounds(timings);
    expect(fasterThanUsual(times)).toEqual([3]);
    // Hopeless at the end of a round, it is not asked again.
    expect(times[1].length).toBeLessThan(times[0].length);
  });

  test("a software adapter is never measured", async () => {
    const candidates: GemmVariant[] = [
      { family: "direct" },
      gemmCandidates(software.report, numericsClass(software.report, "f32"))[1],
    ];
    const tuning = await tune(software, [request("large", 128, 128, candidates)], agrees);
    expect(tuning).toEqual(untuned);
  });

  test("is measured once, kept, and read again", async () => {
    const candidates = gemmCandidates(pretended.report, numericsClass(software.report, "f32")).slice(0, 2);
    const requests = [request("large", 128, 256, candidates), request("small", 128, 256, candidates)];
    const timers = pretendTimers(candidates);
    const first = await tune(pretended, requests, agrees);
    expect(first.source).toBe("measured");
    expect(first.gemms.map(({ batch, n, k, measured }) => [batch, n, k, measured])).toEqual([
      ["large", 128, 256, 2],
      ["small", 128, 256, 2],
    ]);
    const names = candidates.map(variantName);
    for (const gemm of first.gemms) expect(names).toContain(gemm.variant);
    expect(await tune(pretended, requests, agrees)).toEqual({ ...first, source: "cache" });
    expect(variantName(tunedVariant(first, requests, "large", requests[0].shape)!)).toBe(first.gemms[0].variant);
    expect(tunedVariant(first, requests, "large", { ...requests[0].shape, n: 256, k: 128 })).toBeUndefined();
    timers.mockRestore();
  });

  test("is made again for other products, and when a remembered kernel no longer proves itself", async () => {
    const candidates = gemmCandidates(pretended.report, numericsClass(software.report, "f32")).slice(0, 2);
    const requests = [request("large", 256, 128, candidates)];
    const timers = pretendTimers(candidates);
    expect((await tune(pretended, requests, agrees)).source).toBe("measured");
    const again = await tune(pretended, requests, async () => "it does not agree");
    expect(again.source).toBe("measured");
    // Nothing but the usual variant, which has proved itself before, may win then.
    expect(again.gemms.map(({ variant }) => variant)).toEqual([variantName(candidates[0])]);
    timers.mockRestore();
  });

  /** Timers that compute nothing: the second candidate takes half as long. The second to be opened is there when `second` says so. */
  function pretendTimers(candidates: readonly GemmVariant[], second: () => Promise<void> | void = () => {}) {
    let opened = 0;
    return vi.spyOn(GemmTimer, "open").mockImplementation(async () => {
      if (opened++ === 1) await second();
      const prepare = async (variant: GemmVariant) => async () => (variant === candidates[1] ? 1 : 2);
      return { mostRows: tileRows, prepare, close: () => undefined } as unknown as GemmTimer;
    });
  }
  const pair = gemmCandidates(pretended.report, numericsClass(software.report, "f32")).slice(0, 2);

  test("falls on nothing that an objection is raised to, and says so", async () => {
    const timers = pretendTimers(pair);
    const requests = [request("large", 384, 128, pair)];
    const reason = "its bits differ";
    const kept = await tune(pretended, requests, async (variant) => (variant === pair[1] ? reason : null));
    expect(kept.gemms[0].variant).toBe(variantName(pair[0]));
    expect(kept.dropped).toEqual([{ variant: variantName(pair[1]), reason }]);
    const free = await tune(pretended, [request("large", 384, 256, pair)], agrees);
    expect(free.gemms[0].variant).toBe(variantName(pair[1]));
    timers.mockRestore();
  });

  test("that a closed model cut short is finished at the next load; a judge that does not answer does not hold it up", async () => {
    const requests = [request("large", 512, 128, pair), request("large", 512, 256, pair)];
    const closed = new AbortController();
    const late = pretendTimers(pair, () => closed.abort());
    const first = await tune(pretended, requests, agrees, closed.signal);
    expect([first.gemms.length, first.unfinished]).toEqual([1, "the model was closed after 1 of 2 products"]);
    late.mockRestore();
    const timers = pretendTimers(pair);
    const closedAgain = new AbortController();
    const never = new Promise<string>(() => undefined);
    const judge: Objection = (variant) => {
      if (variant !== pair[1] || timers.mock.calls.length === 0) return Promise.resolve(null);
      setTimeout(() => closedAgain.abort(), 20);
      return never;
    };
    expect((await tune(pretended, requests, judge, closedAgain.signal)).gemms.length).toBe(1);
    timers.mockClear();
    const second = await tune(pretended, requests, agrees);
    expect(timers).toHaveBeenCalledTimes(1);
    expect([second.gemms.length, second.unfinished]).toEqual([2, null]);
    expect(await tune(pretended, requests, agrees)).toEqual({ ...second, source: "cache" });
    timers.mockRestore();
  });

  test("is kept product by product: a process that ends meanwhile loses one", async () => {
    const requests = [request("large", 896, 128, pair), request("large", 896, 256, pair)];
    const closed = new AbortController();
    let goOn: () => void = () => {};
    const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
    const timers = pretendTimers(pair, () => mayGoOn);
    const running = tune(pretended, requests, agrees, closed.signal);
    await vi.waitFor(
      async () => {
        const kept = await rememberedTuning(pretended, requests, agrees);
        expect(kept?.unfinished).toBe("the process ended after 1 of 2 products");
      },
      { timeout: 120_000 },
    );
    closed.abort();
    goOn();
    await running;
    timers.mockRestore();
  });

  test("is given up where memory is short, and made when it is not", async () => {
    const open = vi.spyOn(GemmTimer, "open").mockRejectedValueOnce(new GpuOutOfMemoryError("no room"));
    const requests = [request("large", 768, 128, pair)];
    const short = await tune(pretended, requests, agrees);
    expect([short.gemms, short.unfinished]).toEqual([[], "no room"]);
    open.mockRestore();
    const timers = pretendTimers(pair);
    expect((await tune(pretended, requests, agrees)).gemms.length).toBe(1);
    timers.mockRestore();
  });

  test("takes turns on the device, and gives its buffers back when the model is closed", async () => {
    const candidates = gemmCandidates(pretended.report, numericsClass(software.report, "f32"));
    const many = Array.from({ length: 40 }, (_, index) => request("large", 128, 128 * (index + 1), candidates));
    const buffers = software.allocations.buffers;
    const closed = new AbortController();
    let turns = 0;
    let atOnce = 0;
    const terms = new TuningTerms(async (work) => {
      turns += 1;
      atOnce += 1;
      expect(atOnce).toBe(1);
      try {
        return await work();
      } finally {
        atOnce -= 1;
        if (turns === 5) closed.abort();
      }
    }, closed.signal);
    const tuning = await tuneGemms(pretended, many, agrees, null, terms);
    expect(turns).toBe(5);
    expect(tuning.gemms.length).toBeLessThan(many.length);
    expect(software.allocations.buffers).toBe(buffers);
  }, 60_000);
});

test("a remembered tuning that is damaged, or of other variants, is ignored", () => {
  const requests = [request("large", 128, 128, [{ family: "direct" }])];
  const encode = (text: string) => new TextEncoder().encode(text);
  expect(readTuning(null, requests)).toBeNull();
  expect(readTuning(encode("{"), requests)).toBeNull();
  expect(readTuning(encode("{}"), requests)).toBeNull();
  const gemm = { batch: "large", n: 128, k: 128, variant: "of another version", microseconds: 1, measured: 2 };
  expect(readTuning(encode(JSON.stringify({ ...untuned, source: "measured", gemms: [gemm] })), requests)).toBeNull();
});
