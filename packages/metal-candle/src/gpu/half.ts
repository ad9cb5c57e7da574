/**
 * f32 to f16 in bulk, for uploads. Rounds to nearest even; overflow is clamped to ±65504, as the kernels' own stores are.
 *
 * weights/half-float.ts has the exact one-value form that quantisation needs; this one is made for tens of millions of values.
 */

const float = new Float32Array(1 << 12);
const bits = new Uint32Array(float.buffer);

/** The f16 bits of each value. Subnormal halves are kept. */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  for (let first = 0; first < values.length; first += float.length) {
    const count = Math.min(float.length, values.length - first);
    float.set(values.subarray(first, first + count));
    for (let i = 0; i < count; i++) {
      const word = bits[i];
      const sign = (word >>> 16) & 0x8000;
      const magnitude = word & 0x7fffffff;
      if (magnitude >= 0x477ff000) {
        halves[first + i] = sign | 0x7bff;
      } else if (magnitude < 0x38800000) {
        // Below 2⁻¹⁴: adding 0.5 leaves the subnormal's ten bits at the bottom, rounded to nearest even by the addition.
        float[i] = Math.fround(Math.abs(float[i]) + 0.5);
        halves[first + i] = sign | (bits[i] & 0x7ff);
      } else {
        const odd = (magnitude >>> 13) & 1;
        halves[first + i] = sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
      }
    }
  }
  return halves;
}
