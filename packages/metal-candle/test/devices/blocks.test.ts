/** Texts cut into blocks for several devices: all of them, in order, in sizes that let the devices end together. */
import { expect, test } from "vitest";
import { cutBlocks } from "../../src/devices/blocks.ts";

test("every text is in one block, in order, whatever the lengths", () => {
  for (const count of [0, 1, 2, 7, 500, 5000]) {
    for (const devices of [1, 2, 8]) {
      const texts = Array.from({ length: count }, (_, index) => "x".repeat((index * 7919) % 900));
      const blocks = cutBlocks(texts, devices);
      expect(blocks.map(({ start }) => start)).toEqual([0, ...blocks.map(({ end }) => end)].slice(0, blocks.length));
      expect(blocks.at(-1)?.end ?? 0).toBe(count);
    }
  }
});

test("blocks shrink towards the end, and no device gets one that is worth no message", () => {
  const texts = Array.from({ length: 4000 }, () => "x".repeat(500));
  const units = cutBlocks(texts, 4).map(({ start, end }) => (end - start) * 500);
  expect(Math.max(...units)).toBeLessThanOrEqual((1 << 17) + 500);
  const largest = units.filter((_, index) => index % 3 === 0);
  expect(largest.slice(0, -1).every((size, index) => size >= largest[index + 1]!)).toBe(true);
  expect(units.slice(0, -1).every((size) => size >= 1 << 10)).toBe(true);
  expect(units.at(-1)).toBeLessThan(units[0]! / 10);
});

test("a text longer than a block is one alone", () => {
  expect(cutBlocks(["a", "x".repeat(1 << 20), "b"], 2)).toHaveLength(2);
});
