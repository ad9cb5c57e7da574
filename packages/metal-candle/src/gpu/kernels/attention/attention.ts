/**
 * Self-attention over packed sequences: context = softmax(Q·Kᵀ / √d + bias) · V, head by head, no padding, no score matrix in memory.
 *
 *   direct           plain code on whole score rows: the reference, and what software adapters run
 *   streamed         plain code for long texts, windows, causal masks and shared key heads, likewise
 *   tiled            plain code with blocks in registers: what GPUs without matrix units run
 *   subgroup-matrix  the adapter's matrix units
 *
 * All take the same buffers and the same work list, made by the host in steps of the variant's `queryRows`: (sequence start,
 * length | first query << 16).
 */
import type { KernelProgram } from "../../device/kernel-program.ts";
import { directAttentionProgram } from "./direct.ts";
import type { AttentionShape } from "./shape.ts";
import { streamedAttentionProgram, streamedQueryRows } from "./streamed.ts";
import { matrixAttentionProgram, type MatrixAttention } from "./subgroup-matrix.ts";
import { tiledAttentionProgram, type AttentionTile } from "./tiled.ts";

/** One way to compute attention. */
export type AttentionVariant =
  | { readonly family: "direct"; readonly queryRows: number }
  | { readonly family: "streamed" }
  | { readonly family: "tiled"; readonly tile: AttentionTile }
  | ({ readonly family: "subgroup-matrix" } & MatrixAttention);

/** Queries of one workgroup: the step of the host's work list. */
export function queryRowsOf(variant: AttentionVariant): number {
  switch (variant.family) {
    case "direct":
      return variant.queryRows;
    case "streamed":
      return streamedQueryRows;
    case "tiled":
      return variant.tile.queryRows;
    case "subgroup-matrix":
      return variant.subgroups * variant.matrix.m;
  }
}

/**
 * Buffers: batch, qkv [rows, qkvStride] (Q in columns 0…, then K, then V: shape.ts says where), context
 * [rows, contextStride], and with a relative-position bias: table f32 [2·longest − 1, heads], entry (key − query + longest − 1).
 */
export function attentionProgram(variant: AttentionVariant, shape: AttentionShape): KernelProgram {
  switch (variant.family) {
    case "direct":
      return directAttentionProgram(shape, variant.queryRows);
    case "streamed":
      return streamedAttentionProgram(shape);
    case "tiled":
      return tiledAttentionProgram(shape, variant.tile);
    case "subgroup-matrix":
      return matrixAttentionProgram(shape, variant);
  }
}

/** Grid for a work list of `items` items: one workgroup an item and head. */
export function attentionGrid(items: number, heads: number): [number, number, number] {
  return [items, heads, 1];
}

/** A name for logs and info(). */
export function attentionName(variant: AttentionVariant): string {
  const rows = `${queryRowsOf(variant)} queries`;
  if (variant.family === "tiled")
    return `tiled, ${rows} by ${variant.tile.keyTile} keys, ${variant.tile.downward}x${variant.tile.across} threads`;
  if (variant.family !== "subgroup-matrix") return `${variant.family}, ${rows}`;
  const { matrix, emulated } = variant;
  return `subgroup-matrix ${matrix.component}->f32 ${matrix.m}x${matrix.n}x${matrix.k}, ${rows}${emulated ? " emulated" : ""}`;
}
