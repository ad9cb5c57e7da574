/**
 * Calls that share batches do not share mistakes: what one caller, or one text, does wrong costs that call alone. The device here
 * computes nothing: a row's value is its length in tokens, which is that of its text.
 */
import { describe, expect, test } from "vitest";
import { BatchQueue } from "../../src/batching/batch-queue.ts";
import type { Encoder, Padding } from "../../src/encoder/encoder.ts";
import type { PackedBatch } from "../../src/encoder/packed-batch.ts";
import type { EncoderReport } from "../../src/encoder/report.ts";
import { EmbedRequest } from "../../src/batching/request.ts";
import { UnsupportedModelError } from "../../src/errors.ts";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";

const maxLength = 100;
/** A batch with this token fails as one does whose values leave f16's range: the device does not say in which row. */
const overflowing = "!".charCodeAt(0);

/** A token a character; throws at "bad". */
const tokenizer = {
  truncated: false,
  encode(text: string, ids: Int32Array, offset: number) {
    if (text === "bad") throw new Error("cannot be read");
    for (let i = 0; i < text.length; i++) ids[offset + i] = text.charCodeAt(i);
    return text.length;
  },
} as unknown as Tokenizer;

class LengthEncoder implements Encoder {
  readonly limits;
  readonly batches: number[] = [];

  constructor(padding: Padding | null) {
    this.limits = { tokenBudget: 12_000, perTokenBudget: 12_000, maxSequences: 4000, batchesInFlight: 2, padding };
  }

  async encode(batch: PackedBatch, receive: (rows: Float32Array, stride: number) => void): Promise<void> {
    const { sequences, cuSeqlens } = batch;
    this.batches.push(sequences);
    await Promise.resolve();
    if (batch.inputIds.subarray(0, batch.tokens).includes(overflowing)) throw new UnsupportedModelError("leaves f16");
    receive(
      Float32Array.from({ length: sequences }, (_, row) => cuSeqlens[row + 1] - cuSeqlens[row]),
      1,
    );
  }

  report(): EncoderReport {
    throw new Error("not asked for");
  }

  stats(): null {
    return null;
  }

  async close(): Promise<void> {}
}

const options = { prompt: "", query: null, poolingSkip: 0, dimensions: 1, normalize: false };

describe.each([
  ["packed", null],
  ["padded", { sortWindow: 512, batchOverhead: 32 }],
] as const)("%s batches", (_, padding) => {
  const open = (): { encoder: LengthEncoder; queue: BatchQueue } => {
    const encoder = new LengthEncoder(padding);
    return { encoder, queue: new BatchQueue(encoder, tokenizer, maxLength) };
  };

  test("an onProgress that throws fails its own call alone", async () => {
    const { encoder, queue } = open();
    const thrower = new EmbedRequest(["one"], options, undefined, () => {
      throw new Error("a bug in the caller's progress bar");
    });
    const others = [new EmbedRequest(["two"], options), new EmbedRequest(["six"], options)];
    for (const request of [thrower, ...others]) queue.add(request);
    await expect(thrower.finished).rejects.toThrow("progress bar");
    await Promise.all(others.map(({ finished }) => finished));
    expect(encoder.batches).toEqual([3]);
    expect(others.map(({ data }) => data[0])).toEqual([3, 3]);
    await queue.idle();
  });

  test("a text at which the tokenizer throws fails its own call alone, before and after it in the line", async () => {
    const { queue } = open();
    const before = new EmbedRequest(["four", "fours"], options);
    const bad = new EmbedRequest(["fine", "bad", "never reached"], options);
    const after = new EmbedRequest(["eleven", "a"], options);
    const ofAnotherKind = new EmbedRequest(["ab"], { ...options, normalize: true });
    for (const request of [before, bad, after, ofAnotherKind]) queue.add(request);
    await expect(bad.finished).rejects.toThrow("cannot be read");
    await Promise.all([before, after, ofAnotherKind].map(({ finished }) => finished));
    expect([...before.data, ...after.data, ...ofAnotherKind.data]).toEqual([4, 5, 6, 1, 2]);
    await queue.idle();
  });

  test("a caller that changes its array after the call changes nothing", async () => {
    const { queue } = open();
    const texts = ["one", "three"];
    const request = new EmbedRequest(texts, options);
    const other = new EmbedRequest(["two"], options);
    for (const call of [request, other]) queue.add(call);
    texts[1] = null as unknown as string;
    texts.pop();
    await Promise.all([request.finished, other.finished]);
    expect([...request.data, ...other.data]).toEqual([3, 5, 3]);
  });

  test("a text that leaves f16's range fails its own call alone", async () => {
    const { encoder, queue } = open();
    const before = new EmbedRequest(["four", "fours"], options);
    const guilty = new EmbedRequest(["a", "b!"], options);
    const progress: number[] = [];
    const after = new EmbedRequest(["eleven", "a"], options, undefined, (done) => progress.push(done));
    for (const request of [before, guilty, after]) queue.add(request);
    await expect(guilty.finished).rejects.toThrow(UnsupportedModelError);
    await Promise.all([before.finished, after.finished]);
    expect([...before.data, ...after.data]).toEqual([4, 5, 6, 1]);
    expect(progress).toEqual([2]);
    // Together, then each once by itself.
    expect(encoder.batches).toEqual([6, 2, 2, 2]);
    await queue.idle();
    const alone = new EmbedRequest(["b!", "c"], options);
    queue.add(alone);
    await expect(alone.finished).rejects.toThrow(UnsupportedModelError);
    expect(encoder.batches).toHaveLength(5);
  });

  test("a call that fails at its first text leaves calls of another kind going", async () => {
    const { queue } = open();
    const bad = new EmbedRequest(["bad"], options);
    const other = new EmbedRequest(["ab"], { ...options, normalize: true });
    queue.add(bad);
    queue.add(other);
    await expect(bad.finished).rejects.toThrow("cannot be read");
    await other.finished;
    expect([...other.data]).toEqual([2]);
  });
});
