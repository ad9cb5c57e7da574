/**
 * The GPU encoder: a session on one device, and the rule for when that device is lost.
 *
 * After a loss the session is opened again on a new device, and the batches that were away run again, once; a second loss is the
 * caller's to know. A device that was lost before a batch went, or while a session was opened on it, costs no batch its second try.
 * stats().deviceReopened counts. Texts whose values leave f16's range go to a second encoder, in f32 (wide-encoder.ts).
 */
import { checkBatch } from "../../encoder/check-batch.ts";
import type { Encoder, EncoderLimits, Receive } from "../../encoder/encoder.ts";
import { notFinite } from "../../encoder/not-finite.ts";
import type { PackedBatch } from "../../encoder/packed-batch.ts";
import type { EncoderReport, GpuStats } from "../../encoder/report.ts";
import { DeviceLostError, GpuOutOfMemoryError } from "../../errors.ts";
import type { ModelDescription } from "../../models/description.ts";
import { batchesInFlight, type Arena } from "./arena.ts";
import { BackgroundTuning } from "./background-tuning.ts";
import { BeyondHalfError, NotFiniteError } from "./batch-runner.ts";
import { openSession, releaseSession, type Session, type SessionOptions } from "./session.ts";
import { WideEncoder, wideTokenBudget } from "./wide-encoder.ts";

export class GpuEncoder implements Encoder {
  readonly #description: ModelDescription;
  readonly #options: SessionOptions;
  #session: Promise<Session>;
  #current: Session;
  readonly #first: Arena;
  #broken: Session | null = null;
  #tuning: BackgroundTuning;
  #reopened = 0;
  readonly #wide: WideEncoder;

  private constructor(description: ModelDescription, options: SessionOptions, session: Session) {
    this.#description = description;
    this.#options = options;
    this.#session = Promise.resolve(session);
    this.#current = session;
    this.#tuning = new BackgroundTuning(session);
    this.#first = session.arena;
    const wide: SessionOptions = {
      ...options,
      numerics: (context) => options.numerics(context, "f32"),
      tokenBudget: wideTokenBudget,
    };
    this.#wide = new WideEncoder(() => GpuEncoder.open(description, wide), options.onNotice);
  }

  /** Uploads the model and compiles its kernels, again where the device was lost meanwhile; its errors are openSession's. */
  static async open(description: ModelDescription, options: SessionOptions, signal?: AbortSignal): Promise<GpuEncoder> {
    return new GpuEncoder(description, options, await openTwice(description, options, signal));
  }

  get limits(): EncoderLimits {
    const { arena, runner, tokenRows } = this.#current;
    const { maxLength } = this.#description;
    // Batches' arrays were made for the first device's arena: a larger one, opened after a loss, is not filled further.
    const most = Math.min(arena.tokenBudget, this.#first.tokenBudget);
    const tokenBudget = Math.max(maxLength, Math.min(most, runner.bearableTokens));
    const maxSequences = Math.min(arena.maxSequences, this.#first.maxSequences);
    const perTokenBudget = Math.min(tokenBudget, tokenRows.capacity);
    return { tokenBudget, perTokenBudget, maxSequences, batchesInFlight, padding: null };
  }

  report(): EncoderReport {
    const { setup, numerics, kernels, tuning } = this.#current;
    const { context, choice, storage } = setup;
    return {
      dtype: storage,
      adapter: context.report,
      numerics: choice.gemm.large.family === "subgroup-matrix" ? numerics.name : `${storage}-scalar`,
      kernels,
      tuning,
      beyondHalf: this.#wide.numerics,
    };
  }

  stats(): GpuStats {
    const { setup, runner, plan } = this.#current;
    const { allocations, pipelines } = setup.context;
    return {
      ...runner.stats,
      dispatchesPerBatch: plan.steps.length,
      gpuBuffers: allocations.buffers,
      gpuBytes: allocations.bytes,
      pipelinesCompiled: pipelines.compiled,
      deviceReopened: this.#reopened,
      textsBeyondHalf: this.#wide.texts,
    };
  }

  async encode(batch: PackedBatch, receive: Receive): Promise<void> {
    checkBatch(batch, this.#description.encoder, this.#description.head);
    try {
      await this.#encode(batch, receive);
    } catch (error) {
      if (!(error instanceof BeyondHalfError)) throw error;
      await this.#wide.complete(batch, error, receive);
    }
  }

  async #encode(batch: PackedBatch, receive: Receive): Promise<void> {
    let session = this.#current;
    const { context } = session.setup;
    if (context.loss.reason !== null && !context.adopted) {
      session = await this.#reopen(session);
      checkRoom(batch, session);
    }
    try {
      await session.runner.run(batch, receive);
    } catch (error) {
      if (error instanceof NotFiniteError) {
        await runAgain(session, batch, receive);
        return;
      }
      if (!(error instanceof DeviceLostError) || session.setup.context.adopted) throw error;
      const next = await this.#reopen(session);
      checkRoom(batch, next);
      await next.runner.run(batch, receive);
    }
  }

  async close(): Promise<void> {
    // Where a lost device could not be opened again, its own buffers are all there is.
    await this.#session.catch(() => null);
    await this.#tuning.stop();
    await this.#wide.close();
    releaseSession(this.#current);
  }

  /** Opens a new session after `broken` was lost; batches that were lost together share it. */
  #reopen(broken: Session): Promise<Session> {
    if (this.#broken !== broken) {
      this.#broken = broken;
      const measured = this.#tuning.stop();
      this.#session = openTwice(this.#description, this.#options).then(
        async (session) => {
          await measured;
          this.#tuning = new BackgroundTuning(session);
          releaseSession(broken);
          // It may still exist, but its results can no longer be trusted. Other models that use it open a new one as this one did.
          if (!broken.setup.context.adopted) broken.setup.context.device.destroy();
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

/** Opens a session, again where its device is lost meanwhile. */
async function openTwice(
  description: ModelDescription,
  options: SessionOptions,
  signal?: AbortSignal,
): Promise<Session> {
  try {
    return await openSession(description, options, signal);
  } catch (error) {
    if (!(error instanceof DeviceLostError)) throw error;
    return openSession(description, options, signal);
  }
}

/**
 * Another adapter may have taken the lost one's place.
 * @throws GpuOutOfMemoryError for a batch that it does not hold
 */
function checkRoom(batch: PackedBatch, { arena, setup }: Session): void {
  const { tokenBudget, maxSequences } = arena;
  if (batch.tokens <= tokenBudget && batch.sequences <= maxSequences) return;
  throw new GpuOutOfMemoryError(
    `The GPU was lost, and the one opened in its place, ${setup.context.report.name}, takes batches of ${tokenBudget} tokens and ` +
      `${maxSequences} texts; the one that was away has ${batch.tokens} and ${batch.sequences}. Make the call again: it is cut anew.`,
  );
}

/** Once more: rows that are not finite are the model's own, unless a command before the last one was lost. */
async function runAgain(session: Session, batch: PackedBatch, receive: Receive): Promise<void> {
  try {
    await session.runner.run(batch, receive);
  } catch (error) {
    throw error instanceof NotFiniteError ? notFinite() : error;
  }
}
