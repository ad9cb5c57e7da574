/**
 * The GPU encoder: a session (weights, arena, plan on one device) and the rule for when that device is lost.
 *
 * After a loss the session is opened again on a new device, once, and the batches that were away run again; a second loss is the
 * caller's to know. A retry shows in stats().gpu.deviceReopened.
 */
import { notFinite } from "../encoder/not-finite.ts";
import { checkBatch } from "../encoder/check-batch.ts";
import type { Encoder, EncoderLimits, Receive } from "../encoder/encoder.ts";
import type { PackedBatch } from "../encoder/packed-batch.ts";
import { DeviceLostError, GpuOutOfMemoryError } from "../errors.ts";
import type { ModelDescription } from "../models/description.ts";
import { checkHiddenSize } from "./attention-heads.ts";
import { batchesInFlight, makeArena, stridesOf, type Arena } from "./arena.ts";
import type { GemmTuning } from "./autotune.ts";
import { BatchRunner, NotFiniteError } from "./batch-runner.ts";
import { writeBatch } from "./batch-writer.ts";
import { bufferUsage, makeBuffer, mapModeRead, releaseBuffers } from "./buffers.ts";
import type { GpuContext } from "./device.ts";
import { queryRowsOf } from "./kernels/attention/attention.ts";
import { weightLayout } from "./kernels/gemm/gemm.ts";
import { profilePlan, type StepTime } from "./profile.ts";
import { makePlan, recordPlan, type Plan } from "./plan.ts";
import type { NumericsClass } from "./numerics-class.ts";
import type { KernelReport } from "./kernel-proofs.ts";
import { chooseKernels } from "./self-check.ts";
import type { KernelChoice } from "./variants.ts";
import { releaseWeights, uploadWeights, type GpuWeights } from "./weights.ts";
import { readStored } from "./read-stored.ts";

export interface GpuEncoderOptions {
  /** Opens the device; called again after a loss. */
  readonly open: () => Promise<GpuContext>;
  readonly numerics: (context: GpuContext) => NumericsClass;
  /** Tokens of a batch; by default what suits the adapter. */
  readonly tokenBudget: number | null;
}

interface Session {
  readonly context: GpuContext;
  readonly numerics: NumericsClass;
  readonly choice: KernelChoice;
  readonly kernels: readonly KernelReport[];
  readonly tuning: GemmTuning;
  readonly weights: GpuWeights;
  readonly arena: Arena;
  readonly plan: Plan;
  readonly runner: BatchRunner;
}

/** Token budget of a software adapter: small, since a batch takes seconds there. */
const softwareTokenBudget = 2048;
const gpuTokenBudget = 16_384;

/** With matrix units a batch this large still takes a few milliseconds, and fills the chip's last wave of workgroups better. */
const matrixTokenBudget = 49_152;

export class GpuEncoder implements Encoder {
  readonly #description: ModelDescription;
  readonly #options: GpuEncoderOptions;
  #session: Promise<Session>;
  #current: Session;
  readonly #first: Arena;
  #broken: Session | null = null;
  #reopened = 0;

  private constructor(description: ModelDescription, options: GpuEncoderOptions, session: Session) {
    this.#description = description;
    this.#options = options;
    this.#session = Promise.resolve(session);
    this.#current = session;
    this.#first = session.arena;
  }

  /** Uploads the model and compiles its kernels. */
  static async open(description: ModelDescription, options: GpuEncoderOptions): Promise<GpuEncoder> {
    return new GpuEncoder(description, options, await openSession(description, options));
  }

  get limits(): EncoderLimits {
    const { arena, runner } = this.#current;
    const { maxLength } = this.#description;
    // Batches' arrays were made for the first device's arena: a larger one, opened after a loss, is not filled further.
    const most = Math.min(arena.tokenBudget, this.#first.tokenBudget);
    const tokenBudget = Math.max(maxLength, Math.min(most, runner.bearableTokens));
    const maxSequences = Math.min(arena.maxSequences, this.#first.maxSequences);
    return { tokenBudget, maxSequences, batchesInFlight, padding: null };
  }

  /** What runs: for info(). */
  get report() {
    const { context, numerics, choice, kernels, tuning, arena } = this.#current;
    return {
      adapter: context.report,
      numerics: choice.gemm.many.family === "subgroup-matrix" ? numerics.name : `${numerics.storage}-scalar`,
      storage: numerics.storage,
      kernels,
      tuning,
      tokenBudget: arena.tokenBudget,
    };
  }

  /** Counters: for stats(). */
  get stats() {
    const { context, runner, plan } = this.#current;
    return {
      ...runner.stats,
      dispatchesPerBatch: plan.steps.length,
      gpuBuffers: context.allocations.buffers,
      gpuBytes: context.allocations.bytes,
      pipelinesCompiled: context.pipelines.compiled,
      deviceReopened: this.#reopened,
    };
  }

  async encode(batch: PackedBatch, receive: Receive): Promise<void> {
    checkBatch(batch, this.#description.shape, this.#description.head);
    const session = this.#current;
    try {
      await session.runner.run(batch, receive);
    } catch (error) {
      if (error instanceof NotFiniteError) {
        await runAgain(session, batch, receive);
        return;
      }
      if (!(error instanceof DeviceLostError) || session.context.adopted) throw error;
      const next = await this.#reopen(session);
      // Another adapter may have taken the lost one's place.
      const { tokenBudget, maxSequences } = next.arena;
      if (batch.tokens > tokenBudget || batch.sequences > maxSequences) {
        throw new GpuOutOfMemoryError(
          `The GPU was lost, and the one opened in its place, ${next.context.report.name}, takes batches of ${tokenBudget} tokens and ` +
            `${maxSequences} texts; the one that was away has ${batch.tokens} and ${batch.sequences}. Make the call again: it is cut anew.`,
        );
      }
      await next.runner.run(batch, receive);
    }
  }

  async lastHiddenState(batch: PackedBatch): Promise<Float32Array> {
    const { context, numerics, choice, arena, plan } = this.#current;
    const { shape, head } = this.#description;
    checkBatch(batch, shape, head);
    const words = new Uint32Array(arena.batch.size / 4);
    const written = writeBatch(words, batch, shape, queryRowsOf(choice.attention), 0);
    const stride = stridesOf(shape).hidden;
    const { device } = context;
    const bytes = batch.tokens * stride * (numerics.storage === "f16" ? 2 : 4);
    const readback = makeBuffer(context, "last hidden state", bytes, bufferUsage.mapRead | bufferUsage.copyTarget);
    try {
      device.queue.writeBuffer(arena.batch, 0, words, 0, written.words);
      const encoder = device.createCommandEncoder();
      recordPlan(
        plan,
        encoder,
        { tokens: batch.tokens, sequences: batch.sequences, workItems: written.workItems },
        0,
        plan.encoderSteps,
      );
      encoder.copyBufferToBuffer(arena.hidden, 0, readback, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await readback.mapAsync(mapModeRead);
      return readStored(readback.getMappedRange(), numerics.storage, batch.tokens, shape.hiddenSize, stride);
    } finally {
      releaseBuffers(context, [readback]);
    }
  }

  /** Time of each kernel over one batch, or null where the adapter has no timestamps: for benchmarks. */
  async profile(batch: PackedBatch): Promise<StepTime[] | null> {
    const { context, choice, arena, plan } = this.#current;
    checkBatch(batch, this.#description.shape, this.#description.head);
    const words = new Uint32Array(arena.batch.size / 4);
    const written = writeBatch(words, batch, this.#description.shape, queryRowsOf(choice.attention), 0);
    context.device.queue.writeBuffer(arena.batch, 0, words, 0, written.words);
    const { tokens, sequences } = batch;
    return profilePlan(context, plan, { tokens, sequences, workItems: written.workItems });
  }

  async close(): Promise<void> {
    // Where a lost device could not be opened again, its own buffers are all there is.
    await this.#session.catch(() => null);
    releaseSession(this.#current);
  }

  /** Opens a new session after `broken` was lost; batches that were lost together share it. */
  #reopen(broken: Session): Promise<Session> {
    if (this.#broken !== broken) {
      this.#broken = broken;
      this.#session = openSession(this.#description, this.#options).then(
        (session) => {
          releaseSession(broken);
          // It may be there still: what is known is that it cannot be trusted. Other models that use it open it anew as this one did.
          if (!broken.context.adopted) broken.context.device.destroy();
          this.#current = session;
          this.#reopened += 1;
          return session;
        },
        (error: unknown) => {
          // The adapter may be back when the next call asks.
          this.#broken = null;
          throw error;
        },
      );
    }
    return this.#session;
  }
}

/** Once more: rows that are not finite are the model's own, unless a command before the last one was lost. */
async function runAgain(session: Session, batch: PackedBatch, receive: Receive): Promise<void> {
  try {
    await session.runner.run(batch, receive);
  } catch (error) {
    throw error instanceof NotFiniteError ? notFinite() : error;
  }
}

async function openSession(description: ModelDescription, options: GpuEncoderOptions): Promise<Session> {
  const context = await options.open();
  const { shape, weights, head, maxLength } = description;
  checkHiddenSize(shape);
  const numerics = options.numerics(context);
  const { choice, kernels, tuning } = await chooseKernels(context, numerics, shape, head, maxLength);
  const uploaded = await uploadWeights(
    context,
    shape,
    weights,
    head,
    numerics.storage,
    weightLayout(choice.gemm.many),
    maxLength,
  );
  let arena: Arena | null = null;
  try {
    const wanted = options.tokenBudget ?? usualTokenBudget(context, numerics);
    arena = await makeArena(
      context,
      shape,
      head,
      numerics.storage,
      queryRowsOf(choice.attention),
      Math.max(wanted, maxLength),
      maxLength,
    );
    const plan = await makePlan(context, shape, head, numerics.storage, choice, uploaded, arena, maxLength);
    const runner = new BatchRunner(context, shape, head.dimensions, queryRowsOf(choice.attention), arena, plan);
    return { context, numerics, choice, kernels, tuning, weights: uploaded, arena, plan, runner };
  } catch (error) {
    if (arena !== null) releaseBuffers(context, arena.buffers);
    releaseWeights(context, uploaded);
    throw error;
  }
}

function usualTokenBudget({ report }: GpuContext, { matrix }: NumericsClass): number {
  if (report.software) return softwareTokenBudget;
  return matrix === null ? gpuTokenBudget : matrixTokenBudget;
}

function releaseSession({ context, weights, arena }: Session): void {
  releaseBuffers(context, arena.buffers);
  releaseWeights(context, weights);
}
