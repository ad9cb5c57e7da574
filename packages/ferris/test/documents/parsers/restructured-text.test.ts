/** Tables of reStructuredText, whose cells are drawn or stand under strokes. */
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { expectLinear } from "../support/growth.ts";
import { outline } from "../support/outline.ts";

describe("tables of reStructuredText are read row by row, under their columns' names", () => {
  const grid = `Fees
====

+------------+----------+----------------+
| Berth      | Winter   | Summer         |
|            +----------+----------------+
|            | per      | per night, in  |
|            | week     | all            |
+============+==========+================+
| Outer pier | 75       | closed from    |
| (north)    |          | May on         |
+------------+----------+                |
| 埠頭       | ask      |                |
+------------+----------+----------------+

After.
`;
  const simple = `
=======  ======  =================
Berth    Fees
-------  -------------------------
Name     Winter  Summer
=======  ======  =================
Outer    75      closed from
                 May on, and longer than its column
Inner            9

                 after a gap
=======  ======  =================

After.
`;
  const indented = `- Item

  =====  =====
  One    Two
  Three  Four
  =====  =====

.. note::

   +---+---+
   | x | y |
   +---+---+

+---+
| open
`;
  test.each<[string, string, string[], number[]]>([
    [
      "grid",
      grid,
      [
        "heading [Fees] Fees\n====",
        "table [Fees] Berth: Outer pier (north); Winter per week: 75; Summer per night, in all: closed from May on",
        "table [Fees] Berth: 埠頭; Winter per week: ask; Summer per night, in all: closed from May on",
        "prose [Fees] After.",
      ],
      [1, 10, 10, 16],
    ],
    [
      "simple",
      simple,
      [
        "table [] Berth Name: Outer; Fees Winter: 75; Fees Summer: closed from May on, and longer than its column",
        "table [] Berth Name: Inner; Fees Summer: 9 after a gap",
        "prose [] After.",
      ],
      [7, 9, 14],
    ],
    [
      "indented, and one that is not closed",
      indented,
      [
        "prose [] - Item",
        "table [] One | Two",
        "table [] Three | Four",
        "prose [] .. note::",
        "table [] x | y",
        "prose [] +---+\n| open",
      ],
      [1, 4, 5, 8, 11, 14],
    ],
  ])("%s", async (_name, text, expected, lines) => {
    const document = await parseDocument("/fees.rst", Buffer.from(text));
    expect(outline(document)).toEqual(expected);
    expect(document.blocks.map(({ source }) => source!.startLine)).toEqual(lines);
  });

  test("a drawing without end takes no longer than its size", async () => {
    const line = `+${"-+".repeat(100)}\n|${" |".repeat(100)}\n`;
    await expectLinear("drawing", 50, (size) => parseDocument("/wild.rst", Buffer.from(line.repeat(size))));
    await expectLinear("strokes", 2_000, (size) => {
      const strokes = Array.from({ length: size }, (_, index) => `== ${"=".repeat((index % 300) + 1)}\nx\n`);
      return parseDocument("/wild.rst", Buffer.from(strokes.join("")));
    });
  });
});
