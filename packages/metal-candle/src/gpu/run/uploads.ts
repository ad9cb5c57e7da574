/** The buffers that an upload made so far, and whether there was memory for them: asked at the end, so that no upload waits for an answer. */
import { allocateScoped } from "../device/buffers.ts";
import type { GpuContext } from "../device/context.ts";

export class Uploads {
  readonly buffers: GPUBuffer[] = [];
  readonly #context: GpuContext;
  readonly #answers: Promise<boolean>[] = [];

  constructor(context: GpuContext) {
    this.#context = context;
  }

  make(allocate: () => GPUBuffer): GPUBuffer {
    const { value, exhausted } = allocateScoped(this.#context, allocate);
    this.buffers.push(value);
    this.#answers.push(exhausted);
    // Whoever asks hears it; it may be asked much later.
    exhausted.catch(() => undefined);
    return value;
  }

  /** @throws DeviceLostError for an error of another kind */
  async exhausted(): Promise<boolean> {
    return (await Promise.all(this.#answers)).includes(true);
  }
}
