/** What a batch is refused for before a device sees it: texts that the model's positions do not reach. */
import { expect, test } from "vitest";
import { checkBatch } from "../../src/encoder/check-batch.ts";
import type { PackedBatch } from "../../src/encoder/packed-batch.ts";
import { InvalidArgumentError } from "../../src/index.ts";
import type { Head } from "../../src/models/description.ts";
import type { EncoderDescription } from "../../src/models/encoder-description.ts";

const head = { poolings: ["mean"] } as unknown as Head;
const batchOf = (longest: number): PackedBatch =>
  ({
    sequences: 1,
    tokens: longest,
    inputIds: new Int32Array(longest),
    tokenTypeIds: null,
    cuSeqlens: Int32Array.of(0, longest),
    longest,
    poolingSkips: null,
  }) as unknown as PackedBatch;
const encoderOf = (longest: number | null): EncoderDescription =>
  ({
    vocabSize: 10,
    maxPositions: 100,
    tokenTypeTable: null,
    layers: [{ attention: { rotary: null } }, { attention: { rotary: { longest } } }],
  }) as unknown as EncoderDescription;

test("a text longer than the model's positions", () => {
  expect(() => checkBatch(batchOf(100), encoderOf(null), head)).not.toThrow();
  expect(() => checkBatch(batchOf(101), encoderOf(null), head)).toThrow("longer than the 100 positions");
});

test("a text longer than the frequencies hold for, which would get a wrong vector", () => {
  expect(() => checkBatch(batchOf(64), encoderOf(64), head)).not.toThrow();
  expect(() => checkBatch(batchOf(65), encoderOf(64), head)).toThrow(InvalidArgumentError);
  expect(() => checkBatch(batchOf(65), encoderOf(64), head)).toThrow("Load it with maxLength 64");
});
