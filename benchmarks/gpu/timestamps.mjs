/** Timing one kernel by the GPU's own clock, and filling buffers with random values. */

/** A card that has been idle runs at a fraction of its clock: so long it is kept busy before anything counts. */
const wakeUpMilliseconds = 150;

/** Best of five runs of ten dispatches, on a card that was woken up first. */
export async function timestamps(device, pipeline, bindings, grid) {
  const querySet = device.createQuerySet({ type: "timestamp", count: 2 });
  const resolved = device.createBuffer({ size: 16, usage: 0x200 | 4 });
  const readback = device.createBuffer({ size: 16, usage: 1 | 8 });
  let best = Infinity;
  let counted = 0;
  const start = performance.now();
  while (counted < 5) {
    const awake = performance.now() - start > wakeUpMilliseconds;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    const dispatches = 10;
    for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(...grid);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readback, 0, 16);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(1);
    const [begin, end] = new BigUint64Array(readback.getMappedRange().slice(0));
    readback.unmap();
    if (!awake) continue;
    best = Math.min(best, Number(end - begin) / 1e6 / dispatches);
    counted++;
  }
  querySet.destroy();
  resolved.destroy();
  readback.destroy();
  return best;
}

/** Random values: zeros run faster than real data does. */
export function fill(device, buffer, storage) {
  const block = storage === "f16" ? new Uint16Array(1 << 19) : new Float32Array(1 << 18);
  let state = 1;
  for (let i = 0; i < block.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    block[i] =
      storage === "f16" ? 0x2800 + ((state >>> 12) & 0xbff) + ((state >>> 16) & 0x8000) : state / 2 ** 32 - 0.5;
  }
  for (let at = 0; at < buffer.size; at += block.byteLength) {
    const bytes = Math.min(block.byteLength, buffer.size - at);
    device.queue.writeBuffer(buffer, at, block, 0, bytes / block.BYTES_PER_ELEMENT);
  }
}
