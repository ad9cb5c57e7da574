/** PDF: what real files do that no program at hand does, in files made here: readings, signatures, fonts that say odd things of themselves. */
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { fontOf, madePdf, stream, unicodeMap } from "../support/made-pdf.ts";
import { outline } from "../support/outline.ts";

const helvetica = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

async function read(bytes: Buffer): Promise<string[]> {
  return outline(await parseDocument("/made.pdf", bytes));
}

const japanese = "私は東京都に住むとうきょ。";
const japaneseFont = fontOf(
  japanese,
  Array.from(japanese).map(() => 1000),
  "20 0 R",
);
const [watashi, wa, tou, kyou, to, ni, su, mu, kanaTo, kanaU, kanaKi, kanaYo, stop] = "ABCDEFGHIJKLM";

test.each([
  [
    "above",
    `BT /F1 20 Tf 40 200 Td (${watashi}${wa}) Tj ET BT /F1 20 Tf 80 200 Td (${tou}${kyou}) Tj ET BT /F1 8 Tf 80 219 Td (${kanaTo}${kanaU}${kanaKi}${kanaYo}${kanaU}) Tj ET BT /F1 20 Tf 120 200 Td (${to}${ni}${su}${mu}${stop}) Tj ET`,
  ],
  [
    "before",
    `BT /F1 8 Tf 80 219 Td (${kanaTo}${kanaU}${kanaKi}${kanaYo}${kanaU}) Tj ET BT /F1 20 Tf 40 200 Td (${watashi}${wa}${tou}${kyou}${to}${ni}${su}${mu}${stop}) Tj ET`,
  ],
])("readings over ideographs are not read, drawn %s", async (_, content) => {
  const bytes = madePdf({ content, fonts: [japaneseFont], objects: [unicodeMap(japanese)] });
  expect(await read(bytes)).toEqual(["prose [1: ] 私は東京都に住む。"]);
});

test("small kana of their own are text", async () => {
  const content = `BT /F1 20 Tf 40 250 Td (${tou}${kyou}) Tj ET BT /F1 8 Tf 40 100 Td (${kanaTo}${kanaU}${kanaKi}${kanaYo}${kanaU}) Tj ET`;
  const bytes = madePdf({ content, fonts: [japaneseFont], objects: [unicodeMap(japanese)] });
  expect((await read(bytes)).join(" ")).toContain("とうきょう");
});

test("signatures and stamps that are text in their picture alone", async () => {
  const appearance = (text: string) =>
    stream(
      `BT /F1 8 Tf 4 20 Td (${text}) Tj 0 -10 Td (on 2024-05-17) Tj ET`,
      `/Type /XObject /Subtype /Form /BBox [0 0 150 30] /Resources << /Font << /F1 ${helvetica} >> >>`,
    );
  const bytes = madePdf({
    content: "BT /F1 12 Tf 40 250 Td (The crane is yours.) Tj ET",
    fonts: [helvetica],
    annotations: "20 0 R 22 0 R",
    objects: [
      "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature) /Rect [40 40 190 70] /F 4 /AP << /N 21 0 R >> >>",
      appearance("Signed by Ada Berg"),
      "<< /Type /Annot /Subtype /Stamp /Rect [200 40 350 70] /F 4 /AP << /N 23 0 R >> >>",
      appearance("Approved by Ben"),
    ],
  });
  expect(await read(bytes)).toEqual([
    "prose [1: ] The crane is yours.",
    "prose [1: ] Signed by Ada Berg\non 2024-05-17",
    "prose [1: ] Approved by Ben\non 2024-05-17",
  ]);
});

test("a font whose spaces are tabs", async () => {
  const letters = "\tTobernt,:";
  const map = Object.fromEntries(Array.from(letters).map((letter, i) => [letter, String.fromCharCode(0x41 + i)]));
  const said = Array.from("To\tbe\tor\tnot\tto\tbe")
    .map((letter) => map[letter])
    .join("");
  const content = `BT /F1 12 Tf 40 250 Td (${said}) Tj ET`;
  const bytes = madePdf({
    content,
    fonts: [
      fontOf(
        letters,
        Array.from(letters).map(() => 500),
        "20 0 R",
      ),
    ],
    objects: [unicodeMap(letters)],
  });
  expect(await read(bytes)).toEqual(["prose [1: ] To be or not to be"]);
});

test("a drawn font with a box of nothing: the widths of its letters say how large it is", async () => {
  const used = "Weilbgncharst";
  const programs = Array.from(used)
    .map((letter) => `/${letter} 21 0 R`)
    .join(" ");
  const differences = Array.from(used)
    .map((letter) => `${letter.charCodeAt(0)} /${letter}`)
    .join(" ");
  const widths = Array.from({ length: 95 }, (_, i) => (i === 0 ? 13 : 29));
  const font = `<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [0.0042 0 0 0.0042 0 0] /FirstChar 32 /LastChar 126 /Widths [${widths.join(" ")}] /Encoding << /Type /Encoding /Differences [32 /space ${differences}] >> /CharProcs << /space 21 0 R ${programs} >> /Resources << >> /ToUnicode 20 0 R >>`;
  const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i));
  const map = unicodeMap(ascii).replaceAll(
    /<([\da-f]{2})> </g,
    (_, code: string) => `<${(Number.parseInt(code, 16) - 33).toString(16)}> <`,
  );
  const bytes = madePdf({
    content: "BT /F1 58 Tf 40 200 Td (We will begin charging interest) Tj ET",
    fonts: [font],
    objects: [map, stream("29 0 0 0 29 40 d1")],
  });
  expect(await read(bytes)).toEqual(["prose [1: ] We will begin charging interest"]);
});

test("vowel signs without a width go with the letter that they are drawn before", async () => {
  // From left to right, as the page shows it: a stop, and "عذراً" from its end.
  const shown = ".\u064bارذع";
  const font = fontOf(shown, [278, 1, 251, 324, 397, 434], "20 0 R");
  const bytes = madePdf({
    content: "BT /F1 20 Tf 40 200 Td (ABCDEF) Tj ET",
    fonts: [font],
    objects: [unicodeMap(shown)],
  });
  expect(await read(bytes)).toEqual(["prose [1: ] عذراً."]);
});

/** A font without a map to letters whose glyphs, from the byte 0x41 on, have these names. */
function namedFont(names: readonly string[]): string {
  return `<< /Type /Font /Subtype /Type1 /BaseFont /Made /FirstChar 65 /LastChar ${64 + names.length} /Widths [${names.map(() => 500).join(" ")}] /Encoding << /Type /Encoding /Differences [65 ${names.map((name) => `/${name}`).join(" ")}] >> /FontDescriptor << /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 900] /Ascent 900 /Descent -200 /ItalicAngle 0 /CapHeight 700 /StemV 80 >> >>`;
}

test.each([
  ["figures and small capitals of a style", ["one.os", "nine.lf", "zero.tnum", "A.sc", "b.smcp"], "190Ab"],
  ["ligatures", ["f_f_i.liga", "c_t", "T_h", "s_t.dlig"], "ffictThst"],
  ["letters by number", ["uni00E9.alt", "u1E9E.ss01", "uni004F006B.x"], "éẞOk"],
  [
    "accented, Greek and Cyrillic letters",
    ["Ccaron.sc", "ntilde.alt", "omega.x", "afii10023.sc", "afii10072.x"],
    "ČñωЁж",
  ],
  ["Adobe's names for expert fonts", ["oneoldstyle", "twooldstyle", "Asmall", "Eacutesmall"], "12aé"],
])("glyphs of which only the name is known: %s", async (_, names, said) => {
  const letters = Array.from(names.keys(), (i) => String.fromCharCode(0x41 + i)).join("");
  const content = `BT /F1 12 Tf 40 250 Td (${letters}) Tj ET`;
  expect(await read(madePdf({ content, fonts: [namedFont(names)] }))).toEqual([`prose [1: ] ${said}`]);
});

const numberedFont =
  "<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 /FontDescriptor << /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 900] /Ascent 900 /Descent -200 /ItalicAngle 0 /CapHeight 700 /StemV 80 >> >>] >>";
/** A text as the numbers that its letters have in a font whose order begins 29 places before ASCII. */
const numbered = (text: string): string =>
  `<${Array.from(text, (letter) => (letter.codePointAt(0)! - 29).toString(16).padStart(4, "0")).join("")}>`;

test("glyphs of which only the number is known are read in the usual order, and it is said", async () => {
  const sentence = "The harbour pilot signs the timetable each morning.";
  const content = `BT /F1 6 Tf 40 250 Td ${numbered(sentence)} Tj ET BT /F2 6 Tf 40 230 Td ${numbered("Pier 7")} Tj ET`;
  const document = await parseDocument("/made.pdf", madePdf({ content, fonts: [numberedFont, numberedFont] }));
  expect(outline(document)).toEqual([`prose [1: ] ${sentence}`, "prose [1: ] Pier 7"]);
  expect(document.warnings).toEqual([
    "fonts without letters on 1 of 1 pages (1): read in the order that glyphs have in most fonts",
  ]);
});

test("numbers of glyphs in another order are not read", async () => {
  const content = `BT /F1 6 Tf 40 250 Td <${Array.from("Gwhxcpjrdpchaqxkfnsbzmxl", (letter) => (letter.charCodeAt(0) - 64).toString(16).padStart(4, "0")).join("")}> Tj ET`;
  await expect(parseDocument("/made.pdf", madePdf({ content, fonts: [numberedFont] }))).rejects.toThrow(
    "fonts without letters",
  );
});

/** Of glyphs that are named g300, g301 … from the byte 0x21 on, by the file's own whim. */
const namedByNumber = namedFont(["space", ...Array.from({ length: 94 }, (_, i) => `g${i + 300}`)])
  .replace("/FirstChar 65 /LastChar 159", "/FirstChar 32 /LastChar 126")
  .replace("[65 /space", "[32 /space");

test("glyphs whose names are numbers: codes that are letters after all", async () => {
  const content = "BT /F1 12 Tf 40 250 Td (The keeper reads it) Tj ET";
  expect(await read(madePdf({ content, fonts: [namedByNumber] }))).toEqual(["prose [1: ] The keeper reads it"]);
});

test("glyphs whose names are numbers: codes in the order in which they were needed", async () => {
  const said = "The keeper reads it aloud";
  const inOrder = [...new Set(said.replaceAll(" ", ""))].join("");
  const codes = said.replaceAll(
    /\S/g,
    (letter) => `\\${(0x21 + inOrder.indexOf(letter)).toString(8).padStart(3, "0")}`,
  );
  const bytes = madePdf({ content: `BT /F1 12 Tf 40 250 Td (${codes}) Tj ET`, fonts: [namedByNumber] });
  await expect(read(bytes)).rejects.toThrow("fonts without letters");
});

test("a part of a page in a font without letters is named", async () => {
  const content = `BT /F1 8 Tf 40 250 Td (The keeper reads all of this, every evening, before the lamp is lit.) Tj ET BT /F2 8 Tf 40 230 Td <0101020304050607080102030405> Tj ET`;
  const font = fontOf("ABCDEFGH", [500, 500, 500, 500, 500, 500, 500, 500], "")
    .replace("/ToUnicode ", "")
    .replace("/FirstChar 65 /LastChar 72", "/FirstChar 1 /LastChar 8");
  const document = await parseDocument("/made.pdf", madePdf({ content, fonts: [helvetica, font] }));
  expect(document.content.trim()).toBe("The keeper reads all of this, every evening, before the lamp is lit.");
  expect(document.warnings).toEqual(["fonts without letters in a part of 1 of 1 pages (1): that part is not read"]);
});

test("a font of many bytes whose map leaves glyphs out: they are no other letters", async () => {
  const map = stream(
    "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 3 beginbfchar <0301> <0073> <0302> <0065> <0303> <0061> endbfchar endcmap",
  );
  const content = "BT /F1 12 Tf 40 250 Td <030103020303039603960301030203030301030203030301030203030396> Tj ET";
  const font = numberedFont.replace("/Encoding", "/ToUnicode 20 0 R /Encoding");
  expect(await read(madePdf({ content, fonts: [font], objects: [map] }))).toEqual(["prose [1: ] sea seaseasea"]);
  // Where the map says that codes are letters, those that it leaves out are too.
  const letters = stream(
    "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0073> <0073> <0065> <0065> endbfchar endcmap",
  );
  const own = "BT /F1 12 Tf 40 250 Td <007300650061> Tj ET";
  expect(await read(madePdf({ content: own, fonts: [font], objects: [letters] }))).toEqual(["prose [1: ] sea"]);
});
