/** Waiting for a GPU's answer: a device that hangs is given up, a process that was stopped meanwhile does not count the time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { longestSilence, mapForReading } from "../../../src/gpu/device/map-read.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

const deviceOf = (isFallbackAdapter: boolean): GPUDevice => ({ adapterInfo: { isFallbackAdapter } }) as GPUDevice;

function bufferThat(answer: Promise<void>): GPUBuffer {
  return { size: 4, mapAsync: () => answer } as unknown as GPUBuffer;
}

test.each([
  [false, longestSilence.gpu],
  [true, longestSilence.software],
])("on a software adapter %s a silence of %i seconds is a hung device, and no less is", async (isSoftware, seconds) => {
  const outcome = vi.fn<(said: string) => void>();
  const never = new Promise<void>(() => undefined);
  mapForReading(deviceOf(isSoftware), bufferThat(never), 4, false).then(
    () => outcome("mapped"),
    (error: Error) => outcome(error.message),
  );
  await vi.advanceTimersByTimeAsync((seconds - 1) * 1_000);
  expect(outcome).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(outcome).toHaveBeenCalledWith(`the GPU has given no answer for ${seconds} seconds`);
  expect(vi.getTimerCount()).toBe(0);
});

test("an answer, or an error, ends the waiting", async () => {
  await mapForReading(deviceOf(false), bufferThat(Promise.resolve()), 4, false);
  await expect(mapForReading(deviceOf(false), bufferThat(Promise.reject(new Error("gone"))), 4, false)).rejects.toThrow(
    "gone",
  );
  expect(vi.getTimerCount()).toBe(0);
});
