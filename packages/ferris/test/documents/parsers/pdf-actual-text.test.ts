/** PDF: what marked content says that it stands for is read in the place of what its glyphs say. */
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { madePdf } from "../support/made-pdf.ts";
import { outline } from "../support/outline.ts";

const helvetica = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

async function read(content: string, more: { fonts?: string[] } = {}): Promise<string[]> {
  return outline(await parseDocument("/made.pdf", madePdf({ content, fonts: [helvetica], ...more })));
}

const utf16 = (text: string) => `<FEFF${Buffer.from(text, "utf16le").swap16().toString("hex")}>`;
const span = (text: string, shown: string) => `/Span << /ActualText ${utf16(text)} >> BDC ${shown} EMC`;
const at = (x: number, y: number) => `1 0 0 1 ${x} ${y} Tm`;

test.each([
  ["the letters of a cluster, inside a word", `(se) Tj ${span("ff", "(x) Tj")} (el) Tj`, "seffel"],
  ["a text that its glyphs draw in another order", span("कि", "(ab) Tj"), "कि"],
  ["several words on one line", `(at ) Tj ${span("one half", "(1/2) Tj")} ( past) Tj`, "at one half past"],
  ["nothing, of an ornament", `(sail) Tj ${span("", "(***) Tj")}`, "sail"],
  ["by its encoding without a mark", `/Span << /ActualText (caf\\351) >> BDC (cafe) Tj EMC`, "café"],
  [
    "inside other marked content",
    `/P << /MCID 0 >> BDC (a) Tj ${span("nch", "(b) Tj")} /X BMC (or) Tj EMC EMC`,
    "anchor",
  ],
  [
    "a word over two lines",
    `(the) Tj ${at(80, 200)} ${span("Drucker", `(Druk-) Tj ${at(40, 186)} (ker) Tj`)} ( prints) Tj`,
    "the Drucker prints",
  ],
  [
    "a stretch of a page, which is read as it is drawn",
    span("one two three", `(one) Tj ${at(40, 186)} (two) Tj ${at(40, 172)} (three) Tj`),
    "one two three",
  ],
  ["text that goes up", `0 1 -1 0 40 40 Tm (se) Tj ${span("ff", "(x) Tj")} (el) Tj`, "seffel"],
])("%s", async (_, shown, expected) => {
  expect(await read(`BT /F1 12 Tf ${at(40, 200)} ${shown} ET`)).toEqual([`prose [1: ] ${expected}`]);
});

test("a soft hyphen at a line's end", async () => {
  const lines = `(the elec) Tj ${span("\u00ad", "(-) Tj")} ${at(40, 186)} (Tric) Tj`;
  expect(await read(`BT /F1 12 Tf ${at(40, 200)} ${lines} ET`)).toEqual(["prose [1: ] the elecTric"]);
});

test("what stands among the page's properties", async () => {
  const bytes = madePdf({
    content: `BT /F1 12 Tf ${at(40, 200)} (o) Tj /Span /P1 BDC (x) Tj EMC (ice) Tj ET`,
    fonts: [`${helvetica} >> /Properties << /P1 << /ActualText ${utf16("ff")} >>`],
  });
  expect(outline(await parseDocument("/made.pdf", bytes))).toEqual(["prose [1: ] office"]);
});
