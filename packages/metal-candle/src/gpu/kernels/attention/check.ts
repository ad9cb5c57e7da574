/** The proof of an attention kernel: sequences of awkward lengths among rows of junk, every output compared. */
import { writeBatch } from "../../run/batch-writer.ts";
import { batchWords } from "../../wgsl/batch-layout.ts";
import { checkValues, lazyCheck, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { attentionGrid, attentionProgram, queryRowsOf, type AttentionVariant } from "./attention.ts";
import { attentionReference } from "./reference.ts";
import type { AttentionShape } from "./shape.ts";

const lengths = [1, 9, 2, 37, 150];

/** What a check takes from a model: not its number of heads. */
export type CheckedAttention = Omit<AttentionShape, "heads" | "keyValueHeads" | "qkvStride" | "contextStride"> & {
  /** Whether query heads share key heads. */
  readonly grouped?: boolean;
};

/** Checks the kernel with a model's head size, row limit, mask and kind of bias, on two heads; on four of which two share keys, if they do. */
export function attentionCheck(
  variant: AttentionVariant,
  { grouped = false, ...model }: CheckedAttention,
): KernelCheck {
  const heads = grouped ? 4 : 2;
  const keyValueHeads = 2;
  const width = heads * model.headSize;
  const stride = width + 2 * keyValueHeads * model.headSize;
  const shape: AttentionShape = { ...model, heads, keyValueHeads, qkvStride: stride, contextStride: width };
  return lazyCheck(attentionProgram(variant, shape), () => checkNumbers(variant, shape, heads));
}

function checkNumbers(variant: AttentionVariant, shape: AttentionShape, heads: number): Omit<KernelCheck, "program"> {
  const { longest, storage, qkvStride: stride, contextStride: width } = shape;
  const checked = lengths.filter((length) => length <= longest);
  const cuSeqlens = Int32Array.from([0, ...checked]);
  for (let i = 1; i < cuSeqlens.length; i++) cuSeqlens[i] += cuSeqlens[i - 1];
  const tokens = cuSeqlens[checked.length];
  const rows = tokens + 8;
  const qkv = storedInput(checkValues(rows * stride, 4, 2), storage);
  const relative = shape.relativePositionBuckets === null ? null : checkValues((2 * longest - 1) * heads, 5);
  const bias = relative
    ? (query: number, key: number, head: number): number => relative[(key - query + longest - 1) * heads + head]
    : undefined;
  const words = new Uint32Array(batchWords(tokens, checked.length, tokens));
  const batch = { sequences: checked.length, tokens, cuSeqlens, inputIds: new Int32Array(tokens), tokenTypeIds: null };
  const options = { longest: Math.max(...checked), poolingSkips: null, dimensions: 0, normalize: false };
  const written = writeBatch(
    words,
    { ...batch, ...options },
    { positionOffset: 0, tokenTypeTable: null },
    queryRowsOf(variant),
    0,
  );
  const context = storedInput(new Float32Array(rows * width), storage);
  const expected = attentionReference(qkv.rounded, stride, cuSeqlens, heads, shape, bias);
  return {
    inputs: [words, qkv.upload, context.upload, ...(relative ? [relative] : [])],
    output: 2,
    outputStorage: storage,
    grid: attentionGrid(written.workItems, heads),
    expected: new Map(expected.entries()),
    tolerance: toleranceOf(storage),
  };
}
