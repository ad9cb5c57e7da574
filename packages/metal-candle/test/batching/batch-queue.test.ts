/**
 * How the queue cuts a call into batches for a device that packs: soon at work, then larger and larger batches. The device here
 * computes nothing: it notes what it is given and answers when it is told to.
 */
import { expect, test } from "vitest";
import { BatchQueue } from "../../src/batching/batch-queue.ts";
import type { Encoder } from "../../src/encoder/encoder.ts";
import type { PackedBatch } from "../../src/encoder/packed-batch.ts";
import type { EncoderReport } from "../../src/encoder/report.ts";
import { EmbedRequest } from "../../src/batching/request.ts";
import type { TokenizedBlock } from "../../src/tokenizers/pool/tokenized-block.ts";
import type { TokenizerPool } from "../../src/tokenizers/pool/tokenizer-pool.ts";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";

const tokensOfText = 20;

/** Every text is twenty tokens. */
const tokenizer = {
  truncated: false,
  encode(_: string, ids: Int32Array, offset: number) {
    ids.fill(7, offset, offset + tokensOfText);
    return tokensOfText;
  },
} as unknown as Tokenizer;

class NotingEncoder implements Encoder {
  readonly limits = {
    tokenBudget: 12_000,
    perTokenBudget: 12_000,
    maxSequences: 4000,
    batchesInFlight: 2,
    padding: null,
  };
  readonly sizes: number[] = [];
  readonly #away: (() => void)[] = [];

  async encode(batch: PackedBatch, receive: (rows: Float32Array, stride: number) => void): Promise<void> {
    this.sizes.push(batch.tokens);
    const { sequences } = batch;
    await new Promise<void>((resolve) => this.#away.push(resolve));
    receive(new Float32Array(sequences), 1);
  }

  /** Finishes batches in order until none is left. */
  async finishAll(): Promise<void> {
    for (let next = this.#away.shift(); next; next = this.#away.shift()) {
      next();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  report(): EncoderReport {
    throw new Error("not asked for");
  }

  stats(): null {
    return null;
  }

  async close(): Promise<void> {}
}

function request(texts: number): EmbedRequest {
  const options = { prompt: "", query: null, poolingSkip: 0, dimensions: 1, normalize: false };
  return new EmbedRequest(
    Array.from({ length: texts }, () => "text"),
    options,
  );
}

test("a large call starts with an eighth of the budget and grows up to all of it", async () => {
  const encoder = new NotingEncoder();
  const queue = new BatchQueue(encoder, tokenizer, 100);
  const call = request(3000);
  queue.add(call);
  await Promise.resolve();
  expect(encoder.sizes).toHaveLength(2);
  await encoder.finishAll();
  await call.finished;
  let budget = 1500;
  for (const tokens of encoder.sizes.slice(0, -1)) {
    expect(tokens).toBeLessThanOrEqual(budget);
    // A text is packed while the longest possible one would still fit.
    expect(tokens).toBeGreaterThan(budget - 100 - tokensOfText);
    budget = Math.min(12_000, Math.ceil(1.4 * tokens));
  }
  expect(Math.max(...encoder.sizes)).toBeGreaterThan(11_800);
  expect(encoder.sizes.reduce((sum, tokens) => sum + tokens, 0)).toBe(3000 * tokensOfText);
});

/** Threads that answer when they are told to, and note what they got. */
class NotingPool {
  readonly threads = 2;
  readonly blocks: (readonly string[])[] = [];
  readonly #away: (() => void)[] = [];

  encode(texts: readonly string[]): Promise<TokenizedBlock> {
    this.blocks.push(texts);
    const lengths = new Int32Array(texts.length).fill(tokensOfText);
    const truncated = new Uint8Array(texts.length);
    truncated[0] = 1;
    const block = { ids: new Int32Array(texts.length * tokensOfText).fill(7), lengths, truncated };
    return new Promise((resolve) => this.#away.push(() => resolve(block)));
  }

  answerOne(): boolean {
    const next = this.#away.shift();
    next?.();
    return next !== undefined;
  }
}

test("threads take a call from its end, the packer from its start, and every text is taken once", async () => {
  const encoder = new NotingEncoder();
  const pool = new NotingPool();
  const queue = new BatchQueue(encoder, tokenizer, 100, pool as unknown as TokenizerPool);
  const call = request(5000);
  queue.add(call);
  await Promise.resolve();
  // Two blocks a thread, no more, of the call's last texts.
  expect(pool.blocks.map(({ length }) => length)).toEqual([256, 256, 256, 256]);
  expect(call.until).toBe(5000 - 4 * 256);
  for (let busy = true; busy;) {
    busy = pool.answerOne();
    // The answer is on its way through promises.
    await new Promise((resolve) => setTimeout(resolve));
    await encoder.finishAll();
  }
  await call.finished;
  expect(encoder.sizes.reduce((sum, tokens) => sum + tokens, 0)).toBe(5000 * tokensOfText);
  expect([...call.tokenCounts].every((count) => count === tokensOfText)).toBe(true);
  // The first of each block was cut, said the threads, and the indexes are the call's own.
  expect(call.truncated).toHaveLength(pool.blocks.length);
  expect(call.truncated).toContain(5000 - 256);
  expect(pool.blocks.length).toBeGreaterThan(4);
});

test("small calls and the last texts before the packer are not sent away", async () => {
  const encoder = new NotingEncoder();
  const pool = new NotingPool();
  const queue = new BatchQueue(encoder, tokenizer, 100, pool as unknown as TokenizerPool);
  const call = request(400);
  queue.add(call);
  await Promise.resolve();
  expect(pool.blocks).toEqual([]);
  await encoder.finishAll();
  await call.finished;
});

test("a thread that fails fails the calls it had texts of", async () => {
  const encoder = new NotingEncoder();
  const pool = { threads: 1, encode: () => Promise.reject(new Error("no memory")) };
  const queue = new BatchQueue(encoder, tokenizer, 100, pool as unknown as TokenizerPool);
  const call = request(2000);
  queue.add(call);
  await expect(call.finished).rejects.toThrow("no memory");
  await encoder.finishAll();
  await queue.idle();
});

test("a query in flight does not make the batches behind it small", async () => {
  const encoder = new NotingEncoder();
  const queue = new BatchQueue(encoder, tokenizer, 100);
  const query = request(1);
  queue.add(query);
  await Promise.resolve();
  const call = request(100);
  queue.add(call);
  await Promise.resolve();
  expect(encoder.sizes).toEqual([20, 1420]);
  await encoder.finishAll();
  await Promise.all([query.finished, call.finished]);
});
