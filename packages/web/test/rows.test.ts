/** Tables out of the lines that were made of them: cells with semicolons, colons and line breaks of their own. */
import { expect, test } from "vitest";
import { partsOf } from "../src/document/table/rows.ts";

const parts = (...texts: readonly string[]) => partsOf(texts.map((text, i) => ({ number: i + 1, text })) as never);

test("a cell's own semicolons and colons make no column", () => {
  const [table] = parts(
    "Name: Rabbit; Note: feed; daily: twice; Price: 12.5",
    "Name: Carrot; Note: orange; colour: deep, size: big; Price: 0.2",
    "Name: Hay; Note: dry; and cheap; Price: 1",
  );
  expect(table).toEqual({
    columns: ["Name", "Note", "Price"],
    rows: [
      { line: 1, cells: ["Rabbit", "feed; daily: twice", "12.5"] },
      { line: 2, cells: ["Carrot", "orange; colour: deep, size: big", "0.2"] },
      { line: 3, cells: ["Hay", "dry; and cheap", "1"] },
    ],
  });
});

test("a cell with a line break stays in its row", () => {
  const all = parts(
    "Name: Rabbit; Note: a; Price: 1",
    "Name: line",
    "break; Note: a: b; Price: 2",
    "Name: Hay; Price: 3",
  );
  expect(all).toEqual([
    {
      columns: ["Name", "Note", "Price"],
      rows: [
        { line: 1, cells: ["Rabbit", "a", "1"] },
        { line: 2, cells: ["line\nbreak", "a: b", "2"] },
        { line: 4, cells: ["Hay", "", "3"] },
      ],
    },
  ]);
});

test("a row alone, a title between tables, and other columns", () => {
  expect(parts("Key: a; Value: b")).toEqual([{ columns: ["Key", "Value"], rows: [{ line: 1, cells: ["a", "b"] }] }]);
  const all = parts("A: 1; B: 2", "A: 3; B: 4", "Stock of the week", "C: 1", "C: 2");
  expect(all).toHaveLength(3);
  expect(all[1]).toMatchObject({ text: "Stock of the week" });
});

test("a row that was cut into several passages is one row", () => {
  const names = Array.from({ length: 400 }, (_, i) => `column ${i}`);
  const piece = (line: number, from: number, to: number) => ({
    number: line,
    text: names
      .slice(from, to)
      .map((name) => `${name}: ${line}${name === names.at(-1) ? "" : ";"}`)
      .join(" "),
    ...(from > 0 && { column: from * 10 }),
  });
  const lines = [2, 3].flatMap((line) => [piece(line, 0, 48), piece(line, 48, 350), piece(line, 350, 400)]);
  const all = partsOf(lines as never);
  expect(all).toHaveLength(1);
  expect(all[0]).toMatchObject({ columns: names, rows: [{ line: 2 }, { line: 3 }] });
  // Cut within a cell, and within the name of a column.
  const cut = [
    { number: 2, text: "Name: Rabbit; Note: eats" },
    { number: 2, text: "grass; and hay; Price", column: 30 },
    { number: 2, text: "in euros: 1", column: 60 },
  ];
  expect(partsOf(cut as never)).toEqual([
    { columns: ["Name", "Note", "Price in euros"], rows: [{ line: 2, cells: ["Rabbit", "eats grass; and hay", "1"] }] },
  ]);
});
