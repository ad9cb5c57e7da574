/**
 * The hardware's limit as our own kernels can reach it: the best rate of a bare GEMM with its epilogue, over the shapes of the common
 * encoders and every variant of the adapter's numerics class. A benchmark's share of the limit is a share of this.
 *
 * It is not the data sheet's figure: that one is for square products of thousands, which an encoder does not have.
 */
import { shadersRun } from "#platform/webgpu";
import { softwareAdapterAllowed } from "../devices/policy.ts";
import { bufferUsage, makeBuffer, mapModeRead, releaseBuffers } from "../gpu/buffers.ts";
import { openGpu, type GpuContext } from "../gpu/device.ts";
import {
  gemmGrid,
  gemmProgram,
  tileRows,
  variantName,
  type GemmShape,
  type GemmVariant,
} from "../gpu/kernels/gemm/gemm.ts";
import { numericsClass, type Dtype } from "../gpu/numerics-class.ts";
import { gemmCandidates } from "../gpu/variants.ts";
import { storageBytes } from "../gpu/wgsl/storage.ts";

export interface GemmPeakOptions {
  readonly dtype?: Dtype;
  readonly allowSoftwareAdapter?: boolean;
}

export interface GemmRate {
  readonly n: number;
  readonly k: number;
  readonly rows: number;
  readonly variant: string;
  readonly teraflops: number;
}

export interface GemmPeak {
  readonly adapter: string;
  readonly numerics: string;
  /** The best of `rates`, in TFLOP/s. */
  readonly teraflops: number;
  /** The best variant of each shape. */
  readonly rates: readonly GemmRate[];
}

/** [N, K] of the feed-forward layers of MiniLM and e5-small, then of BERT-base and MPNet: where most of an encoder's work is. */
const shapes: readonly (readonly [n: number, k: number])[] = [
  [1536, 384],
  [384, 1536],
  [3072, 768],
  [768, 3072],
];

/** Rows of a product: enough to fill the largest GPU, where memory and time allow. */
const mostRows = 65_536;
/** A submit on a GPU that drives a display should not take longer, in milliseconds. */
const longestSubmit = 40;
const runs = 3;

/**
 * Measures for a second or two, with timestamps where the adapter has them and by the clock where not.
 *
 * @returns null where shaders do not run
 * @throws GpuUnavailableError without a GPU, or with a software adapter that was not admitted
 * @example
 * import { measureGemmPeak } from "metal-candle/diagnostics";
 * const peak = await measureGemmPeak().catch(() => null);
 * console.log(peak?.teraflops);
 */
export async function measureGemmPeak(options: GemmPeakOptions = {}): Promise<GemmPeak | null> {
  const context = await openGpu(softwareAdapterAllowed(options.allowSoftwareAdapter));
  if (!shadersRun()) return null;
  const numerics = numericsClass(context.report, options.dtype ?? "auto");
  // A software adapter takes seconds for what a GPU does in microseconds: one shape and its favourite variant will do.
  const most = context.report.software ? 1 : Infinity;
  const variants = gemmCandidates(context.report, numerics).slice(0, most);
  const rates: GemmRate[] = [];
  for (const [n, k] of shapes.slice(0, most)) {
    const shape: GemmShape = { storage: numerics.storage, n, k, activation: "identity" };
    rates.push(await bestRate(context, shape, variants));
  }
  return {
    adapter: context.report.name,
    numerics: numerics.name,
    teraflops: Math.max(...rates.map(({ teraflops }) => teraflops)),
    rates,
  };
}

async function bestRate(context: GpuContext, shape: GemmShape, variants: readonly GemmVariant[]): Promise<GemmRate> {
  const { n, k, storage } = shape;
  const element = storageBytes(storage);
  const holds = Math.floor(context.report.limits.maxStorageBufferBindingSize / (Math.max(n, k) * element));
  const wanted = context.report.software ? tileRows : mostRows;
  const most = Math.max(tileRows, Math.floor(Math.min(wanted, holds) / tileRows) * tileRows);
  const make = (label: string, bytes: number): GPUBuffer =>
    makeBuffer(context, label, bytes, bufferUsage.storage | bufferUsage.copyTarget);
  const buffers = [
    make("peak a", most * k * element),
    make("peak w", n * k * element),
    make("peak bias", n * 4),
    make("peak c", most * n * element),
    make("peak overflow", 4),
  ];
  try {
    fill(context.device, buffers[0], element);
    fill(context.device, buffers[1], element);
    let best: GemmRate | null = null;
    for (const variant of variants) {
      const program = gemmProgram(variant, shape);
      const kernel = await context.pipelines.get(program);
      const bindings = context.pipelines.bind(
        kernel,
        // f32 has no overflow flag to bind.
        buffers.slice(0, program.bindings.length).map((buffer) => ({ buffer })),
      );
      const time = (rows: number, dispatches: number): Promise<number> =>
        timeDispatches(context, kernel.pipeline, bindings, gemmGrid(program, shape, rows), dispatches);
      // First few rows: how many can one submit afford?
      let rows = Math.min(most, 4 * tileRows);
      await time(rows, 1);
      let milliseconds = await time(rows, 1);
      rows = Math.min(most, Math.max(rows, Math.floor((rows * longestSubmit) / milliseconds / tileRows) * tileRows));
      milliseconds = await time(rows, 1);
      const dispatches = Math.max(1, Math.min(10, Math.floor(longestSubmit / milliseconds)));
      for (let run = 0; run < runs; run++) {
        milliseconds = Math.min(milliseconds, (await time(rows, dispatches)) / dispatches);
      }
      const teraflops = (2 * rows * n * k) / milliseconds / 1e9;
      if (!best || teraflops > best.teraflops) best = { n, k, rows, variant: variantName(variant), teraflops };
    }
    return best!;
  } finally {
    releaseBuffers(context, buffers);
  }
}

/** Milliseconds of `dispatches` dispatches in one submit. */
async function timeDispatches(
  context: GpuContext,
  pipeline: GPUComputePipeline,
  bindings: GPUBindGroup,
  grid: readonly [number, number, number],
  dispatches: number,
): Promise<number> {
  const { device } = context;
  const querySet = device.features.has("timestamp-query")
    ? device.createQuerySet({ type: "timestamp", count: 2 })
    : null;
  const resolved = makeBuffer(context, "peak times", 16, bufferUsage.queryResolve | bufferUsage.copySource);
  const readback = makeBuffer(context, "peak readback", 16, bufferUsage.mapRead | bufferUsage.copyTarget);
  try {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(
      querySet ? { timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } } : {},
    );
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(...grid);
    pass.end();
    if (querySet) encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readback, 0, 16);
    const began = performance.now();
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(mapModeRead);
    const elapsed = performance.now() - began;
    if (!querySet) return elapsed;
    const [start, end] = new BigUint64Array(readback.getMappedRange());
    // Some drivers give no usable timestamps: then the clock it is.
    return end > start ? Number(end - start) / 1e6 : elapsed;
  } finally {
    releaseBuffers(context, [resolved, readback]);
    querySet?.destroy();
  }
}

/** Random values of either sign, f16 or f32: zeros run faster than real data does. */
function fill(device: GPUDevice, buffer: GPUBuffer, element: number): void {
  const block = element === 2 ? new Uint16Array(1 << 19) : new Float32Array(1 << 18);
  let state = 1;
  for (let i = 0; i < block.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    block[i] = element === 2 ? 0x2800 + ((state >>> 12) & 0xbff) + ((state >>> 16) & 0x8000) : state / 2 ** 32 - 0.5;
  }
  for (let at = 0; at < buffer.size; at += block.byteLength) {
    const bytes = Math.min(block.byteLength, buffer.size - at);
    device.queue.writeBuffer(buffer, at, block as GPUAllowSharedBufferSource, 0, bytes / block.BYTES_PER_ELEMENT);
  }
}
