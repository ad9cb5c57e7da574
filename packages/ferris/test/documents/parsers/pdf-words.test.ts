/** PDF: where one word ends and the next begins, when neither a space nor a wide gap says so. */
import { processorTime } from "@ferris/testing";
import { expect, test } from "vitest";
import type { FontWidths } from "../../../src/documents/parsers/pdf/font-widths.ts";
import type { Glyph } from "../../../src/documents/parsers/pdf/glyph.ts";
import { touchingCells } from "../../../src/documents/parsers/pdf/touching-cells.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { madePdf } from "../support/made-pdf.ts";
import { outline } from "../support/outline.ts";

const helvetica = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
const bold = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>";

async function read(content: string): Promise<string[]> {
  return outline(await parseDocument("/made.pdf", madePdf({ content, fonts: [helvetica, bold] })));
}

const at = (x: number, y: number, text: string, font = "F1", size = 10) =>
  `BT /${font} ${size} Tf ${x} ${y} Td (${text}) Tj ET\n`;

test("marks of notes are not a part of the word that they stand at, and units keep theirs", async () => {
  const raised = (mark: string) => `/F1 6 Tf 4 Ts (${mark}) Tj /F1 10 Tf 0 Ts`;
  const content = `BT /F1 10 Tf 40 250 Td (The type is numeric) Tj ${raised("12")} (, and the yard has 40 km) Tj ${raised("2")} ( of R) Tj ${raised("2")} ( water.) Tj ET
BT 40 100 Td ${raised("12")} (Here the note begins.) Tj ET
BT 40 60 Td ${raised("14")} (C is carbon.) Tj ET`;
  expect(await read(content)).toEqual([
    "prose [1: ] The type is numeric 12, and the yard has 40 km2 of R2 water.",
    "prose [1: ] 12 Here the note begins.",
    "prose [1: ] 14C is carbon.",
  ]);
});

test("words that are cut at a line's end are whole in capitals too, abbreviations keep their hyphen", async () => {
  const content = [
    "NOT LIABLE FOR DIRECT OR INCIDENTAL DAM-",
    "AGES OF ANY KIND, and the text that follows is on TCP-",
    "IP alone.",
  ];
  expect(await read(content.map((line, i) => at(40, 250 - 12 * i, line)).join(""))).toEqual([
    "prose [1: ] NOT LIABLE FOR DIRECT OR INCIDENTAL DAMAGES OF ANY KIND, and the text that follows is on TCP-IP alone.",
  ]);
});

test("a line of words and signs that stand apart keeps its words apart", async () => {
  // As TeX sets it: no spaces are drawn, and the signs of a formula have gaps around them as wide as those between words.
  const content = `BT /F1 10 Tf 40 250 Td [(A) -300 (=) -300 (B) -300 (=) -300 (C) -300 (=) -300 (D) -300 (=) -300 (E) -300 (=) -300 (F) -300 (as) -300 (rates)] TJ ET
BT /F1 10 Tf 40 238 Td [(and) -300 (the) -300 (rest) -300 (of) -300 (it) -300 (goes) -300 (on) -300 (below.)] TJ ET`;
  expect(await read(content)).toEqual(["prose [1: ] A = B = C = D = E = F as rates and the rest of it goes on below."]);
});

test("cells that touch are cells, by those above and below", async () => {
  const row = (y: number, cells: readonly [x: number, text: string][], font = "F1") =>
    cells.map(([x, text]) => at(x, y, text, font)).join("");
  // "Shackle 3" ends where the price begins; widths of Helvetica.
  const content =
    row(
      250,
      [
        [40, "Code"],
        [66, "Item"],
        [108, "Price"],
        [132, "Total"],
      ],
      "F2",
    ) +
    row(236, [
      [40, "A1"],
      [66, "Rope"],
      [108, "9.5"],
      [132, "54.00"],
    ]) +
    row(222, [
      [40, "A2"],
      [66, "Shackle 3"],
      [108, "12.25"],
      [132, "6.75"],
    ]) +
    row(208, [
      [40, "A3"],
      [66, "Oar"],
      [108, "8.00"],
      [132, "16.00"],
    ]);
  expect(await read(content)).toEqual([
    "table [1: ] Code: A1; Item: Rope; Price: 9.5; Total: 54.00",
    "table [1: ] Code: A2; Item: Shackle 3; Price: 12.25; Total: 6.75",
    "table [1: ] Code: A3; Item: Oar; Price: 8.00; Total: 16.00",
  ]);
});

test("words that a program draws in pieces are whole, in lines that begin alike as well", async () => {
  const content = [0, 12, 24, 36].map(
    (down) => `${at(40, 250 - down, "ex")}${at(50.56, 250 - down, "tern char name;")}`,
  );
  expect((await read(content.join(""))).join(" ")).not.toMatch(/ex[ |;]+tern/);
});

test("notes in the margin follow their page's text, and cut none of its words", async () => {
  const text = [
    "The master of the harbour opens the lock at six in the mor-",
    "ning and closes it at nine in the evening, but for Sundays,",
    "when the lock stays shut until noon and nobody may pass it",
    "without a permit that is written by the master himself and",
    "that names the boat, its length and all who are aboard. In",
    "winter the lock is closed from the first of December until",
    "the ice on the river is gone, which the mill makes known to",
    "all boats by a blue flag on its roof for as long as it is so",
  ];
  // As TeX draws them: each note behind the line that it begins at.
  const lines = text.map((line, i) => at(20, 250 - 12 * i, line));
  lines.splice(1, 0, at(330, 250, "1 See the tide", "F1", 7), at(330, 242, "tables of Bergen", "F1", 7));
  lines.splice(6, 0, at(330, 214, "2 Ask at the mill", "F1", 7));
  expect(await read(lines.join(""))).toEqual([
    `prose [1: ] ${text.join(" ").replace("mor- ning", "morning")}`,
    "prose [1: ] 1 See the tide tables of Bergen",
    "prose [1: ] 2 Ask at the mill",
  ]);
});

test("a table that is set smaller, and wider than the text, keeps its columns", async () => {
  const text = Array.from({ length: 6 }, (_, i) =>
    at(60, 250 - 12 * i, "The master of the harbour opens the lock at six in the evening"),
  );
  const row = (y: number, cells: readonly string[]) =>
    cells.map((cell, i) => at(20 + 110 * i, y, cell, "F1", 7)).join("");
  const table = [
    ["Boat", "Length", "Berth", "Owner"],
    ["Aurora", "32", "4", "Berg"],
    ["Borealis", "41", "5", "Lund"],
  ];
  const below = at(60, 120, "The master of the harbour closes the lock at nine.");
  const found = await read(text.join("") + table.map((cells, i) => row(160 - 10 * i, cells)).join("") + below);
  expect(found).toContain("table [1: ] Boat: Aurora; Length: 32; Berth: 4; Owner: Berg");
});

test("lines of hundreds of cells take no time", () => {
  const glyph = (row: number, cell: number, place: number): Glyph =>
    ({
      text: "a",
      x: cell * 30 + place * 10 + (row % 2),
      y: row * 12,
      width: 10,
      size: 10,
      font: "f",
      show: row * 1_000 + cell,
    }) as unknown as Glyph;
  const lines = Array.from({ length: 9 }, (_, row) =>
    Array.from({ length: 250 }, (__, cell) => [0, 1, 2].map((place) => glyph(row, cell, place))).flat(),
  );
  const started = processorTime();
  touchingCells(lines, { isMonospaced: () => false } as unknown as FontWidths);
  expect(processorTime() - started).toBeLessThan(1_000);
});
