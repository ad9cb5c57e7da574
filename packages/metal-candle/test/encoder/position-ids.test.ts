/** Position ids against what transformers' create_position_ids_from_input_ids gives. */
import { expect, test } from "vitest";
import { writePositionIds } from "../../src/encoder/position-ids.ts";

const positions = (ids: number[], offset: number): number[] => {
  const written = new Int32Array(ids.length + 2).fill(-9);
  writePositionIds(Int32Array.of(7, ...ids), 1, ids.length, offset, written, 1);
  expect([written[0], written.at(-1)]).toEqual([-9, -9]);
  return [...written.subarray(1, -1)];
};

test.each([
  ["BERT counts from 0, padding ids included", [101, 0, 1, 102], 0, [0, 1, 2, 3]],
  ["RoBERTa counts from behind the padding id", [0, 5, 6, 2], 2, [2, 3, 4, 5]],
  ["a padding token within a text keeps the padding id's position", [0, 5, 1, 6, 1, 1, 2], 2, [2, 3, 1, 4, 1, 1, 5]],
])("%s", (_, ids, offset, expected) => {
  expect(positions(ids, offset)).toEqual(expected);
});
