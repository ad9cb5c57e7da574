/** What somebody says of a picture, and what programs put there by themselves. */
import { expect, test } from "vitest";
import { descriptionLines } from "../../../src/documents/parsers/picture-description.ts";

test.each<[string, string]>([
  ["Picture", ""],
  ["Image 12", ""],
  ["map.png", ""],
  ["Picture of the harbour", "Picture of the harbour"],
  ["A pier\n\nDescription automatically generated", "A pier"],
])("%j is %j", (written, expected) => {
  expect(descriptionLines(written)).toBe(expected);
});
