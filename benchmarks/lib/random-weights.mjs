/** A safetensors file of random weights in F16, for models that are timed and not read: small values of either sign, one block repeated with shifts. */
import { closeSync, openSync, writeSync } from "node:fs";

/**
 * @param {string} path
 * @param {readonly [string, number[]][]} tensors names and shapes, in the order of the file
 * @param {(name: string) => number | null} constant the value of a tensor that is not random, as a half's bits: 0x3c00 is one
 */
export function writeRandomWeights(path, tensors, constant) {
  let offset = 0;
  const header = {};
  for (const [key, shape] of tensors) {
    const bytes = shape.reduce((product, size) => product * size, 2);
    header[key] = { dtype: "F16", shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const file = openSync(path, "w");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeSync(file, length);
  writeSync(file, text);
  const block = randomHalves(1 << 20);
  for (const [key, shape] of tensors) {
    let left = shape.reduce((product, size) => product * size, 1);
    const value = constant(key);
    const fixed = value === null ? null : new Uint16Array(left).fill(value);
    for (let part = 0; left > 0; part++) {
      const start = (part * 7919) % 4096;
      const values = fixed ?? block.subarray(start, Math.min(block.length, start + left));
      writeSync(file, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
      left -= values.length;
    }
  }
  closeSync(file);
}

/** Half-precision values of magnitude 0.015 to 0.06, either sign, from a fixed seed. */
function randomHalves(count) {
  let state = 1;
  return Uint16Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 0x2400 + ((state >>> 12) & 0x7ff) + ((state >>> 16) & 0x8000);
  });
}
