/**
 * Maps a buffer for reading, in browsers too that look at a GPU's work from a timer alone.
 *
 * Firefox does that every 100 ms (its bug 1870699), which every batch would wait for; any submission makes it look. So empty ones go to the
 * queue until the map is there.
 */
import { completesFromTimer } from "#platform/webgpu";
import { mapModeRead } from "./buffers.ts";

/** Milliseconds between two looks: short at first, for a query; a long batch is not disturbed much. */
const shortestPause = 1;
const longestPause = 8;

/** Resolves when the buffer is mapped; rejects as mapAsync does. */
export async function mapForReading(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes: number = buffer.size,
  needsNudges = completesFromTimer(),
): Promise<void> {
  const mapped = buffer.mapAsync(mapModeRead, 0, bytes);
  if (needsNudges) void nudge(device, mapped);
  await mapped;
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
