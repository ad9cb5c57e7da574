/**
 * Where a batch's time goes on the GPU: each step of the plan in a compute pass of its own, with timestamps around it.
 *
 * For benchmarks. Passes of their own cost a little more than steps of one pass; the sum is therefore above a batch's real time.
 */
import { bufferUsage, makeBuffer, mapModeRead, releaseBuffers } from "./buffers.ts";
import type { GpuContext } from "./device.ts";
import type { BatchSize, Plan } from "./plan.ts";

export interface StepTime {
  /** Operation and variant of the kernel. */
  readonly label: string;
  readonly microseconds: number;
}

/**
 * Runs the plan once over the batch that is in the arena and times every step.
 * Returns null where the adapter has no timestamp queries.
 */
export async function profilePlan(context: GpuContext, plan: Plan, size: BatchSize): Promise<StepTime[] | null> {
  const { device } = context;
  if (!device.features.has("timestamp-query")) return null;
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
