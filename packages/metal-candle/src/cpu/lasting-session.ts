/**
 * A session that is opened again where its thread has died, as the GPU's device is after a loss: one call is tried twice, and a second death
 * is the caller's to know.
 */
import { WorkerLostError } from "../errors.ts";
import type { OnnxSession } from "../platform/onnx-types.ts";

/**
 * @param open reads the weights and opens a session; called again after a loss
 * @throws what `open` throws
 */
export async function lastingSession(open: () => Promise<OnnxSession>): Promise<OnnxSession> {
  const first = await open();
  let current = Promise.resolve(first);
  return {
    notice: first.notice,
    async run(inputs, output) {
      const used = current;
      // One that could not be opened again: perhaps it can be now.
      const session = await used.catch(() => null);
      try {
        if (session !== null) return await session.run(inputs, output);
      } catch (error) {
        if (!(error instanceof WorkerLostError)) throw error;
        await session?.release();
      }
      // Calls that lost the same one wait for one new one.
      if (current === used) current = open();
      return (await current).run(inputs, output);
    },
    async release() {
      await (await current.catch(() => null))?.release();
    },
  };
}
