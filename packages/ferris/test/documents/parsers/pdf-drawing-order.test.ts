/** PDF: pages that are drawn in another order than they are read. */
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { madePdf } from "../support/made-pdf.ts";
import { outline } from "../support/outline.ts";

const fonts = ["Courier", "Courier-Bold"].map((name) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} >>`);
/** Of a letter of 10 points. */
const width = 6;

async function read(...drawn: string[]): Promise<string[]> {
  return outline(await parseDocument("/made.pdf", madePdf({ content: `BT ${drawn.join(" ")} ET`, fonts })));
}

/** A text at a place; its first letter's, in letters from the left, in lines of 12 points from the top. */
function put(column: number, line: number, text: string, font = 1): string {
  return `/F${font} 10 Tf 1 0 0 1 ${20 + width * column} ${280 - 12 * line} Tm (${text.replace(/[()]/g, "\\$&")}) Tj`;
}

const lines = [
  "The lock opens at six and closes",
  "again at nine, but on Sundays it",
  "stays shut until noon for all.",
];
const text = `prose [1: ] ${lines.join(" ")}`;

/** Words with where they begin. */
const words = lines.flatMap((line, at) =>
  [...line.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, column: index, line: at })),
);

test("words in bold after all others", async () => {
  const isBold = ({ word }: { word: string }) => word.length > 5;
  const all = [...words.filter((word) => !isBold(word)), ...words.filter(isBold)];
  expect(await read(...all.map((each) => put(each.column, each.line, each.word, isBold(each) ? 2 : 1)))).toEqual([
    text,
  ]);
});

test("lines from the last to the first", async () => {
  expect(await read(...lines.map((line, at) => put(0, at, line)).toReversed())).toEqual([text]);
});

test("words in any order", async () => {
  const shuffled = words.map((word, at) => ({ word, key: (at * 7) % words.length })).toSorted((a, b) => a.key - b.key);
  expect(await read(...shuffled.map(({ word }) => put(word.column, word.line, word.word)))).toEqual([text]);
});

test("values of a form after its labels", async () => {
  const labels = ["Name of ship:", "Port:", "Length:"];
  const values = ["Caledonia Star", "Bergen", "38.5 m"];
  const drawn = [...labels.map((label, at) => put(0, at, label)), ...values.map((value, at) => put(20, at, value))];
  expect(await read(...drawn)).toEqual(labels.map((label, at) => `table [1: ] ${label} ${values[at]}`));
});

test("values on the lines that they are written on", async () => {
  const drawn = [put(0, 0, "I, ____________, rent berth ____."), put(4, 0, "Ada Berg"), put(29, 0, "B7")];
  expect((await read(...drawn)).join("\n")).toMatch(/I, Ada Berg\W+rent berth B7 ?\./);
});

test("dots of contents after the rest", async () => {
  const drawn = [
    put(0, 0, "Mooring"),
    put(30, 0, "3"),
    put(0, 1, "Fees"),
    put(30, 1, "12"),
    put(8, 0, ".".repeat(21)),
    put(5, 1, ".".repeat(24)),
  ];
  expect(await read(...drawn)).toEqual(["list [1: ] Mooring … 3\nFees … 12"]);
});

test("columns of a page stay columns, where a line of the one ends in a colon", async () => {
  const left = ["The harbour has two", "locks, as follows:", "one in the north and", "one in the south."];
  const right = ["Ships wait outside", "until the pilot comes", "on board and brings", "the papers with him."];
  const drawn = [left, right].flatMap((column, nth) => column.map((line, at) => put(28 * nth, at, line)));
  const columns = (await read(...drawn)).join("\n");
  expect(columns.indexOf("one in the south.")).toBeLessThan(columns.indexOf("Ships wait outside"));
});

test("cells of several lines stay cells where they nearly touch", async () => {
  const drawn = ["Tide", "Wind"].flatMap((word, nth) => [
    put(4.4 * nth, 0, word),
    put(4.4 * nth, 1, "high"),
    put(4.4 * nth, 2, `no ${nth}`),
  ]);
  expect((await read(...drawn)).join("\n")).not.toContain("Tide Wind");
});

test("a box beside the text that was drawn before it stays apart, although a line of the text nearly touches it", async () => {
  const drawn = [
    put(29.3, 0, "Ask the pilot"),
    put(29.3, 1, "before you go."),
    put(0, 0, "Ships longer than forty yards"),
    put(0, 1, "wait outside of the harbour."),
  ];
  const found = (await read(...drawn)).join("\n");
  expect(found).toContain("Ask the pilot before you go.");
  expect(found).toContain("Ships longer than forty yards wait outside of the harbour.");
});

test("a program's lines that end in colons are no labels of the column beside it", async () => {
  const code = ["def open(ships):", "  for ship in ships:", "    if ship.is_long:", "      continue"];
  const right = ["The harbour master", "opens the lock at", "six, and closes it", "again at nine."];
  const drawn = [
    ...code.map((line, at) => put(0, at * 0.9, line)),
    ...right.map((line, at) => put(28, at * 1.2, line)),
  ];
  expect((await read(...drawn)).join("\n")).toContain(
    "The harbour master opens the lock at six, and closes it again at nine.",
  );
});

test("a paragraph's first letter that was drawn long before the rest, with a box beside it", async () => {
  const drawn = [
    "/F1 36 Tf 1 0 0 1 20 252 Tm (T) Tj",
    put(40, 2, "A box of words"),
    put(40, 3, "at the side"),
    put(0, 0, "Lock", 2),
    put(4, 1, "he harbour master opens"),
    put(4, 2, "at six."),
  ];
  const found = (await read(...drawn)).join("\n");
  expect(found).toContain("The harbour master opens at six.");
  expect(found).toContain("A box of words at the side");
});
