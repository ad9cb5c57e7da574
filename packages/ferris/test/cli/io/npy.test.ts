/** The .npy header, byte for byte as NumPy reads it. */
import { expect, test } from "vitest";
import { littleEndianBytes, npyHeader } from "../../../src/cli/io/npy.ts";

test.each([0, 1, Number.MAX_SAFE_INTEGER])("%s rows fit the same header", (rows) => {
  const header = Buffer.from(npyHeader(rows, 384));
  expect(header.length % 64).toBe(0);
  expect(header.length).toBe(128);
  expect([...header.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  expect(header.readUInt16LE(8)).toBe(118);
  expect(header.subarray(10).toString("latin1").trimEnd()).toBe(
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, 384), }`,
  );
  expect(header.at(-1)).toBe(0x0a);
});

test("values are little-endian f32", () => {
  expect([...littleEndianBytes(new Float32Array([1, -2]))]).toEqual([0, 0, 128, 63, 0, 0, 0, 192]);
});
