/**
 * What embedTokens needs beside the plan, made when it is first called: the kernel that follows the last layer in place of the head, proved
 * like every other, and buffers for rows of tokens. Most models are never asked, so nothing of it is there before.
 */
import { GpuOutOfMemoryError } from "../../errors.ts";
import { allocates, bufferUsage, makeBuffer, releaseBuffers } from "../device/buffers.ts";
import { lossBehind } from "../device/context.ts";
import { outputStride } from "../kernels/pooling/finished-row.ts";
import { tokenRowsCheck } from "../kernels/pooling/token-rows-check.ts";
import { tokenRowsGrid, tokenRowsProgram } from "../kernels/pooling/token-rows.ts";
import { KernelProofs } from "../prove/kernel-proofs.ts";
import { batchesInFlight, submitMarks, type Arena } from "./arena.ts";
import { stridesOf } from "./layout.ts";
import { compileRun, type Run } from "./plan.ts";
import type { EncoderSetup } from "./setup.ts";

/** Bytes of rows that come back at once, unless one text of the maximum length has more. */
const usualBytes = 1 << 24;

/** The kernel, and where its rows go. */
export interface TokenOutput {
  readonly step: Run;
  readonly output: GPUBuffer;
  /** One for each batch in flight. */
  readonly readbacks: readonly GPUBuffer[];
}

export class TokenRows {
  /** Most tokens of a batch. */
  readonly capacity: number;
  readonly #setup: EncoderSetup;
  readonly #arena: Arena;
  #opening: Promise<TokenOutput> | null = null;
  #buffers: readonly GPUBuffer[] = [];
  #released = false;

  constructor(setup: EncoderSetup, arena: Arena) {
    this.#setup = setup;
    this.#arena = arena;
    const bytes = this.#rowBytes;
    const most = Math.floor(setup.context.report.limits.maxStorageBufferBindingSize / bytes);
    const wanted = Math.max(Math.floor(usualBytes / bytes), setup.longest);
    this.capacity = Math.min(arena.tokenBudget, wanted, most);
  }

  /**
   * The same promise for all who ask; after a failure the next call tries again.
   * @throws KernelCheckError, GpuOutOfMemoryError, DeviceLostError
   */
  open(): Promise<TokenOutput> {
    this.#opening ??= this.#open().catch(async (error: unknown) => {
      this.#opening = null;
      throw await lossBehind(this.#setup.context, "vectors of tokens were made ready", error);
    });
    return this.#opening;
  }

  release(): void {
    this.#released = true;
    releaseBuffers(this.#setup.context, this.#buffers);
    this.#buffers = [];
  }

  get #rowBytes(): number {
    return outputStride(this.#setup.encoder.hiddenSize) * 4;
  }

  async #open(): Promise<TokenOutput> {
    const { context, encoder, storage } = this.#setup;
    const shape = { storage, width: encoder.hiddenSize, stride: stridesOf(encoder).hidden };
    const program = tokenRowsProgram(shape);
    const proofs = await KernelProofs.open(context);
    await proofs.prove("token rows", [[null, "row", () => [tokenRowsCheck(shape)]]]);
    await proofs.save();
    const bytes = this.capacity * this.#rowBytes;
    const { value: buffers, exhausted } = await allocates(context, () => [
      makeBuffer(context, "token rows", bytes, bufferUsage.storage | bufferUsage.copySource),
      ...Array.from({ length: batchesInFlight }, (_, i) =>
        makeBuffer(
          context,
          `token readback ${i}`,
          bytes + submitMarks * 4,
          bufferUsage.mapRead | bufferUsage.copyTarget,
        ),
      ),
    ]);
    if (exhausted || this.#released) {
      releaseBuffers(context, buffers);
      throw new GpuOutOfMemoryError(
        `${context.report.name} has no room for the vectors of ${this.capacity} tokens. Close other programs that use the GPU, lower ` +
          `maxLength, or use device "cpu".`,
      );
    }
    this.#buffers = buffers;
    const [output, ...readbacks] = buffers;
    const { batch, hidden, overflow } = this.#arena;
    const step = await compileRun(context, program, [batch, hidden, output, overflow], (size) =>
      tokenRowsGrid(size.tokens),
    );
    return { step, output, readbacks };
  }
}
