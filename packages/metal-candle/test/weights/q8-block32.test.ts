/** 8-bit blocks straight to halves: what the way by f32 gives, bit for bit. */
import { expect, test } from "vitest";
import { floatsToHalves } from "../../src/weights/half-float.ts";
import { dequantize, dequantizeToHalves, fitHalves } from "../../src/weights/q8-block32.ts";

/** Every scale that a half can be, each with 32 of the 256 bytes: other ones for its neighbours. */
function everyScale(turn: number): { quantized: Int8Array; scales: Uint16Array } {
  const scales = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const quantized = Int8Array.from(
    { length: 32 * scales.length },
    (_, index) => (index % 32) + 32 * ((Math.floor(index / 32) + turn) % 8),
  );
  return { quantized, scales };
}

test.each([0, 1, 2, 3, 4, 5, 6, 7])("every scale with every byte, part %d", (turn) => {
  const { quantized, scales } = everyScale(turn);
  const fitting = scales.map((bits) => (fitHalves(Uint16Array.of(bits)) ? bits : 0));
  const floats = new Float32Array(quantized.length);
  dequantize(quantized, fitting, floats);
  const due = floatsToHalves(floats);
  const found = dequantizeToHalves(quantized, fitting);
  expect(found.findIndex((bits, index) => bits !== due[index])).toBe(-1);
});

test("blocks that lie anywhere in a file", () => {
  const { quantized, scales } = everyScale(3);
  const [few, fitting] = [quantized.subarray(0x4000 * 32, 0x4100 * 32), scales.subarray(0x4000, 0x4100)];
  const shifted = new Int8Array(few.length + 1).subarray(1);
  shifted.set(few);
  expect(dequantizeToHalves(shifted, fitting)).toEqual(dequantizeToHalves(few, fitting));
});

test("what fits by the scales alone", () => {
  const fits = (...scales: number[]): boolean => fitHalves(Uint16Array.from(scales));
  expect(fits()).toBe(true);
  // 511.75, its negative, and 512.
  expect(fits(0, 0x5fff, 0xdfff)).toBe(true);
  expect(fits(0, 0x6000)).toBe(false);
  expect(fits(0x7c00)).toBe(false);
  expect(fits(0xfe00)).toBe(false);
});
