/**
 * Maps a buffer for reading, in browsers too that look at a GPU's work from a timer alone, and not for ever: a GPU that hangs answers nothing.
 *
 * Firefox does that every 100 ms (its bug 1870699), which every batch would wait for; any submission makes it look. So empty ones go to the
 * queue until the map is there.
 */
import { completesFromTimer } from "#platform/webgpu";
import { mapModeRead } from "./buffers.ts";

/** Milliseconds between two looks: short at first, for a query; a long batch is not disturbed much. */
const shortestPause = 1;
const longestPause = 8;

/**
 * Seconds without an answer after which a device counts as hung. Most batches take less than a second, and most systems reset a GPU that hangs for
 * ten; but a text of 32,768 tokens through a large model may take a small GPU a minute or two, and a software adapter on a busy machine longer.
 */
export const longestSilence = { gpu: 300, software: 900 };

/** Resolves when the buffer is mapped; rejects as mapAsync does, or when the device has been silent for too long. */
export async function mapForReading(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes: number = buffer.size,
  needsNudges = completesFromTimer(),
): Promise<void> {
  const mapped = buffer.mapAsync(mapModeRead, 0, bytes);
  if (needsNudges) void nudge(device, mapped);
  const { gpu, software } = longestSilence;
  await answered(mapped, device.adapterInfo?.isFallbackAdapter ? software : gpu);
}

/** Counts seconds in which this process ran: one that was stopped, or a machine that slept, did not wait. */
async function answered(work: Promise<unknown>, seconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    let left = seconds;
    const tick = (): void => {
      if (left <= 0) reject(new Error(`the GPU has given no answer for ${seconds} seconds`));
      else timer = setTimeout(tick, Math.min(left, 1) * 1_000);
      left -= 1;
    };
    tick();
  });
  try {
    await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function nudge(device: GPUDevice, mapped: Promise<unknown>): Promise<void> {
  let isPending = true;
  const ended = (): void => void (isPending = false);
  mapped.then(ended, ended);
  for (let pause = shortestPause; ; pause = Math.min(pause * 1.5, longestPause)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (!isPending) return;
    device.queue.submit([device.createCommandEncoder().finish()]);
  }
}
