/**
 * Times GEMM variants on the device at hand, one shape at a time, on buffers of its own: what the autotuner and the measurement of
 * the hardware's limit share. It judges nothing and remembers nothing.
 *
 * With timestamps where the adapter has them, by the clock where not.
 */
import { GpuOutOfMemoryError } from "../../errors.ts";
import { allocates, bufferUsage, makeBuffer, releaseBuffers } from "../device/buffers.ts";
import { mapForReading } from "../device/map-read.ts";
import type { GpuContext } from "../device/context.ts";
import {
  gemmGrid,
  gemmProgram,
  outputColumns,
  outputStorage,
  tileRows,
  type GemmShape,
  type GemmVariant,
} from "../kernels/gemm/gemm.ts";
import { storageBytes } from "../wgsl/storage.ts";

/** What one timing needs: where timestamps go, and the way back. */
interface Clock {
  readonly querySet: GPUQuerySet | null;
  readonly resolved: GPUBuffer;
  readonly readback: GPUBuffer;
}

export class GemmTimer {
  readonly #context: GpuContext;
  readonly #shape: GemmShape;
  readonly #buffers: readonly GPUBuffer[];
  readonly #clock: Clock;
  /** Most rows that its buffers hold: what was asked for, or what fits. A multiple of `tileRows`. */
  readonly mostRows: number;

  private constructor(context: GpuContext, shape: GemmShape, rows: number) {
    const { n, k, storage } = shape;
    const { device } = context;
    const element = storageBytes(storage);
    const make = (label: string, bytes: number, usage = bufferUsage.storage | bufferUsage.copyTarget): GPUBuffer =>
      makeBuffer(context, label, bytes, usage);
    this.#context = context;
    this.#shape = shape;
    this.mostRows = rows;
    this.#buffers = [
      make("timed a", rows * k * element),
      make("timed w", n * k * element),
      make("timed bias", n * 4),
      make("timed c", rows * outputColumns(shape) * storageBytes(outputStorage(shape))),
      make("timed overflow", rows * 4),
    ];
    this.#clock = {
      querySet: device.features.has("timestamp-query") ? device.createQuerySet({ type: "timestamp", count: 2 }) : null,
      resolved: make("timed times", 16, bufferUsage.queryResolve | bufferUsage.copySource),
      readback: make("timed readback", 16, bufferUsage.mapRead | bufferUsage.copyTarget),
    };
    fill(device, this.#buffers[0], element);
    fill(device, this.#buffers[1], element);
  }

  /**
   * Makes the buffers, for fewer rows where memory does not hold so many, and fills the operands with values of either sign.
   * @throws GpuOutOfMemoryError when not even a tile of rows fits: the device is none the worse for it
   */
  static async open(context: GpuContext, shape: GemmShape, wantedRows: number): Promise<GemmTimer> {
    const widest = Math.max(shape.n, shape.k) * storageBytes(shape.storage);
    const holds = Math.floor(context.report.limits.maxStorageBufferBindingSize / widest);
    const tiles = (rows: number): number => Math.max(tileRows, Math.floor(rows / tileRows) * tileRows);
    for (let rows = tiles(Math.min(wantedRows, holds)); ; rows = tiles(rows / 2)) {
      const { value, exhausted } = await allocates(context, () => new GemmTimer(context, shape, rows));
      if (!exhausted) return value;
      value.close();
      if (rows === tileRows) {
        throw new GpuOutOfMemoryError(
          `${context.report.name} has no room to time a product of ${rows} rows, ${shape.n} by ${shape.k}.`,
        );
      }
    }
  }

  /** Compiles a variant; what comes back gives the milliseconds of this many dispatches over this many rows, in one submit. */
  async prepare(variant: GemmVariant): Promise<(rows: number, dispatches: number) => Promise<number>> {
    const program = gemmProgram(variant, this.#shape);
    const kernel = await this.#context.pipelines.get(program);
    const bindings = this.#context.pipelines.bind(
      kernel,
      // f32 has no overflow flags to bind.
      this.#buffers.slice(0, program.bindings.length).map((buffer) => ({ buffer })),
    );
    return (rows, dispatches) =>
      timeDispatches(
        this.#context.device,
        this.#clock,
        kernel.pipeline,
        bindings,
        gemmGrid(program, this.#shape, rows),
        dispatches,
      );
  }

  close(): void {
    const { querySet, resolved, readback } = this.#clock;
    releaseBuffers(this.#context, [...this.#buffers, resolved, readback]);
    querySet?.destroy();
  }
}

/** Milliseconds of `dispatches` dispatches in one submit; one at a time, since all share the clock. */
async function timeDispatches(
  device: GPUDevice,
  { querySet, resolved, readback }: Clock,
  pipeline: GPUComputePipeline,
  bindings: GPUBindGroup,
  grid: readonly [number, number, number],
  dispatches: number,
): Promise<number> {
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
  await mapForReading(device, readback);
  const elapsed = performance.now() - began;
  try {
    if (!querySet) return elapsed;
    const [start, end] = new BigUint64Array(readback.getMappedRange());
    // Some drivers give no usable timestamps: then the clock it is.
    return end > start ? Number(end - start) / 1e6 : elapsed;
  } finally {
    readback.unmap();
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
