/** The thread that onnxruntime computes on, where it has one of its own: opens a session, runs it, releases it. onnx-thread.node.ts talks to it. */
import { MessageChannel } from "node:worker_threads";
import { serveWorker } from "#platform/serve-worker";
import { createOnnxSession, onnxNotice } from "./onnx.node.ts";
import { buffersOf } from "./onnx-session.ts";
import type { OnnxAnswer, OnnxSession, OnnxTask } from "./onnx-types.ts";
import type { WorkerAnswer } from "./worker-types.ts";

let session: OnnxSession | null = null;

serveWorker(async (message): Promise<WorkerAnswer> => {
  try {
    return await answer(message as OnnxTask);
  } catch (error) {
    return { message: { failure: (error as Error).message } satisfies OnnxAnswer, transfer: [] };
  }
});

async function answer(task: OnnxTask): Promise<WorkerAnswer> {
  if ("load" in task) {
    return { message: { notice: await onnxNotice(task.load.threads, true) } satisfies OnnxAnswer, transfer: [] };
  }
  if ("open" in task) {
    session = await createOnnxSession(task.open);
    free(buffersOf(task.open.weights));
    return { message: { opened: true } satisfies OnnxAnswer, transfer: [] };
  }
  if ("release" in task) {
    await session?.release();
    return { message: { released: true } satisfies OnnxAnswer, transfer: [] };
  }
  const rows = (await session!.run(task.inputs, task.output)) as Float32Array<ArrayBuffer>;
  return { message: { rows } satisfies OnnxAnswer, transfer: [rows.buffer] };
}

/** Gives memory back at once, of which onnxruntime has its own copy: this thread may not collect garbage for hours. */
function free(buffers: ArrayBuffer[]): void {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(null, buffers);
  port2.close();
}
