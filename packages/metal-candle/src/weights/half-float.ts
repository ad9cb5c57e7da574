/**
 * 16-bit floats to f32 and back: F16 (IEEE 754 half) and BF16 (the upper half of an f32).
 *
 * Bulk conversions for weight files. F16 goes through a table of all 65,536 values, made at the first use (256 KB, about a
 * millisecond); BF16 is a shift. Assumes a little-endian machine, as the whole engine does (WebGPU knows no other).
 */

let table: Float32Array | null = null;

/** All halves by their bits. */
function halfTable(): Float32Array {
  if (table !== null) return table;
  table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 31) table[bits] = fraction === 0 ? sign * Infinity : NaN;
    else if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
}

/** Writes `source` (F16 bits) to `target` as f32, from `offset` on. */
export function halfToFloat(source: Uint16Array, target: Float32Array, offset = 0): void {
  const halves = halfTable();
  for (let index = 0; index < source.length; index++) target[offset + index] = halves[source[index]];
}

/** Writes `source` (BF16 bits) to `target` as f32, from `offset` on. */
export function bfloatToFloat(source: Uint16Array, target: Float32Array, offset = 0): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let index = 0; index < source.length; index++) bits[offset + index] = source[index] << 16;
}

/** The half nearest to an f32, by the bits of both; ties to even, as IEEE 754 and NumPy's astype have it. `overflow` stands for what no half holds. */
export function halfOf(bits: number, overflow: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 and above rounds to infinity.
  if (magnitude >= 0x477ff000) return sign | overflow;
  // 13 fraction bits fall away; the carry may run into the exponent, which is right.
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  // Subnormal halves are multiples of 2⁻²⁴.
  const shift = 126 - (magnitude >>> 23);
  if (shift > 25) return sign;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const whole = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return sign | (whole + (rest > middle || (rest === middle && (whole & 1) === 1) ? 1 : 0));
}

const oneFloat = new Float32Array(1);
const oneFloatBits = new Uint32Array(oneFloat.buffer);

/** The F16 bits of a number: first rounded to f32, then to F16. */
export function floatToHalf(value: number): number {
  oneFloat[0] = value;
  return halfOf(oneFloatBits[0], 0x7c00);
}

/** The F16 bits of many values. What no half holds becomes ±65504, as the kernels' own stores do it; NaN stays NaN. */
export function floatsToHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < halves.length; index++) halves[index] = halfOf(bits[index], 0x7bff);
  return halves;
}

/** Rounds to the nearest whole number, ties to even, as IEEE 754 and NumPy's rint do (Math.round takes ties up). */
export function roundHalfEven(value: number): number {
  // Adding and taking away 2⁵² leaves no fraction bits in a double, so the addition itself rounds, to nearest even.
  const magic = value < 0 ? -(2 ** 52) : 2 ** 52;
  return value + magic - magic;
}
