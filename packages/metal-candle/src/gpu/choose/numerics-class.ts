/**
 * Numerics classes: everything that decides the bits of a result, chosen by rule from the adapter's features and the dtype asked
 * for. Never from timing, never from the number of rows.
 *
 * Within a class every output element is one f32 accumulator, k ascending, one fma a step, no split-K, and the reductions of
 * LayerNorm, softmax and pooling have fixed shapes; tile shapes are then free. So another batch size, another run, or a lost
 * cache never changes a vector.
 */
import type { AdapterReport, SubgroupMatrixConfig } from "../../encoder/report.ts";
import { InvalidArgumentError } from "../../errors.ts";
import type { StorageType } from "../wgsl/storage.ts";

export type Dtype = "auto" | "f32" | "f16";

/** "auto": the adapter's matrix units where they accumulate in f32; "scalar": plain code, whatever there is. */
export type NumericsChoice = "auto" | "scalar";

export interface NumericsClass {
  readonly name: string;
  readonly storage: StorageType;
  /** Matrix units that the GEMMs use, or null for scalar fma. */
  readonly matrix: SubgroupMatrixConfig | null;
}

/**
 * The class of an adapter and dtype. "auto" is f16 where a real GPU has matrix units for it or at least the type, else f32.
 * @throws InvalidArgumentError when f16 is asked of an adapter that has none
 */
export function numericsClass(report: AdapterReport, dtype: Dtype, choice: NumericsChoice = "auto"): NumericsClass {
  const hasHalf = report.features.includes("shader-f16");
  if (dtype === "f16" && !hasHalf) {
    throw new InvalidArgumentError(
      `dtype "f16" needs shader-f16, which ${report.name} does not support. Use "f32" or "auto".`,
    );
  }
  const storage: StorageType = dtype === "f16" || (dtype === "auto" && hasHalf && !report.software) ? "f16" : "f32";
  const matrix = choice === "scalar" ? null : matrixUnits(report, storage);
  const operands = matrix && matrix.component !== storage ? `${matrix.component}-` : "";
  const units = matrix ? `matrix-${operands}${matrix.m}x${matrix.n}x${matrix.k}` : "scalar";
  return { name: `${storage}-${units}`, storage, matrix };
}

/**
 * The matrix configuration that a class uses: f32 accumulators (f16 ones lose too much from K = 384 on); operands as stored, or f32 for values that are
 * stored in f16 (Apple has f32→f32 and f16→f16 units alone: values are widened on their way, exactly); the largest block. Subgroups must have one
 * size, because the kernels count on it.
 */
function matrixUnits(report: AdapterReport, storage: StorageType): SubgroupMatrixConfig | null {
  const { subgroupSizes, subgroupMatrixConfigs, features } = report;
  if (!features.includes("chromium-experimental-subgroup-matrix")) return null;
  if (!subgroupSizes || subgroupSizes[0] !== subgroupSizes[1]) return null;
  const accumulating = subgroupMatrixConfigs.filter((config) => config.result === "f32");
  const stored = accumulating.filter((config) => config.component === storage);
  const usable = stored.length > 0 ? stored : accumulating.filter((config) => config.component === "f32");
  const size = ({ m, n, k }: SubgroupMatrixConfig): number => m * n * k;
  return usable.toSorted((first, second) => size(second) - size(first))[0] ?? null;
}
