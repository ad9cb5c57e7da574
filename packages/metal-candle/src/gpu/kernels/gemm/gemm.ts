/**
 * GEMM with a fused epilogue: C = activation(A · W + bias), the encoder's only matrix product, in three families.
 *
 *   direct           8×128 a workgroup, 8×4 a thread, straight from memory: the reference, and the fastest on software adapters
 *   register-tiled   tiles of A and W in workgroup memory: what browsers and most GPUs run
 *   subgroup-matrix  the adapter's matrix units
 *
 * All take the same buffers in the same layout, so that they can stand in for each other:
 *   A     [rows, K]  activations, rows padded to `tileRows`
 *   W     [K, N]     the weight transposed, zero-padded; [N, K], as PyTorch stores it, for subgroup-matrix (weightLayout)
 *   bias  f32 [N]
 *   C     [rows, N]
 *   overflow u32 [rows], for f16 storage alone: raised in a row where a value had to be clamped
 * K and N are multiples of `alignment`, so kernels need no bounds tests; the padding multiplies zeros.
 *
 * Within a numerics class every element of C is one f32 accumulator, k ascending, one fma a step, no split-K: tile shapes are
 * then free, and give the same bits.
 */
import { directGemm } from "./direct.ts";
import { registerTiledGemm, type RegisterTile } from "./register-tiled.ts";
import type { GemmProgram, GemmShape } from "./shape.ts";
import { subgroupMatrixGemm, type SubgroupMatrixTile } from "./subgroup-matrix.ts";

export { outputColumns, outputStorage } from "./shape.ts";
export type { GemmProgram, GemmShape } from "./shape.ts";

/** N, K and every row stride are multiples of this. */
export const alignment = 128;

/** Rows that arenas pad to: a multiple of every variant's tile height. */
export const tileRows = 256;

/** One way to compute a GEMM. */
export type GemmVariant =
  | { readonly family: "direct" }
  | { readonly family: "register-tiled"; readonly tile: RegisterTile }
  | { readonly family: "subgroup-matrix"; readonly tile: SubgroupMatrixTile };

/** The program of one variant. Buffers: A, W, bias, C, and for f16 overflow. */
export function gemmProgram(variant: GemmVariant, shape: GemmShape): GemmProgram {
  switch (variant.family) {
    case "direct":
      return directGemm(shape);
    case "register-tiled":
      return registerTiledGemm(shape, variant.tile);
    case "subgroup-matrix":
      return subgroupMatrixGemm(shape, variant.tile);
  }
}

/** Whether a variant can compute gated products: each thread must have a gate's columns and up's, eight in all. */
export function suitsGated(variant: GemmVariant): boolean {
  return variant.family !== "register-tiled" || variant.tile.threadColumns % 8 === 0;
}

/** In which order a family wants the weight: the upload puts it so. */
export function weightLayout(variant: GemmVariant): "kn" | "nk" {
  return variant.family === "subgroup-matrix" ? "nk" : "kn";
}

/** Grid that covers `rows` rows (rounded up to the tile) of an N-column product. */
export function gemmGrid(program: GemmProgram, shape: GemmShape, rows: number): [number, number, number] {
  return [shape.n / program.tileColumns, Math.ceil(rows / program.tileRows), 1];
}

/** A name for logs and info(), different for each variant: "register-tiled 64x64x16 by 8x4", tile and what a thread computes. */
export function variantName(variant: GemmVariant): string {
  if (variant.family === "direct") return "direct";
  const { rows, columns, depth } = variant.tile;
  if (variant.family === "register-tiled") {
    return `register-tiled ${rows}x${columns}x${depth} by ${variant.tile.threadRows}x${variant.tile.threadColumns}`;
  }
  const { matrix, subgroupRows, subgroupColumns, emulated } = variant.tile;
  const units = `${matrix.component}->f32 ${matrix.m}x${matrix.n}x${matrix.k}`;
  const tile = `${rows}x${columns}x${depth} by ${subgroupRows}x${subgroupColumns}`;
  return `subgroup-matrix ${tile}, ${units}${emulated ? " emulated" : ""}`;
}
