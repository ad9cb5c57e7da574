/**
 * What the single operations take and return: a typed array with a shape, or a GPU buffer with a shape. And the checks of it, before
 * any device is asked; run-in-place.ts runs a kernel over either.
 */
import { describe } from "../describe.ts";
import { InvalidArgumentError } from "../errors.ts";
import { bufferUsage } from "../gpu/device/buffers.ts";
import type { GpuDeviceLike } from "../options.ts";

/** Rows in memory: the last dimension is the row's width, all others are counted together. */
export interface HostTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A GPUBuffer, by some of its parts, as GpuDeviceLike is a GPUDevice. */
export interface GpuBufferLike {
  readonly size: number;
  readonly usage: number;
  readonly mapState: string;
}

/** Rows in a storage buffer of the caller's device (usage STORAGE). Operations work in place. */
export interface GpuTensor {
  readonly buffer: GpuBufferLike;
  readonly shape: readonly number[];
  readonly device: GpuDeviceLike;
}

export interface OpOptions {
  /** Admit adapters that run on the CPU. Default: METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER. */
  readonly allowSoftwareAdapter?: boolean | undefined;
}

/**
 * Width of a row and number of rows.
 * @throws InvalidArgumentError for what is not a tensor, when shape and data disagree, or for a buffer that is not for storage
 */
export function rowsOf(tensor: HostTensor | GpuTensor, name: string): { width: number; rows: number } {
  const parts: Partial<HostTensor & GpuTensor> = typeof tensor === "object" && tensor !== null ? tensor : {};
  if (!Array.isArray(parts.shape) || !(parts.data ?? parts.buffer)) {
    throw new InvalidArgumentError(
      `${name} is ${describe(tensor)}; it must have a shape, and data (a Float32Array) or a buffer with its device.`,
    );
  }
  if (!("data" in tensor) && typeof tensor.buffer.usage !== "number") {
    throw new InvalidArgumentError(`${name}.buffer is ${describe(tensor.buffer)}; it must be a GPUBuffer.`);
  }
  const { shape } = tensor;
  if (shape.length === 0 || shape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new InvalidArgumentError(
      `${name} has shape [${shape.join(", ")}]; every dimension must be a whole number of at least 1.`,
    );
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const available = "data" in tensor ? tensor.data.length : tensor.buffer.size / 4;
  if ("data" in tensor ? available !== count : available < count) {
    throw new InvalidArgumentError(
      `${name} has shape [${shape.join(", ")}], which is ${count} elements, but holds ${available}.`,
    );
  }
  if (!("data" in tensor) && (tensor.buffer.usage & bufferUsage.storage) === 0) {
    throw new InvalidArgumentError(
      `${name}.buffer has usage ${tensor.buffer.usage}, without STORAGE (${bufferUsage.storage}), which kernels need. Create it with ` +
        `GPUBufferUsage.STORAGE.`,
    );
  }
  const width = shape[shape.length - 1];
  return { width, rows: count / width };
}

/** @throws InvalidArgumentError unless a parameter has one value per column */
export function checkWidth(parameter: Float32Array, width: number, name: string): void {
  if (typeof parameter !== "object" || parameter === null) {
    throw new InvalidArgumentError(
      `${name} is ${describe(parameter)}; it must be a Float32Array of ${width} elements.`,
    );
  }
  if (parameter.length !== width) {
    throw new InvalidArgumentError(`${name} has ${parameter.length} elements; x has rows of ${width}.`);
  }
}

/** @throws InvalidArgumentError for an eps that is not a number of f32, or below 0 */
export function checkEps(eps: number): void {
  if (typeof eps === "number" && eps >= 0 && Number.isFinite(Math.fround(eps))) return;
  throw new InvalidArgumentError(`eps is ${String(eps)}; it must be a finite number of at least 0 that f32 holds.`);
}

/** Bytes of the rows. */
export function bytesOf({ shape }: HostTensor | GpuTensor): number {
  return shape.reduce((product, size) => product * size, 4);
}
