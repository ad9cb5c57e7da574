/**
 * Where a batch's time goes on the GPU: each step of the plan in a compute pass of its own, with timestamps around it. Passes of their own
 * cost a little more than steps of one pass; the sum is therefore above a batch's real time.
 */
import {
  bufferUsage,
  makeBuffer,
  mapModeRead,
  releaseBuffers,
} from "../../packages/metal-candle/dist/gpu/device/buffers.js";
import { queryRowsOf } from "../../packages/metal-candle/dist/gpu/kernels/attention/attention.js";
import { writeBatch } from "../../packages/metal-candle/dist/gpu/run/batch-writer.js";

/**
 * Runs a session's plan once over a batch and times every step; null where the adapter has no timestamp queries.
 *
 * @param {import("../../packages/metal-candle/dist/gpu/run/session.js").Session} session
 * @param {import("../../packages/metal-candle/dist/encoder/packed-batch.js").PackedBatch} batch
 */
export async function profileBatch({ setup, arena, plan }, batch) {
  const { context, encoder: description, choice } = setup;
  const { device } = context;
  if (!device.features.has("timestamp-query")) return null;
  const words = new Uint32Array(arena.batch.size / 4);
  const written = writeBatch(words, batch, description, queryRowsOf(choice.attention), 0);
  device.queue.writeBuffer(arena.batch, 0, words, 0, written.words);
  const size = { tokens: batch.tokens, sequences: batch.sequences, workItems: written.workItems };
  const count = plan.steps.length * 2;
  const querySet = device.createQuerySet({ type: "timestamp", count });
  const resolved = makeBuffer(context, "timestamps", count * 8, bufferUsage.queryResolve | bufferUsage.copySource);
  const readback = makeBuffer(context, "timestamps readback", count * 8, bufferUsage.mapRead | bufferUsage.copyTarget);
  try {
    const encoder = device.createCommandEncoder();
    plan.steps.forEach((step, index) => {
      const timestampWrites = { querySet, beginningOfPassWriteIndex: index * 2, endOfPassWriteIndex: index * 2 + 1 };
      const pass = encoder.beginComputePass({ timestampWrites });
      pass.setPipeline(step.pipeline);
      pass.setBindGroup(0, step.bindings);
      pass.dispatchWorkgroups(...step.grid(size));
      pass.end();
    });
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readback, 0, count * 8);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(mapModeRead);
    const times = new BigUint64Array(readback.getMappedRange());
    return plan.steps.map((step, index) => ({
      label: step.label,
      microseconds: Number(times[index * 2 + 1] - times[index * 2]) / 1000,
    }));
  } finally {
    releaseBuffers(context, [resolved, readback]);
    querySet.destroy();
  }
}
