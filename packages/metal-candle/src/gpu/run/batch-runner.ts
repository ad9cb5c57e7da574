/**
 * Runs batches: writes the input, submits, waits without spinning, checks that what came back is this batch's, hands it on.
 *
 * Two batches may be in flight: the second is written and submitted while the first computes. The queue runs them in order, so
 * they share the arena; only their readback buffers are their own.
 */
import type { PackedBatch } from "../../encoder/packed-batch.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { shadersRun } from "#platform/webgpu";
import { batchWords, headerWords } from "../wgsl/batch-layout.ts";
import { type Arena, submitMarks } from "./arena.ts";
import { type GpuContext, lostDevice, ours } from "../device/context.ts";
import { mapForReading } from "../device/map-read.ts";
import { queryRowsOf } from "../kernels/attention/attention.ts";
import { outputStride } from "../kernels/pooling/finished-row.ts";
import { recordPlan, type Plan, type Step } from "./plan.ts";
import { isClamped, readTrailers } from "./trailers.ts";
import type { EncoderSetup } from "./setup.ts";
import type { TokenRows } from "./token-rows.ts";
import { writeBatch } from "./batch-writer.ts";
import { Turns } from "./turns.ts";
import { WaitPolicy } from "./wait-policy.ts";

/** A row of a batch that did run holds NaN or infinity. The encoder runs it once more before it says so. */
export class NotFiniteError extends Error {}

/** Values of some of a batch's texts left f16's range. The rows of the others are the model's: none has to be computed again for its neighbours. */
export class BeyondHalfError extends Error {
  /** All rows, as `receive` would have had them. */
  readonly rows: Float32Array<ArrayBuffer>;
  readonly stride: number;
  /** The texts whose rows are wrong, in order. */
  readonly sequences: readonly number[];

  constructor(rows: Float32Array<ArrayBuffer>, stride: number, sequences: readonly number[]) {
    super("values left the range of f16");
    this.rows = rows;
    this.stride = stride;
    this.sequences = sequences;
  }
}

/** One of the places that a batch in flight occupies: its words on the host and its readback buffer. */
interface Slot {
  readonly words: Uint32Array<ArrayBuffer>;
  /** Of rows of sequences. */
  readonly readback: GPUBuffer;
  /** Its number, by which rows of tokens have theirs. */
  readonly index: number;
}

/** What follows the encoder's steps in a batch, and where its rows go. */
interface Ending {
  readonly steps: readonly Step[];
  readonly output: GPUBuffer;
  readonly readback: GPUBuffer;
  /** Words of a row. */
  readonly stride: number;
}

/** Counters since the session was opened. */
export interface RunnerStats {
  batches: number;
  tokens: number;
  sequences: number;
  dispatches: number;
  bytesReadBack: number;
}

/**
 * Milliseconds that one submit of a real GPU is planned to take. At most 50 are bearable for one that drives a display: macOS kills longer
 * compute silently, Windows resets the device at 2 s. Less, because batches differ.
 */
const longestSubmit = 40;

/**
 * Milliseconds that a batch is planned to take, in as many submits as that needs. Were it no more than one submit, large models would run in batches
 * too small to fill the GPU, be measured as slower still, and get smaller ones: Qwen3-0.6B took 774 µs per passage of 97 tokens on an H200 where
 * whole batches take 427. More would let a single query wait longer behind a bulk job.
 */
const longestBatch = 160;

export class BatchRunner {
  readonly stats: RunnerStats = { batches: 0, tokens: 0, sequences: 0, dispatches: 0, bytesReadBack: 0 };
  readonly waits = new WaitPolicy();
  readonly turns = new Turns();
  readonly #setup: EncoderSetup;
  readonly #context: GpuContext;
  readonly #queryRows: number;
  readonly #arena: Arena;
  #plan: Plan;
  readonly #tokenRows: TokenRows;
  readonly #free: Slot[];
  readonly #waiting: ((slot: Slot) => void)[] = [];
  #nonce = 0;

  constructor(setup: EncoderSetup, arena: Arena, plan: Plan, tokenRows: TokenRows) {
    this.#setup = setup;
    this.#context = setup.context;
    this.#queryRows = queryRowsOf(setup.choice.attention);
    this.#arena = arena;
    this.#plan = plan;
    this.#tokenRows = tokenRows;
    const words = batchWords(arena.tokenBudget, arena.maxSequences, arena.maxWorkItems);
    this.#free = arena.readbacks.map((readback, index) => ({ words: new Uint32Array(words), readback, index }));
  }

  /** Runs batches by another plan of the same steps from now on, which gives the same bits. */
  use(plan: Plan): void {
    this.#plan = plan;
  }

  /** Most tokens of a batch, so that whoever comes next does not wait long. */
  get bearableTokens(): number {
    return this.#context.report.software ? Infinity : this.waits.tokensWithin(longestBatch);
  }

  /**
   * In how many submits a batch goes: one, unless it is predicted to take longer than the GPU may be kept from its display. That is
   * so for large models, where one text of the maximum length takes longer, and before anything was measured, when every layer goes alone.
   */
  #submitsFor(tokens: number, steps: number): number {
    if (this.#context.report.software) return 1;
    const predicted = this.waits.milliseconds(tokens);
    const wanted = predicted === null ? this.#setup.encoder.layers.length : Math.ceil(predicted / longestSubmit);
    return Math.min(Math.max(wanted, 1), steps, submitMarks + 1);
  }

  #endingOf(slot: Slot): Ending {
    const { output } = this.#arena;
    const { head } = this.#setup;
    return { steps: this.#plan.steps, output, readback: slot.readback, stride: outputStride(head.dimensions) };
  }

  /** @throws UnsupportedModelError for a text whose tokens' rows do not fit; TokenRows.open's errors */
  async #endingPerToken(tokens: number, slot: Slot): Promise<Ending> {
    const { encoder, context } = this.#setup;
    const { steps, encoderSteps } = this.#plan;
    const { capacity } = this.#tokenRows;
    if (tokens > capacity) {
      throw new UnsupportedModelError(
        `A text of ${tokens} tokens has more vectors than the ${capacity} that ${context.report.name} gives back at once. Load the model ` +
          `with maxLength ${capacity}, or use device "cpu".`,
      );
    }
    const { step, output, readbacks } = await this.#tokenRows.open();
    return {
      steps: [...steps.slice(0, encoderSteps), { ...step, small: null }],
      output,
      readback: readbacks[slot.index],
      stride: outputStride(encoder.hiddenSize),
    };
  }

  /**
   * Runs one batch and calls `receive` with its rows while they are mapped.
   * @throws DeviceLostError when the device is gone, or a row is not this batch's
   * @throws BeyondHalfError, NotFiniteError; UnsupportedModelError for a text whose tokens' rows do not fit
   */
  async run(batch: PackedBatch, receive: (rows: Float32Array, stride: number) => void): Promise<void> {
    const slot = this.#free.pop() ?? (await new Promise<Slot>((resolve) => this.#waiting.push(resolve)));
    try {
      // Nothing is awaited that need not be: until the batch is submitted, the device may have nothing to do.
      const ending = batch.perToken ? await this.#endingPerToken(batch.tokens, slot) : this.#endingOf(slot);
      const turn = this.turns.enter();
      if (turn !== null) await turn;
      try {
        await this.#compute(batch, slot, ending, receive);
      } finally {
        this.turns.leave();
      }
    } finally {
      const next = this.#waiting.shift();
      if (next) next(slot);
      else this.#free.push(slot);
    }
  }

  async #compute(
    batch: PackedBatch,
    slot: Slot,
    { steps, output, readback, stride }: Ending,
    receive: (rows: Float32Array, stride: number) => void,
  ): Promise<void> {
    this.#nonce = (this.#nonce + 1) >>> 0;
    const nonce = this.#nonce;
    const { device, loss } = this.#context;
    const written = writeBatch(slot.words, batch, this.#setup.encoder, this.#queryRows, nonce);
    const { sequences, tokens, perToken } = batch;
    const rows = perToken ? tokens : sequences;
    const bytes = rows * stride * 4;
    const size = { tokens, sequences, workItems: written.workItems };
    const submits = this.#submitsFor(tokens, steps.length);
    const plan = { overflow: this.#plan.overflow, steps };
    const { complaint } = ours(this.#context, () => {
      device.queue.writeBuffer(this.#arena.batch, 0, slot.words, 0, written.words);
      for (let submit = 0; submit < submits; submit++) {
        const encoder = device.createCommandEncoder();
        const [first, end] = [submit, submit + 1].map((part) => Math.round((part * steps.length) / submits));
        recordPlan(plan, encoder, size, first, end);
        // A trailer shows that the last submit ran. One before it shows that by this batch's number behind the rows.
        if (submit === submits - 1) encoder.copyBufferToBuffer(output, 0, readback, 0, bytes);
        else encoder.copyBufferToBuffer(this.#arena.batch, headerWords.nonce * 4, readback, bytes + submit * 4, 4);
        device.queue.submit([encoder.finish()]);
      }
    });
    const flight = this.waits.submitted(tokens);
    this.stats.batches += 1;
    this.stats.tokens += tokens;
    this.stats.sequences += sequences;
    this.stats.dispatches += steps.length;
    this.stats.bytesReadBack += bytes;
    await this.waits.sleep(flight);
    const asked = performance.now();
    try {
      if (loss.reason !== null) throw new Error(loss.reason);
      await mapForReading(device, readback, bytes + 4 * (submits - 1));
      const said = await complaint;
      if (said !== null) throw new Error(said.message);
    } catch (error) {
      this.waits.abandoned(flight);
      throw lostDevice(this.#context, "a batch ran", error instanceof Error ? error.message : String(error));
    }
    this.waits.completed(flight, asked);
    try {
      const mapped = readback.getMappedRange(0, bytes + 4 * (submits - 1));
      const verdict = shadersRun() ? readTrailers(new Uint32Array(mapped), rows, stride, nonce) : "ours";
      const isWhole = !shadersRun() || new Uint32Array(mapped, bytes).every((mark) => mark === nonce);
      // In f32 nothing is clamped.
      const isOdd = verdict === "overflow" && this.#setup.storage === "f32";
      if (verdict === "foreign" || isOdd || !isWhole) {
        throw lostDevice(
          this.#context,
          "a batch ran",
          "rows came back that are not this batch's (the driver lost a command)",
        );
      }
      if (verdict === "not-finite") throw new NotFiniteError();
      if (verdict === "overflow") {
        const own = new Float32Array(mapped.slice(0, bytes));
        throw new BeyondHalfError(own, stride, clampedSequences(batch, new Uint32Array(own.buffer), stride));
      }
      receive(new Float32Array(mapped, 0, bytes / 4), stride);
    } finally {
      readback.unmap();
    }
  }
}

/** The texts with a row that was clamped: the row of each, or those of its tokens, which all depend on each other. */
function clampedSequences(
  { sequences, cuSeqlens, perToken }: PackedBatch,
  words: Uint32Array,
  stride: number,
): number[] {
  const clamped: number[] = [];
  for (let sequence = 0; sequence < sequences; sequence++) {
    const [first, end] = perToken ? [cuSeqlens[sequence], cuSeqlens[sequence + 1]] : [sequence, sequence + 1];
    for (let row = first; row < end; row++) {
      if (!isClamped(words, row, stride)) continue;
      clamped.push(sequence);
      break;
    }
  }
  return clamped;
}
