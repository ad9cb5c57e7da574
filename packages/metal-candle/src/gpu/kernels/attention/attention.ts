/**
 * Self-attention over packed sequences: context = softmax(Q·Kᵀ / √d + bias) · V, head by head, no padding, no score matrix in memory.
 *
 *   direct           plain code: the reference, and what adapters without matrix units run
 *   subgroup-matrix  the adapter's matrix units
 *
 * Both take the same buffers and the same work list, made by the host in steps of the variant's `queryRows`: (sequence start,
 * length | first query << 16).
 */
import type { KernelProgram } from "../../device/kernel-program.ts";
import { directAttentionProgram } from "./direct.ts";
import type { AttentionShape } from "./shape.ts";
import { matrixAttentionProgram, type MatrixAttention } from "./subgroup-matrix.ts";

/** One way to compute attention. */
export type AttentionVariant =
  | { readonly family: "direct"; readonly queryRows: number }
  | ({ readonly family: "subgroup-matrix" } & MatrixAttention);

/** Queries of one workgroup: the step of the host's work list. */
export function queryRowsOf(variant: AttentionVariant): number {
  return variant.family === "direct" ? variant.queryRows : variant.subgroups * variant.matrix.m;
}

/**
 * Buffers: batch, qkv [rows, qkvStride] (Q in columns 0…, K from heads·headSize, V from 2·heads·headSize), context
 * [rows, contextStride], and with a relative-position bias: table f32 [2·longest − 1, heads], entry (key − query + longest − 1).
 */
export function attentionProgram(variant: AttentionVariant, shape: AttentionShape): KernelProgram {
  return variant.family === "direct"
    ? directAttentionProgram(shape, variant.queryRows)
    : matrixAttentionProgram(shape, variant);
}

/** Grid for a work list of `items` items: one workgroup an item and head. */
export function attentionGrid(items: number, heads: number): [number, number, number] {
  return [items, heads, 1];
}

/** A name for logs and info(). */
export function attentionName(variant: AttentionVariant): string {
  const rows = `${queryRowsOf(variant)} queries`;
  if (variant.family === "direct") return `direct, ${rows}`;
  const { matrix, emulated } = variant;
  return `subgroup-matrix ${matrix.component}->f32 ${matrix.m}x${matrix.n}x${matrix.k}, ${rows}${emulated ? " emulated" : ""}`;
}
