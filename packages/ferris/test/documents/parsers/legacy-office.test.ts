/** Office 1997 to 2003 as LibreOffice writes it; what else bears such names; and that damaged files end in a word about why. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { DocumentError } from "../../../src/errors.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { compoundFile } from "../support/compound-file.ts";
import { equation, line as lineOf, older } from "../support/mtef.ts";
import { outline } from "../support/outline.ts";
import { randomFrom } from "../support/random-documents.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/office/${name}`, import.meta.url));
}

test.each<[string, string[]]>([
  [
    "gridspan.doc",
    [
      "heading [Rates] Rates",
      "table [Rates] Season: Summer; Single: 80; Double: 120; Breakfast: 12",
      "table [Rates] Season: Winter; Single: closed; Breakfast: 9",
    ],
  ],
  [
    "tracked-spire.doc",
    [
      "prose [] Stays.",
      "prose [] Moved sentence.",
      "prose [] Inserted para.",
      "prose [] kept",
      "prose [] In sdt",
      "table [] cell",
    ],
  ],
  ["initial.doc", ["prose [] The harbour master wrote.", "prose [] “Aurora sails."]],
  [
    "footnotes.doc",
    [
      "heading [Notes test] Notes test",
      "prose [Notes test] The pump must be primed before start and then run for ten minutes. Afterwards close the valve.",
      "prose [Notes test] Next plain paragraph.",
      "prose [Notes test] See chapter nine.",
      "prose [Notes test] Twelve in winter.",
    ],
  ],
  [
    "lists.doc",
    [
      "heading [Rules] Rules",
      "list [Rules] 1. Moor outside",
      "list [Rules] 2. Pay the harbour master",
      "prose [Rules] See rule 2.",
      "list [Rules] - Ropes",
      "list [Rules] - Lamps",
      "list [Rules] 1. Inner step",
    ],
  ],
  [
    // With a paragraph and words in a cell that were deleted while changes were tracked.
    "tracked.doc",
    [
      "heading [Minutes] Minutes",
      "prose [Minutes] The fee is sixty euros für Müller.",
      "prose [Minutes] The next one stayed.",
      "table [Minutes] Ship: Aurora; Berth: nine",
      "prose [Minutes] End.",
    ],
  ],
  ["merged-header.xls", ["table [Sheet] Ship: Aurora; 2023 Trips: 10; 2023 Fuel: 200; 2024 Trips: 12; 2024 Fuel: 240"]],
  [
    // A sheet with a box in a group, WordArt, a formula that is an object, and a header.
    "drawings.xls",
    [
      "table [Sheet1] Ship: Aurora; Berths: 4",
      "prose [Sheet1] A comment on Aurora",
      "prose [Sheet1] Words in a text shape",
      "prose [Sheet1] In a group left",
      "prose [Sheet1] In a group right",
      "prose [Sheet1] a/b",
      "prose [Sheet1] Grand opening",
      "prose [] Harbour printed header",
    ],
  ],
  [
    // A letter with the same, and a box in its header.
    "drawings.doc",
    [
      "prose [] Before the picture  after it.",
      "prose [] Grand opening",
      "prose [] The law E=(mc^2)/(√(1−(v^2)/(c^2))) holds.",
      "prose [] Last paragraph.",
      "prose [] Words in a text frame",
      "prose [] Words in a text shape",
      "prose [] In a group left",
      "prose [] In a group right",
      "prose [] Harbour header",
      "prose [] Box in the header",
    ],
  ],
  [
    // As Gnumeric writes it: a format with a part for texts, a prompt, a header with the page's number.
    "gnumeric.xls",
    [
      "table [Kinds] Kind: name; Shown: Dr. Smith",
      "table [Kinds] Kind: elapsed; Shown: 36:00",
      "prose [Kinds] State\nChoose one of two",
      "prose [] Left head",
    ],
  ],
  ["form.doc", ["prose [] Ticked ☒ box", "prose [] Unticked ☐ box", "prose [] Chosen ketch here"]],
  [
    "extras.xls",
    [
      "table [Sales] Region: North; Q1: 12",
      "table [Sales] Region: South; Q1: 15",
      "prose [Sales] Includes the Marseille backlog",
      "prose [Sales] Figures are unaudited until June",
      "prose [Sales] Quarterly turnover by region",
      "table [Secret] hidden sheet words",
    ],
  ],
])("%s", async (name, expected) => {
  expect(await outlineOfFixture(`office/${name}`)).toEqual(expected);
});

test("slides with WordArt, boxes in groups, and a formula that is an object", async () => {
  const bytes = gunzipSync(fixture("drawings.ppt.gz"));
  expect(outline(await parseDocument("/drawings.ppt", bytes))).toEqual([
    "prose [1: ] Grand opening",
    "prose [1: ] Words in a text shape",
    "prose [1: ] In a group left",
    "prose [1: ] In a group right",
    "prose [1: ] a/b",
  ]);
});

test("slides with their notes, in the order of the show", async () => {
  const bytes = gunzipSync(fixture("deck.ppt.gz"));
  expect(outline(await parseDocument("/deck.ppt", bytes))).toEqual([
    "heading [1: Harbour pumps] Harbour pumps",
    "prose [1: Harbour pumps] Yearly review",
    "heading [2: What broke] What broke",
    "prose [2: What broke] Two seals in March\nOne bearing in July",
    "prose [2: What broke] Mention the salt water.",
    "heading [3: Costs] Costs",
    "table [3: Costs] Part: Seal; Euro: 40",
  ]);
});

test("numbers are shown as in the workbook of today's format", async () => {
  const old = (await outlineOfFixture("office/number-formats.xls")).map((line) => line.replace(/^.*; Shown: /, ""));
  const today = (await outlineOfFixture("office/number-formats.xlsx")).map((line) => line.replace(/^.*; Shown: /, ""));
  expect(old).toEqual(today);
});

test("a workbook of Excel 5 or 95: texts in its code page, numbers as shown, comments", async () => {
  const u16 = (...numbers: number[]) => numbers.flatMap((number) => [number & 0xff, number >> 8]);
  const bytes = (text: string) => [...Buffer.from(text, "latin1")];
  const double = (number: number) => [...Buffer.from(Float64Array.of(number).buffer)];
  const record = (type: number, ...body: number[]) => [...u16(type, body.length), ...body];
  const sheet = [
    ...record(0x0809, ...u16(0x0500, 0x0010, 0, 0)),
    ...record(0x0204, ...u16(0, 0, 0, 6), ...bytes("\xcf\xf0\xe8\xf7\xe0\xeb")),
    ...record(0x00d6, ...u16(0, 1, 0, 4), ...bytes("\xd6\xe5\xed\xe0"), 1, 0, 1),
    ...record(0x0204, ...u16(1, 0, 0, 1), ...bytes("A")),
    ...record(0x0203, ...u16(1, 1, 1), ...double(0.155)),
    ...record(0x0204, ...u16(2, 0, 0, 1), ...bytes("B")),
    ...record(0x0006, ...u16(2, 1, 0), 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...u16(0, 0, 0), 0, 0),
    ...record(0x0207, ...u16(4), ...bytes("\xed\xe5\xf2!")),
    ...record(0x001c, ...u16(1, 1, 7), ...bytes("Ask Ann")),
    ...record(0x001c, ...u16(0xffff, 0, 7), ...bytes(" first.")),
    ...record(0x000a),
  ];
  const globals = (offset: number) => [
    ...record(0x0809, ...u16(0x0500, 0x0005, 0, 0)),
    ...record(0x0042, ...u16(1251)),
    ...record(0x041e, ...u16(164), 4, ...bytes("0.0%")),
    ...record(0x00e0, ...u16(0, 0), ...Array<number>(12).fill(0)),
    ...record(0x00e0, ...u16(0, 164), ...Array<number>(12).fill(0)),
    ...record(0x0085, ...u16(offset, 0), 0, 0, 5, ...bytes("\xcb\xe8\xf1\xf21")),
    ...record(0x000a),
  ];
  const Book = Uint8Array.from([...globals(globals(0).length), ...sheet]);
  expect(outline(await parseDocument("/old.xls", compoundFile({ Book })))).toEqual([
    "table [Лист1] Причал: A; Цена: 15.5%",
    "table [Лист1] Причал: B; Цена: нет!",
    "prose [Лист1] Ask Ann first.",
  ]);
});

test("a document of Word 6 or 95: text in the code page of its fonts, tables, fields, notes; what was saved in pieces", async () => {
  const text = "Molo\x0bvn\xecj\x9a\xed\rPil\xed\xf8\x07Cena\x07\x07\x13 PAGE \x147\x15 dn\xed\x0775\x07\x07Konec\r";
  const note = "Ask Ann.\r";
  const bytes = Buffer.from(text + note, "latin1");
  const start = 0x400;
  const main = Buffer.alloc(start + bytes.length + 100);
  main.writeUInt16LE(0xa5dc, 0);
  main.writeUInt16LE(101, 2);
  main.writeUInt16LE(0x409, 6);
  main.writeUInt32LE(start, 0x18);
  main.writeUInt32LE(text.length, 0x34);
  main.writeUInt32LE(note.length, 0x38);
  // One font, of Central Europe.
  main.writeUInt32LE(0x300, 0xd0);
  main.writeUInt32LE(10, 0xd4);
  main.set([10, 0, 7, 0, 0, 0, 238, 0], 0x300);
  main.set(bytes, start);
  const expected = ["prose [] Molo\nvnější", "table [] Pilíř: 7 dní; Cena: 75", "prose [] Konec", "prose [] Ask Ann."];
  const read = async () => outline(await parseDocument("/old.doc", compoundFile({ WordDocument: main })));
  expect(await read()).toEqual(expected);
  // The same in two pieces, the second of which stands first.
  const cut = 12;
  main.writeUInt16LE(4, 0x0a);
  main.set(bytes.subarray(cut), start);
  main.set(bytes.subarray(0, cut), start + bytes.length - cut);
  main.writeUInt32LE(0x200, 0x160);
  main.writeUInt32LE(33, 0x164);
  main.writeUInt8(2, 0x200);
  main.writeUInt32LE(28, 0x201);
  for (const [index, place] of [0, cut, bytes.length].entries()) main.writeUInt32LE(place, 0x205 + 4 * index);
  main.writeUInt32LE(start + bytes.length - cut, 0x205 + 12 + 2);
  main.writeUInt32LE(start, 0x205 + 12 + 10);
  expect(await read()).toEqual(expected);
});

/** The main stream of a document of Word 6, whose runs end at `ends`, without their properties; `page` is where the page of its runs begins. */
function wordSix(text: string, ends: readonly number[]): { main: Buffer; page: number } {
  const start = 0x400;
  const page = 0x600;
  const main = Buffer.alloc(page + 512);
  main.writeUInt16LE(0xa5dc, 0);
  main.writeUInt16LE(104, 2);
  main.writeUInt16LE(0x409, 6);
  main.writeUInt32LE(start, 0x18);
  main.writeUInt32LE(start + text.length, 0x1c);
  main.writeUInt32LE(text.length, 0x34);
  main.write(text, start, "latin1");
  // One page of runs: its list, and in it the runs that end here, each with the place of its properties.
  main.writeUInt32LE(0x300, 0xb8);
  main.writeUInt32LE(10, 0xbc);
  main.writeUInt32LE(start, 0x300);
  main.writeUInt32LE(start + text.length, 0x304);
  main.writeUInt16LE(page / 512, 0x308);
  for (const [index, end] of ends.entries()) main.writeUInt32LE(start + end, page + 4 * index);
  return { main, page };
}

test("what was deleted in Word 6 or 95 while changes were tracked is not read", async () => {
  const text = "The fee is fifty sixty euros.\rGone.\rEnd.\r";
  const ends = [0, 11, 17, 30, 36, text.length];
  const { main, page } = wordSix(text, ends);
  // Bold and deleted; bold alone; an author, then deleted.
  main.set([0, 100, 110, 120, 0], page + 4 * ends.length);
  main.set([4, 85, 1, 65, 1], page + 200);
  main.set([2, 85, 1], page + 220);
  main.set([10, 69, 1, 0, 70, 1, 2, 3, 4, 65, 1], page + 240);
  main.writeUInt8(ends.length - 1, page + 511);
  expect(outline(await parseDocument("/old.doc", compoundFile({ WordDocument: main })))).toEqual([
    "prose [] The fee is sixty euros.",
    "prose [] End.",
  ]);
});

test("formulas of Word 6 or 95 stand where their object does", async () => {
  const text = "The energy is \x01 here.\rEnd.\r";
  const ends = [0, 14, 15, text.length];
  const { main, page } = wordSix(text, ends);
  main.set([0, 100, 0], page + 4 * ends.length);
  // An object, and its number.
  main.set([8, 75, 1, 68, 4, 0xd2, 0x04, 0, 0], page + 200);
  main.writeUInt8(ends.length - 1, page + 511);
  const formula = (number: number, words: string) => ({
    [`ObjectPool/_${number}/Equation Native`]: equation(3, lineOf(older.text(words))),
  });
  const file = compoundFile({ WordDocument: main, ...formula(1234, "E=mgh"), ...formula(99, "x") });
  expect(outline(await parseDocument("/old.doc", file))).toEqual([
    "prose [] The energy is E=mgh here.",
    "prose [] End.",
    "prose [] x",
  ]);
});

test("texts of a workbook of 1997 to 2003 are in the format of their cells, those of formulas too", async () => {
  expect((await outlineOfFixture("office/text-format.xls"))[0]).toBe("table [Sheet1] Dr. Miller | Dr. Smith");
});

test("objects of LibreOffice are read", async () => {
  const chart = `<office:document-content><office:body><office:chart><chart:chart><chart:title><text:p>Fees</text:p></chart:title><table:table><table:table-row><table:table-cell/><table:table-cell><text:p>Q1</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>East</text:p></table:table-cell><table:table-cell office:value="NaN"><text:p>NaN</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>West</text:p></table:table-cell><table:table-cell><text:p>7</text:p></table:table-cell></table:table-row></table:table></chart:chart></office:chart></office:body></office:document-content>`;
  const formula = `<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>E</mi><mo>=</mo><mi>m</mi></mrow><annotation>E=m</annotation></semantics></math>`;
  const object = (xml: string) =>
    compoundFile({ package_stream: zipSync({ "content.xml": strToU8(xml) }), "\x01Ole": "x" });
  const document = zipSync({
    "word/document.xml": strToU8("<w:document><w:body><w:p><w:r><w:t>Text</w:t></w:r></w:p></w:body></w:document>"),
    "word/_rels/document.xml.rels": strToU8(
      '<Relationships><Relationship Id="a" Type="x/oleObject" Target="a.bin"/><Relationship Id="b" Type="x/oleObject" Target="b.bin"/></Relationships>',
    ),
    "word/a.bin": object(chart),
    "word/b.bin": object(formula),
  });
  const lines = outline(await parseDocument("/a.docx", document)).map((text) => text.replace(/ \[.*?\]/, ""));
  expect(lines).toEqual([
    "prose Text",
    "metadata Attachment: document.odt",
    "prose Fees",
    "table Q1",
    "table East",
    "table West | 7",
    "metadata Attachment: document.odt",
    "prose E=m",
  ]);
});

test("documents before Word 6 are named by the program that wrote them, those of Macintosh without an extension", async () => {
  const read = (name: string, ...first: number[]) =>
    parseDocument(name, Uint8Array.from([...first, ...Buffer.from("Dear Ann")]));
  await expect(read("/a.doc", 0xfe, 0x37, 0, 0x23)).rejects.toThrow(/Word 5 for the Macintosh.*save it as \.docx/);
  await expect(read("/letter", 0xfe, 0x37, 0, 0x1c)).rejects.toThrow(/Word 4 for the Macintosh/);
  await expect(read("/a.doc", 0xdb, 0xa5, 0x2d, 0)).rejects.toThrow(/Word 2 for Windows/);
  await expect(read("/a.doc", 0xff, 0x57, 0x50, 0x43)).rejects.toThrow(/WordPerfect/);
});

test("a password is named, whatever the name", async () => {
  for (const name of ["/a.docx", "/a.xlsx", "/a.pptx", "/a.doc"]) {
    await expect(parseDocument(name, fixture("secret.docx"))).rejects.toMatchObject({ reason: "encrypted" });
  }
});

test("files of other formats under these names", async () => {
  expect((await parseDocument("/a.doc", fixture("ruby.docx"))).content).toContain("東京");
  expect((await parseDocument("/a.doc", fixture("letter.rtf"))).content).toContain("lighthouse");
  expect((await parseDocument("/a.docx", fixture("gridspan.doc"))).content).toContain("Single: closed");
  expect(outline(await parseDocument("/a.xls", Buffer.from("Part\tStock\nSeal\t12\n")))).toEqual([
    "table [] Part: Seal; Stock: 12",
  ]);
  expect((await parseDocument("/a.doc", Buffer.from("Just words.\n"))).content).toContain("Just words.");
});

describe("damaged files", () => {
  test.each(["gridspan.doc", "footnotes.doc", "extras.xls", "number-formats.xls", "deck.ppt.gz"])(
    "%s with other bytes, or cut off",
    async (name) => {
      const whole = name.endsWith(".gz") ? gunzipSync(fixture(name)) : fixture(name);
      const random = randomFrom(7);
      const started = processorTime();
      for (let attempt = 0; attempt < 60; attempt++) {
        const bytes = Uint8Array.from(
          whole.subarray(0, attempt % 3 === 0 ? Math.floor(random() * whole.length) : undefined),
        );
        for (let change = 0; change < 20; change++) {
          // Most of what matters stands near the beginning of a stream.
          bytes[Math.floor(random() ** 2 * bytes.length)] = [0, 0xff, 0x7f, Math.floor(random() * 256)][change % 4];
        }
        await parseDocument(`/a${name.replace(".gz", "").slice(name.indexOf("."))}`, bytes).catch((error: unknown) => {
          expect(error).toBeInstanceOf(DocumentError);
          expect((error as Error).message).not.toMatch(/not readable as/);
        });
      }
      expect(processorTime() - started).toBeLessThan(60_000);
    },
  );
});
