/** Texts beyond f16's range among others: which go to the encoder in f32, where their rows end, and what is said. The encoder here computes nothing: a row is its text's first token. */
import { expect, test } from "vitest";
import type { Encoder } from "../../../src/encoder/encoder.ts";
import type { PackedBatch } from "../../../src/encoder/packed-batch.ts";
import { GpuOutOfMemoryError } from "../../../src/errors.ts";
import { BeyondHalfError } from "../../../src/gpu/run/batch-runner.ts";
import { WideEncoder } from "../../../src/gpu/run/wide-encoder.ts";

const lengths = [2, 4, 1, 3, 2];
const ends = lengths.reduce((all, length) => [...all, all.at(-1)! + length], [0]);
const tokens = ends.at(-1)!;

function batchOf(perToken: boolean): PackedBatch {
  return {
    sequences: lengths.length,
    tokens,
    inputIds: Int32Array.from({ length: tokens + 5 }, (_, i) => 100 + i),
    tokenTypeIds: null,
    cuSeqlens: Int32Array.from([...ends, 0, 0]),
    longest: 4,
    poolingSkips: Int32Array.from(lengths, (_, i) => i),
    dimensions: 1,
    normalize: false,
    perToken,
  };
}

class FirstToken implements Encoder {
  readonly limits = { tokenBudget: 5, perTokenBudget: 4, maxSequences: 2, batchesInFlight: 1, padding: null };
  readonly seen: { ids: number[]; skips: number[] }[] = [];
  closed = 0;

  report(): ReturnType<Encoder["report"]> {
    return { dtype: "f32", adapter: null, numerics: "f32-scalar", kernels: [], tuning: null, beyondHalf: null };
  }

  stats(): null {
    return null;
  }

  async encode(batch: PackedBatch, receive: (rows: Float32Array, stride: number) => void): Promise<void> {
    const { sequences, tokens: own, inputIds, cuSeqlens, poolingSkips, perToken } = batch;
    this.seen.push({ ids: [...inputIds.subarray(0, own)], skips: [...poolingSkips!] });
    const values = perToken
      ? [...inputIds.subarray(0, own)]
      : Array.from({ length: sequences }, (_, i) => inputIds[cuSeqlens[i]]);
    // Two words behind each row, as a GPU has them.
    receive(Float32Array.from(values.flatMap((value) => [value, 0, 0])), 3);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

test.each([false, true])(
  "rows of clamped texts are replaced, the others stay (a row per token: %s)",
  async (perToken) => {
    const encoder = new FirstToken();
    const notices: string[] = [];
    const wide = new WideEncoder(
      async () => encoder,
      (line) => notices.push(line),
    );
    for (let time = 0; time < 2; time++) {
      const count = perToken ? tokens : lengths.length;
      const rows = new Float32Array(count * 3).fill(-1);
      let got: number[] = [];
      await wide.complete(batchOf(perToken), new BeyondHalfError(rows, 3, [0, 1, 3]), (all) => {
        got = [...all].filter((_, i) => i % 3 === 0);
      });
      const clamped = (sequence: number): boolean => [0, 1, 3].includes(sequence);
      const expected = perToken
        ? lengths.flatMap((length, s) => Array.from({ length }, (_, i) => (clamped(s) ? 100 + ends[s] + i : -1)))
        : lengths.map((_, s) => (clamped(s) ? 100 + ends[s] : -1));
      expect(got).toEqual(expected);
    }
    expect(encoder.seen.slice(0, 3)).toEqual([
      { ids: [100, 101], skips: [0] },
      { ids: [102, 103, 104, 105], skips: [1] },
      { ids: [107, 108, 109], skips: [3] },
    ]);
    expect({ texts: wide.texts, numerics: wide.numerics, notices: notices.length }).toEqual({
      texts: 6,
      numerics: "f32-scalar",
      notices: 1,
    });
    await wide.close();
    expect(encoder.closed).toBe(1);
  },
);

test("a GPU without room for the model in f32 is told, and asked again by the next such text", async () => {
  let asked = 0;
  const wide = new WideEncoder(async () => {
    if (asked++ === 0) throw new GpuOutOfMemoryError("full");
    return new FirstToken();
  });
  const failure = new BeyondHalfError(new Float32Array(15), 3, [0]);
  await expect(wide.complete(batchOf(false), failure, () => undefined)).rejects.toThrow(
    /leave the range of f16 .* Load it with dtype "f32"\. full/,
  );
  await wide.complete(batchOf(false), failure, () => undefined);
  expect(wide.texts).toBe(1);
  await wide.close();
});
