/** Columns line up by their width on the screen. */
import { expect, test } from "vitest";
import { table } from "../../../src/cli/terminal/table.ts";

test("aligns left and right, wide characters and colours included", () => {
  const rows = [
    ["name", "size"],
    ["你好.md", "5"],
    ["\u001b[1mbold\u001b[22m", "1,234"],
  ];
  expect(table(rows, { align: "lr", indent: "  " })).toEqual([
    "  name      size",
    "  你好.md      5",
    "  \u001b[1mbold\u001b[22m     1,234",
  ]);
  expect(table([])).toEqual([]);
});

test("leaves no blanks at the ends of lines", () => {
  expect(
    table([
      ["long word", "x"],
      ["a", ""],
    ]),
  ).toEqual(["long word  x", "a"]);
});
