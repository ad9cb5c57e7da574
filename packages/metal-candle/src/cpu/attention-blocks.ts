/**
 * How attention is cut on the CPU device, so that its memory stays flat however long a text is: the queries of a batch in blocks of one size, and
 * for each block the keys that it can reach.
 *
 * Device-free arithmetic, for the graph (which needs to know that there are blocks) and for the arrays of a batch (which say where they are).
 */
import type { Attention, EncoderDescription, Rotary } from "../models/encoder-description.ts";

/** Scores of one block, all heads and sequences: 64 MB as f32, and the softmax and the mask hold as much again. */
const mostScores = 1 << 24;

/** Encoders for shorter texts only are not cut: a loop of one round costs more than it is worth. */
const uncutPositions = 1024;

/** Which keys a query sees, of Attention. */
export type Reach = Pick<Attention, "causal" | "window">;

/** Queries in `blocks` blocks of `rows`: the length that sequences are padded to is their product. */
export interface QueryBlocks {
  readonly blocks: number;
  readonly rows: number;
}

/** Whether an encoder's attention runs block by block. */
export function isBlockwise(encoder: EncoderDescription): boolean {
  if (encoder.relativePositionBias !== null) return false;
  return encoder.maxPositions > uncutPositions || encoder.layers.some(({ attention }) => isLimited(attention));
}

/** Whether some query does not see all keys. */
export function isLimited({ causal, window }: Reach): boolean {
  return causal || window !== null;
}

/** The limited reaches of an encoder's layers, each once. */
export function reachesOf(encoder: EncoderDescription): Reach[] {
  const found = new Map<string, Reach>();
  for (const { attention } of encoder.layers) {
    if (isLimited(attention)) found.set(reachName(attention), attention);
  }
  return [...found.values()];
}

/** Names a reach in the graph's inputs. */
export function reachName({ causal, window }: Reach): string {
  return `${causal ? "causal" : "both"}_${window ?? "all"}`;
}

/** The rotations of an encoder's layers, each once. */
export function rotariesOf(encoder: EncoderDescription): Rotary[] {
  const rotaries = encoder.layers.flatMap(({ attention: { rotary } }) => (rotary === null ? [] : [rotary]));
  return [...new Set(rotaries)];
}

/** The blocks of a batch: one, unless its scores would be too many. */
export function queryBlocks(encoder: EncoderDescription, sequences: number, longest: number): QueryBlocks {
  if (!isBlockwise(encoder)) return { blocks: 1, rows: longest };
  const heads = Math.max(...encoder.layers.map(({ attention }) => attention.heads));
  const blocks = Math.min(longest, Math.ceil((sequences * heads * longest * longest) / mostScores));
  return { blocks, rows: Math.ceil(longest / blocks) };
}

/** The keys `start … end − 1` that a block's queries reach, of `length`. */
export function blockKeys({ causal, window }: Reach, first: number, rows: number, length: number) {
  const last = first + rows - 1;
  return {
    start: window === null ? 0 : Math.max(0, first - window),
    end: Math.min(length, last + 1 + (causal ? 0 : (window ?? length))),
  };
}
