/**
 * onnxruntime on a thread of its own: its native build computes on the thread that calls it, and a server's event loop would stand still for
 * each batch (0.1 s with MiniLM on two cores, a second with a model of 110 million weights). Part of the onnxruntime door.
 *
 * Costs a V8 isolate, about 10 MB, and 40 ms when it is opened, so it is for processes that live long.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WorkerLostError } from "../errors.ts";
import { buffersOf } from "./onnx-session.ts";
import type { OnnxAnswer, OnnxSession, OnnxSessionOptions, OnnxTask } from "./onnx-types.ts";
import { startThread } from "./worker.node.ts";

/** The compiled thread; there is none where the sources run. */
const compiled = new URL("./onnx-worker.node.js", import.meta.url);

/**
 * Opens a session there, which takes the weights over. Null where there is no such thread, or where it could not run the native build: the
 * WebAssembly build has one thread within another's. Then the caller's thread has to do, and the weights are still the caller's.
 */
export async function openOnThread(
  { model, weights, threads }: OnnxSessionOptions,
  entry: URL = compiled,
): Promise<OnnxSession | null> {
  if (!existsSync(fileURLToPath(entry))) return null;
  const port = startThread(entry);
  const waiting: { resolve: (answer: OnnxAnswer) => void; reject: (reason: Error) => void }[] = [];
  let lost: Error | null = null;
  port.onMessage((message) => waiting.shift()?.resolve(message as OnnxAnswer));
  port.onFailure((reason) => {
    lost ??= new WorkerLostError(`The thread of the CPU device ended: ${reason.message}`, { cause: reason });
    for (const { reject } of waiting.splice(0)) reject(lost);
  });
  const ask = async (task: OnnxTask, transfer: ArrayBuffer[] = []): Promise<OnnxAnswer> => {
    if (lost !== null) throw lost;
    const answer = await new Promise<OnnxAnswer>((resolve, reject) => {
      waiting.push({ resolve, reject });
      port.post(task, transfer);
    });
    if ("failure" in answer) throw new Error(answer.failure);
    return answer;
  };
  const loaded = await ask({ load: { threads } }).catch(() => null);
  if (loaded === null || !("notice" in loaded) || loaded.notice !== null) {
    await port.close();
    return null;
  }
  try {
    await ask({ open: { model, weights, threads } }, buffersOf(weights));
  } catch (error) {
    await port.close();
    throw error;
  }
  return {
    notice: null,
    async run(inputs, output) {
      const answer = await ask({ inputs, output });
      return "rows" in answer ? answer.rows : new Float32Array();
    },
    async release() {
      if (lost === null) await ask({ release: true });
      await port.close();
    },
  };
}
