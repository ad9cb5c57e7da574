/** MPNet's buckets against values that transformers' relative_position_bucket gives. */
import { expect, test } from "vitest";
import { relativePositionBucket, relativePositionBuckets } from "../../src/encoder/relative-positions.ts";

test.each([
  [0, 0],
  [-1, 1],
  [1, 17],
  [-7, 7],
  [7, 23],
  [-8, 8],
  [8, 24],
  [-11, 8],
  [-12, 9],
  [-16, 10],
  [-23, 11],
  [-32, 12],
  [-46, 13],
  [-64, 14],
  [-90, 14],
  [-91, 15],
  [-128, 15],
  [511, 31],
  [-511, 15],
])("distance %d is bucket %d", (distance, bucket) => {
  expect(relativePositionBucket(distance, 32)).toBe(bucket);
});

test("the table goes by query, then key", () => {
  expect([...relativePositionBuckets(3, 32)]).toEqual([0, 17, 18, 1, 0, 17, 2, 1, 0]);
});
