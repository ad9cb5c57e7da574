/**
 * The queue between embed calls and the encoder: keeps as many batches in flight as the encoder likes, packs the next one while
 * they compute, and gives each row back to its request. Calls that overlap share batches, in turn.
 */
import type { TokenizerPool } from "../tokenizers/pool/tokenizer-pool.ts";
import type { TextTokenizer } from "../tokenizers/tokenizer.ts";
import { InvalidArgumentError, UnsupportedModelError } from "../errors.ts";
import { BatchBuffers } from "./batch-buffers.ts";
import type { Encoder, EncoderLimits } from "../encoder/encoder.ts";
import type { Packer } from "./packer.ts";
import type { EmbedRequest } from "./request.ts";
import { SortingPacker } from "./sorting-packer.ts";
import { StreamingPacker } from "./streaming-packer.ts";
import { TokenizeAhead } from "./tokenize-ahead.ts";

/** A batch that goes to the device. */
export interface BatchNotice {
  /** Texts, or pairs of texts. */
  readonly texts: number;
  readonly tokens: number;
}

export class BatchQueue {
  readonly #encoder: Encoder;
  readonly #packer: Packer;
  readonly #waiting: EmbedRequest[] = [];
  readonly #free: BatchBuffers[];
  readonly #idle: (() => void)[] = [];
  readonly #maxLength: number;
  readonly #singleTypes: boolean;
  readonly #ahead: TokenizeAhead | null;
  readonly #onBatch: ((batch: BatchNotice) => void) | undefined;
  #inFlight = 0;
  /** Tokens of the last batch packed. */
  #lastTokens = 0;
  #scheduled = false;
  /** Batches run so far. */
  batches = 0;

  /**
   * @param pool threads that tokenise large calls, for an encoder that packs; null for none
   * @param onBatch called with each batch that goes to the encoder
   */
  constructor(
    encoder: Encoder,
    tokenizer: TextTokenizer,
    maxLength: number,
    pool: TokenizerPool | null = null,
    onBatch?: (batch: BatchNotice) => void,
  ) {
    const { tokenBudget, maxSequences, batchesInFlight, padding } = encoder.limits;
    this.#encoder = encoder;
    this.#maxLength = maxLength;
    this.#onBatch = onBatch;
    this.#singleTypes = tokenizer.hasTypes;
    this.#packer = padding
      ? new SortingPacker(tokenizer, maxLength, padding)
      : new StreamingPacker(tokenizer, maxLength);
    this.#ahead = pool && padding === null ? new TokenizeAhead(pool, () => this.#pump()) : null;
    this.#free = Array.from(
      { length: batchesInFlight },
      () => new BatchBuffers(tokenBudget, maxSequences, maxLength, this.#singleTypes),
    );
  }

  /** Adds a request; it settles by itself (request.finished). */
  add(request: EmbedRequest): void {
    this.#waiting.push(request);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the caller's own turn: calls made together, as by Promise.all, then share a batch.
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** Resolves when no batch is in flight: aborted calls may leave some behind. */
  async idle(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    this.#ahead?.send(this.#waiting);
    for (;;) {
      const batch = this.#free.pop();
      if (!batch) return;
      const { limits } = this.#encoder;
      const tokens = this.#nextBudget(limits);
      let filled = false;
      try {
        filled = this.#packer.fill(batch, this.#waiting, limits, tokens);
      } catch (error) {
        // A tokenizer's error is its own call's (tokenizeNext). This is a mistake of ours in packing: nobody knows whose rows are lost,
        // and no call may wait for ever.
        for (const request of [...batch.requests, ...this.#waiting.splice(0)]) request.fail(error);
      }
      if (!filled) {
        this.#free.push(batch);
        return;
      }
      this.#inFlight += 1;
      this.#lastTokens = batch.tokens;
      this.batches += 1;
      this.#tell(batch);
      void this.#run(batch);
    }
  }

  /** A listener that throws is not a reason to lose a batch. */
  #tell({ sequences, tokens }: BatchBuffers): void {
    try {
      this.#onBatch?.({ texts: sequences, tokens });
    } catch {
      // What it wanted to count is its own.
    }
  }

  /**
   * An idle device gets a small batch at once, and while it computes, the host packs the next: each a little larger than the last, so that the
   * device neither waits for the host nor for many small batches. Twice as large would be packed for longer than a fast GPU computes the one
   * before it: MiniLM's short texts took 5.8 to 6.3 ms per thousand on an H200, and 5.5 to 5.7 with these numbers.
   */
  #nextBudget({ tokenBudget }: EncoderLimits): number {
    const first = Math.max(2 * this.#maxLength, Math.ceil(tokenBudget / firstBatchShare));
    const wanted = this.#inFlight === 0 ? first : Math.max(first, Math.ceil(batchGrowth * this.#lastTokens));
    return Math.min(tokenBudget, wanted);
  }

  async #run(batch: BatchBuffers): Promise<void> {
    const touched = [...new Set(batch.requests)];
    try {
      await this.#encode(batch);
    } catch (error) {
      // A value left f16's range, or a text has nothing to pool, and the encoder does not say in whose row: each call's rows again, by
      // themselves.
      const isOneCalls = error instanceof UnsupportedModelError || error instanceof InvalidArgumentError;
      const isShared = isOneCalls && touched.length > 1;
      for (const request of touched) {
        if (!isShared) request.fail(error);
        else if (request.live) await this.#encode(this.#rowsOf(request, batch)).catch((own) => request.fail(own));
      }
    }
    for (const request of touched) request.batchDone();
    batch.end();
    this.#inFlight -= 1;
    this.#free.push(batch);
    this.#pump();
    if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #encode(batch: BatchBuffers): Promise<void> {
    const sent = performance.now();
    return this.#encoder.encode(batch, (rows, stride) => this.#deliver(batch, rows, stride, sent));
  }

  /** The rows of one request as a batch of their own. */
  #rowsOf(request: EmbedRequest, batch: BatchBuffers): BatchBuffers {
    const own = new BatchBuffers(batch.tokens, batch.sequences, 0, this.#singleTypes);
    own.begin(request);
    for (let row = 0; row < batch.sequences; row++) {
      if (batch.requests[row] !== request) continue;
      const [start, end] = [batch.cuSeqlens[row], batch.cuSeqlens[row + 1]];
      own.inputIds.set(batch.inputIds.subarray(start, end), own.tokens);
      own.types.set(batch.types.subarray(start, end), own.tokens);
      own.add(request, batch.indexes[row], end - start);
    }
    return own;
  }

  #deliver(batch: BatchBuffers, rows: Float32Array, stride: number, sent: number): void {
    const received = performance.now();
    const { sequences, requests, indexes, perToken } = batch;
    for (let row = 0; row < sequences; row++) {
      const request = requests[row];
      const { dimensions } = request.options;
      if (perToken) request.tokenRows[indexes[row]] = tokenRows(batch, row, rows, stride);
      else request.data.set(rows.subarray(row * stride, row * stride + dimensions), indexes[row] * dimensions);
      request.stopwatch.computed(sent, received);
      request.rowDone();
    }
  }
}

/** A text's tokens, and a row of each. */
function tokenRows(batch: BatchBuffers, row: number, rows: Float32Array, stride: number): EmbedRequest["tokenRows"][0] {
  const { cuSeqlens, inputIds, dimensions } = batch;
  const [start, end] = [cuSeqlens[row], cuSeqlens[row + 1]];
  const data = new Float32Array((end - start) * dimensions);
  for (let token = start; token < end; token++) {
    data.set(rows.subarray(token * stride, token * stride + dimensions), (token - start) * dimensions);
  }
  return { data, ids: inputIds.slice(start, end) as Int32Array<ArrayBuffer> };
}

/** The first batch of an idle device is this much smaller than the budget. */
const firstBatchShare = 8;

/** How much larger than the one before it a batch is while a call begins. */
const batchGrowth = 1.4;
