/** Signs of the fonts Symbol, Wingdings and Webdings, in each format's way of writing them. */
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { ByteReader } from "../../../src/documents/parsers/legacy/byte-reader.ts";
import { textOf } from "../../../src/documents/parsers/legacy/powerpoint-records.ts";
import { isSymbolFont, symbolCharacter, withSymbols } from "../../../src/documents/parsers/word/symbols.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { outline } from "../support/outline.ts";

const shown = [
  "prose [] Angle α and β > π done",
  "prose [] Smile ☺ ok ✓ tick",
  "prose [] W2 ✓ yes ☑ boxed ✗",
  "prose [] ➀ one → arrow 🡒 w3 ✔ webd",
];

// LibreOffice makes the sign of a SYMBOL field a letter in RTF.
test.each([["symbols.doc"], ["symbols-in-properties.doc"], ["symbols.odt"], ["symbols.rtf"]])("%s", async (name) => {
  const lines = await outlineOfFixture(`office/${name}`);
  expect(lines.slice(0, 4)).toEqual(shown);
  expect(lines[5]).toBe("prose [] € 45 euro field");
  if (!name.endsWith(".rtf")) expect(lines[4]).toBe("prose [] ✓ symbol field");
});

const inFont = (font: string, text: string) =>
  `<w:r><w:rPr><w:rFonts w:ascii="${font}" w:hAnsi="${font}"/></w:rPr><w:t>${text}</w:t></w:r>`;
const field = (instruction: string) =>
  `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>${instruction}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`;

test.each<[string, string]>([
  [`<w:r><w:t>5 </w:t></w:r>${inFont("Symbol", "m")}<w:r><w:t>F</w:t></w:r>`, "5 µF"],
  [inFont("Wingdings", "J \uf0fc"), "☺ ✓"],
  [`<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>`, "☑"],
  [`<w:r><w:sym w:font="Webdings" w:char="F061"/></w:r>`, "✔"],
  [inFont("Symbol", "a\u00a0b"), "α\u00a0β"],
  [field(' SYMBOL 252 \\f "Wingdings" \\s 12 '), "✓"],
  [field(" SYMBOL 8364 \\u "), "€"],
  [field(" SYMBOL 169 "), "©"],
  [field(" GOTOBUTTON page2 Go there "), "Go there"],
])("in Word's XML: %s", async (runs, expected) => {
  const document = zipSync({
    "word/document.xml": strToU8(`<w:document><w:body><w:p>${runs}</w:p></w:body></w:document>`),
  });
  expect(outline(await parseDocument("/a.docx", document))).toEqual([`prose [] ${expected}`]);
});

test("arrows that PowerPoint put into presentations of 1997 to 2003", () => {
  const bytes = Buffer.from("Costs \uf0e0 down", "utf16le");
  expect(
    textOf(new ByteReader(bytes), { type: 0x0fa0, instance: 0, isContainer: false, start: 0, end: bytes.length }),
  ).toBe("Costs → down");
});

describe("characters", () => {
  test("text in other fonts stays what it is", () => {
    expect(withSymbols("Jam & café", "Calibri")).toBe("Jam & café");
    expect(isSymbolFont("Segoe UI Symbol")).toBe(false);
  });

  test("of fonts that nobody knows are letters", () => {
    expect(symbolCharacter("Monotype Sorts", 0xf041)).toBe("A");
  });
});
