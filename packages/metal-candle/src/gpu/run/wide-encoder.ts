/**
 * Texts whose values leave f16's range, computed by the same model stored in f32.
 *
 * Which texts these are depends on nothing but the text (each row has a flag of its own), so a text has the same vector in every batch: f16's
 * where that holds it, else f32's. The f32 encoder is opened when the first such text comes: most models never have one.
 */
import type { Encoder, Receive } from "../../encoder/encoder.ts";
import type { PackedBatch } from "../../encoder/packed-batch.ts";
import { groupsWithin, putRows, someSequences } from "../../encoder/some-sequences.ts";
import { GpuOutOfMemoryError } from "../../errors.ts";
import type { BeyondHalfError } from "./batch-runner.ts";

/** Tokens of its batches: beside an encoder that has the GPU's memory already, and for few texts. */
export const wideTokenBudget = 4_096;

export class WideEncoder {
  readonly #open: () => Promise<Encoder>;
  readonly #onNotice: ((message: string) => void) | undefined;
  #encoder: Promise<Encoder> | null = null;
  /** Texts computed so far. */
  texts = 0;
  /** The numerics class by which, once there was one. */
  numerics: string | null = null;

  constructor(open: () => Promise<Encoder>, onNotice?: (message: string) => void) {
    this.#open = open;
    this.#onNotice = onNotice;
  }

  /**
   * Computes the texts that `failure` names and hands on the whole batch's rows.
   * @throws GpuOutOfMemoryError where the model does not fit once more, in f32; else what opening and encoding throw
   */
  async complete(batch: PackedBatch, { rows, stride, sequences }: BeyondHalfError, receive: Receive): Promise<void> {
    const encoder = await this.#opened();
    for (const chosen of groupsWithin(batch, sequences, encoder.limits)) {
      await encoder.encode(someSequences(batch, chosen), (own, ownStride) =>
        putRows(batch, chosen, own, ownStride, rows),
      );
      this.texts += chosen.length;
    }
    receive(rows, stride);
  }

  async close(): Promise<void> {
    // One that could not be opened has nothing to close.
    const encoder = await this.#encoder?.catch(() => null);
    await encoder?.close();
  }

  #opened(): Promise<Encoder> {
    return (this.#encoder ??= this.#open().then(
      (encoder) => {
        this.numerics = encoder.report().numerics;
        this.#onNotice?.(
          "metal-candle: values of a text leave the range of f16 (±65504). It is computed in f32, and so is each text like it; " +
            'where that is most of them, dtype "f32" is faster',
        );
        return encoder;
      },
      (error: unknown) => {
        // There may be room when the next one comes.
        this.#encoder = null;
        if (!(error instanceof GpuOutOfMemoryError)) throw error;
        throw new GpuOutOfMemoryError(
          `Values of a text leave the range of f16 (±65504), and there is no room for the model in f32 beside it. Load it with dtype "f32". ${error.message}`,
          { cause: error },
        );
      },
    ));
  }
}
