/** 16-bit floats: every half there and back, and the roundings that NumPy makes. */
import { describe, expect, test } from "vitest";
import { bfloatToFloat, floatToHalf, halfToFloat, roundHalfEven } from "../../src/weights/half-float.ts";

describe("F16", () => {
  test("all 65,536 values survive the way to f32 and back", () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const floats = new Float32Array(65536);
    halfToFloat(halves, floats);
    const wrong = [...halves].filter((bits) =>
      Number.isNaN(floats[bits])
        ? (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0
        : floatToHalf(floats[bits]) !== bits,
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    [1, 0x3c00],
    [1 + 2 ** -11, 0x3c00], // half-way: to even
    [1 + 3 * 2 ** -11, 0x3c02], // half-way: to even
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [-1e9, 0xfc00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000], // half-way: to even
    [3 * 2 ** -25, 0x0002],
    [2 ** -14 - 2 ** -25, 0x0400], // rounds up into the normal numbers
    [NaN, 0x7e00],
    [-0, 0x8000],
  ])("%d is %d", (value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });
});

test("BF16 is the upper half of an f32", () => {
  const target = new Float32Array(4);
  bfloatToFloat(Uint16Array.of(0x3f80, 0xff80, 0x0001), target, 1);
  expect([...target]).toEqual([0, 1, -Infinity, Math.fround(2 ** -133)]);
});

test("rounding takes ties to even", () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 126.5, 1.4999999].map((value) => roundHalfEven(value) + 0)).toEqual([
    0, 2, 2, 0, -2, 126, 1,
  ]);
});
