/** PDF: where words begin and end on lines, at their ends, and in which order those of two directions are read. */
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { joined } from "../../../src/documents/parsers/pdf/hyphens.ts";
import { goesLeft, inReadingOrder } from "../../../src/documents/parsers/pdf/bidi.ts";
import { fontOf, madePdf, stream, unicodeMap } from "../support/made-pdf.ts";
import { outline } from "../support/outline.ts";

const helvetica = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

async function read(content: string, more: { fonts?: string[]; objects?: string[] } = {}): Promise<string[]> {
  return outline(await parseDocument("/made.pdf", madePdf({ content, fonts: [helvetica], ...more })));
}

describe("hyphens at the ends of lines", () => {
  test.each([
    ["the e-", "mail", "the e-mail"],
    ["X-", "ray", "X-ray"],
    ["a VHF-", "channel", "a VHF-channel"],
    ["a 10-", "foot boat", "a 10-foot boat"],
    ["pre-", "and post-war", "pre- and post-war"],
    ["Vor-", "und Nachteile", "Vor- und Nachteile"],
    ["two-", "or three-masted", "two- or three-masted"],
    ["the doc-", "or", "the docor"],
    ["inter-", "national", "international"],
    ["INCIDENTAL DAM-", "AGES", "INCIDENTAL DAMAGES"],
    ["pages 10-", "12", "pages 10-12"],
  ])("%s %s", (end, next, expected) => {
    expect(joined([{ text: end }, { text: next }])).toBe(expected);
  });
});

test("a first letter over several lines is its word's", async () => {
  const content =
    "BT /F1 40 Tf 40 200 Td (T) Tj ET BT /F1 12 Tf 67 216 Td (he harbour) Tj 0 -14 Td (opens at six) Tj -27 -14 Td (and closes.) Tj ET";
  expect((await read(content)).join(" ")).toContain("The harbour opens at six and closes.");
});

test("a first letter that is a word stays one", async () => {
  const content = "BT /F1 40 Tf 40 200 Td (A) Tj ET BT /F1 12 Tf 70 216 Td (ship sails) Tj 0 -14 Td (at noon) Tj ET";
  expect((await read(content)).join(" ")).toContain("A ship sails at noon");
});

test("spaces that are nearly squeezed to nothing are spaces", async () => {
  expect(await read("BT /F1 12 Tf -2.9 Tw 40 200 Td (spaces of an overfull line) Tj ET")).toEqual([
    "prose [1: ] spaces of an overfull line",
  ]);
});

test("a space without any width parts no word: so are letters kerned", async () => {
  expect(await read("BT /F1 12 Tf 40 200 Td [(ev) ( ) 290 (ent of the day)] TJ ET")).toEqual([
    "prose [1: ] event of the day",
  ]);
});

test("radicals that look like ideographs are those", async () => {
  const letters = "⻑⻘⼭";
  const font = fontOf(letters, [1000, 1000, 1000], "20 0 R");
  const bytes = { fonts: [font], objects: [unicodeMap(letters)] };
  expect(await read("BT /F1 20 Tf 40 200 Td (ABC) Tj ET", bytes)).toEqual(["prose [1: ] 長青山"]);
});

test("a letter or two among words in Latin letters, in text that goes down", async () => {
  const letters = "全船号は隻目";
  const japanese = fontOf(
    letters,
    Array.from(letters).map(() => 1000),
    "20 0 R",
  );
  const upright = (text: string, top: number) =>
    Array.from(text)
      .map((letter, at) => `1 0 0 1 100 ${top - 17.6 - 20 * at} Tm (${letter}) Tj`)
      .join(" ");
  const content = `BT /F1 20 Tf ${upright("AB", 280)} ${upright("A", 240)} /F2 20 Tf 0 -1 1 0 103 220 Tm (Star) Tj /F1 20 Tf ${upright("CD", 182)} /F2 20 Tf 0 -1 1 0 103 142 Tm (12) Tj /F1 20 Tf ${upright("EF", 119)} ET`;
  const bytes = madePdf({ content, fonts: [japanese, helvetica], objects: [unicodeMap(letters)] });
  expect(
    outline(await parseDocument("/made.pdf", bytes))
      .join(" ")
      .replaceAll(" ", ""),
  ).toContain("全船全Star号は12隻目");
});

describe("lines of two directions", () => {
  test.each([
    [["عنوان", "البريد", "ada@example.org", "والموقع", "https://example.org"], true],
    [["the", "number", "١٢"], false],
    [["שלום", "world"], false],
    [["שלום", "12", "34"], true],
  ])("%j", (words, expected) => {
    expect(goesLeft(words)).toBe(expected);
  });

  const shown = (text: string) => Array.from(text).toReversed();
  const readingOf = (pieces: string[], direction: "rtl" | "ltr") =>
    inReadingOrder(pieces, direction)
      .map(({ piece }) => piece)
      .join("");

  test("a bracket whose other half is on another line, named by its shape", () => {
    expect(readingOf(shown("אחד )שתים"), "rtl")).toBe("אחד (שתים");
    expect(readingOf(shown("אחד(, שתים"), "rtl")).toBe("אחד), שתים");
  });

  test("the same, named by what it was", () => {
    expect(readingOf(shown("אחד (שתים"), "rtl")).toBe("אחד (שתים");
    expect(readingOf(shown("אחד), שתים"), "rtl")).toBe("אחד), שתים");
  });

  test("brackets of Latin words that got the names of Hebrew ones", () => {
    expect(readingOf(["the ", ...shown("נמל"), ..." )port( is".split("")], "ltr")).toBe("the נמל (port) is");
  });
});

test("rows of a small table stay rows, although text stands far above and below", async () => {
  const row = (y: number, ...cells: string[]) =>
    cells.map((cell, at) => `BT /F1 10 Tf ${40 + 90 * at} ${y} Td (${cell}) Tj ET`).join(" ");
  const content = `${row(250, "of a")} ${row(232, "A1", "45.00")} ${row(220, "B2", "80.50")} ${row(196, "Fees")}`;
  expect(await read(content)).toEqual([
    "prose [1: ] of a",
    "table [1: ] A1 | 45.00",
    "table [1: ] B2 | 80.50",
    "prose [1: ] Fees",
  ]);
});

test("a scan's words on the same words in print are read once", async () => {
  const lines = ["The harbour master opens the lock at six", "in the morning and closes it again at nine."];
  const print = lines.map((line, at) => `BT /F1 12 Tf 40 ${200 - 14 * at} Td (${line}) Tj ET`).join(" ");
  const layer = lines.map((line, at) => `BT /F1 11.8 Tf 3 Tr 40.4 ${200.6 - 14 * at} Td (${line}) Tj ET`).join(" ");
  expect(await read(`${print} ${layer}`)).toEqual([`prose [1: ] ${lines.join(" ")}`]);
});

test("words that are copies of others in part stay whole", async () => {
  const content = "BT /F1 12 Tf 40 200 Td (canal) Tj ET BT /F1 12 Tf 40 200 Td (cables) Tj ET";
  expect((await read(content)).join(" ")).toContain("cables");
});

test("dashes and lines to write on lead to a page's number too", async () => {
  const entry = (y: number, name: string, fill: string, page: string) =>
    `BT /F1 12 Tf 40 ${y} Td (${name} ${fill.repeat(30)} ${page}) Tj ET`;
  expect(await read(`${entry(200, "Mooring", "-", "3")} ${entry(186, "Fees", "_", "12")}`)).toEqual([
    "list [1: ] Mooring … 3\nFees … 12",
  ]);
});

test("a stamp of letters that are turned one by one is a word", async () => {
  const turned = Array.from("DRAFT")
    .map((letter, at) => `BT /F1 40 Tf 0.7 0.7 -0.7 0.7 ${60 + 40 * at} ${60 + 40 * at} Tm (${letter}) Tj ET`)
    .join(" ");
  expect((await read(`BT /F1 12 Tf 40 250 Td (The lock opens at six.) Tj ET ${turned}`)).join(" ")).toContain("DRAFT");
});

test("how many pages there are is no part of a page's number", async () => {
  const page = (number: number) =>
    `BT /F1 12 Tf 40 250 Td (Text of its own, number ${number * 7}, on this page.) Tj 0 -230 Td (Page ${number} of 5) Tj ET`;
  const numbers = [1, 2, 3, 4, 5];
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${numbers.map((number) => `${10 + number} 0 R`).join(" ")}] /Count 5 >>`,
  ];
  const body = [
    ...objects.map((text, at) => `${at + 1} 0 obj\n${text}\nendobj\n`),
    ...numbers.map(
      (number) =>
        `${10 + number} 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents ${30 + number} 0 R /Resources << /Font << /F1 ${helvetica} >> >> >>\nendobj\n${30 + number} 0 obj\n${stream(page(number))}\nendobj\n`,
    ),
  ].join("");
  const bytes = Buffer.from(`%PDF-1.7\n${body}trailer\n<< /Root 1 0 R >>\n%%EOF\n`, "latin1");
  expect(outline(await parseDocument("/made.pdf", bytes))).toEqual(
    numbers.map((number) => `prose [${number}: ] Text of its own, number ${number * 7}, on this page.`),
  );
});
