/**
 * A kernel's proof: small inputs, the plain reference's answer, and how far the kernel may be from it.
 *
 * Each operation's folder makes its own (check.ts); self-check.ts runs them on the adapter at hand before a model may use a
 * variant, and the tests run the same ones on every adapter.
 */
import { halfToFloat } from "../../weights/half-float.ts";
import type { GpuContext } from "../device/context.ts";
import { floatsToHalves } from "../../weights/half-float.ts";
import type { KernelProgram } from "../device/kernel-program.ts";
import { runProgram, type HostArray } from "./run-program.ts";
import type { StorageType } from "../wgsl/storage.ts";

export interface KernelCheck {
  readonly program: KernelProgram;
  readonly inputs: readonly HostArray[];
  /** The binding that holds the result, and how it is stored. */
  readonly output: number;
  readonly outputStorage: StorageType | "u32";
  readonly grid: readonly [number, number, number];
  /** Expected values by index into the output. */
  readonly expected: ReadonlyMap<number, number>;
  /** Largest allowed |got − expected| / (1 + |expected|). */
  readonly tolerance: number;
}

/**
 * A check whose numbers are made when they are asked for: a kernel that has proved itself on this adapter before needs none, and making
 * them takes longer than all else in such a load.
 */
export function lazyCheck(program: KernelProgram, make: () => Omit<KernelCheck, "program">): KernelCheck {
  let made: Omit<KernelCheck, "program"> | undefined;
  const numbers = (): Omit<KernelCheck, "program"> => (made ??= make());
  return {
    program,
    get inputs() {
      return numbers().inputs;
    },
    get output() {
      return numbers().output;
    },
    get outputStorage() {
      return numbers().outputStorage;
    },
    get grid() {
      return numbers().grid;
    },
    get expected() {
      return numbers().expected;
    },
    get tolerance() {
      return numbers().tolerance;
    },
  };
}

/** What a check found. `error` is null when the kernel passed. */
export interface CheckResult {
  readonly worst: number;
  readonly error: string | null;
}

/** Runs one check on a device. A kernel that does not compile has failed, too. */
export async function runCheck(context: GpuContext, check: KernelCheck): Promise<CheckResult> {
  let bytes: ArrayBuffer;
  try {
    bytes = await runProgram(context, check.program, check.inputs, check.output, check.grid);
  } catch (error) {
    if (context.loss.reason !== null) throw error;
    return { worst: Infinity, error: error instanceof Error ? error.message : String(error) };
  }
  const { outputStorage } = check;
  const values = outputStorage === "u32" ? new Uint32Array(bytes) : storedToFloats(bytes, outputStorage);
  let worst = 0;
  for (const [index, expected] of check.expected) {
    const difference = Math.abs(values[index] - expected) / (1 + Math.abs(expected));
    // A NaN compares as nothing; it must count as the worst there is.
    worst = difference <= worst ? worst : Number.isNaN(difference) ? Infinity : difference;
  }
  const error =
    worst <= check.tolerance
      ? null
      : `"${check.program.label}" is off by ${worst.toExponential(1)} from its reference (${check.tolerance} is allowed)`;
  return { worst, error };
}

/** Bytes of a storage buffer as f32. */
export function storedToFloats(bytes: ArrayBuffer, storage: StorageType): Float32Array {
  if (storage === "f32") return new Float32Array(bytes);
  const halves = new Uint16Array(bytes);
  const values = new Float32Array(halves.length);
  halfToFloat(halves, values);
  return values;
}

/** Values rounded as the storage type rounds them, and their form for an upload. */
export function storedInput(
  values: Float32Array<ArrayBuffer>,
  storage: StorageType,
): { upload: HostArray; rounded: Float32Array } {
  if (storage === "f32") return { upload: values, rounded: values };
  const halves = floatsToHalves(values);
  const rounded = new Float32Array(values.length);
  halfToFloat(halves, rounded);
  return { upload: halves, rounded };
}

/** Deterministic values in (−scale, scale): a linear congruential generator, so that every run checks the same numbers. */
export function checkValues(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  let state = (seed * 2_654_435_761) >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[i] = (state / 2 ** 31 - 1) * scale;
  }
  return values;
}

/** How far a result of this storage type may be from the reference. */
export function toleranceOf(storage: StorageType): number {
  return storage === "f16" ? 2e-3 : 1e-5;
}
