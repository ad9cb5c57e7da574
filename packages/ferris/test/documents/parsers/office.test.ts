/** Formats that are archives of XML: files that LibreOffice and Word made. */
import { readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

async function parseFixture(name: string) {
  return parseDocument(`/somewhere/${name}`, readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));
}

const manual = [
  "heading [Pump manual] Pump manual",
  "prose [Pump manual] This manual is for the people who keep the pumps of the harbour running.",
  "heading [Pump manual > Maintenance] Maintenance",
  "prose [Pump manual > Maintenance] Check the seals every month. A worn seal lets salt water into the bearing.",
  "list [Pump manual > Maintenance] - Close the inlet valve.",
  "list [Pump manual > Maintenance] - Drain the housing.",
  "heading [Pump manual > Maintenance > Lubrication] Lubrication",
  "prose [Pump manual > Maintenance > Lubrication] Use grease of class NLGI\u00a02. Größere Pumpen brauchen 40\u00a0g.",
  "table [Pump manual > Maintenance > Lubrication] Part: Seal; Interval: 30 days",
  "table [Pump manual > Maintenance > Lubrication] Part: Bearing; Interval: 1 year",
  "heading [Pump manual > Troubleshooting] Troubleshooting",
  "prose [Pump manual > Troubleshooting] Error E-117 means that the motor protection has tripped.",
];

test("a paragraph with footnotes is whole, and they follow it", async () => {
  expect(outline(await parseFixture("footnotes.odt")).slice(1)).toEqual([
    "prose [Notes test] The pump must be primed before start and then run for ten minutes. Afterwards close the valve.",
    "prose [Notes test] See chapter nine.",
    "prose [Notes test] Twelve in winter.",
    "prose [Notes test] Next plain paragraph.",
  ]);
});

test("a text box follows the paragraph that it stands in, once", async () => {
  const box = "<w:txbxContent><w:p><w:r><w:t>Inside the box</w:t></w:r></w:p></w:txbxContent>";
  const drawing = `<mc:AlternateContent><mc:Choice>${box}</mc:Choice><mc:Fallback>${box}</mc:Fallback></mc:AlternateContent>`;
  const run = (text: string) => `<w:r><w:t>${text}</w:t></w:r>`;
  const paragraph = `<w:p>${run("Before the box")}<w:r>${drawing}</w:r>${run(" after the box.")}</w:p>`;
  const inTable = `<w:tbl><w:tr><w:tc>${paragraph}</w:tc><w:tc><w:p>${run("Cell")}</w:p></w:tc></w:tr></w:tbl>`;
  const docx = zipSync({
    "word/document.xml": strToU8(`<w:document><w:body>${paragraph}${inTable}</w:body></w:document>`),
  });
  expect(outline(await parseDocument("/a.docx", docx))).toEqual([
    "prose [] Before the box after the box.",
    "prose [] Inside the box",
    "table [] Before the box after the box. Inside the box | Cell",
  ]);

  const odt = (body: string) =>
    zipSync({
      "content.xml": strToU8(`<office:document-content><office:body>${body}</office:body></office:document-content>`),
    });
  const comment = "<office:annotation><dc:creator>A</dc:creator><text:p>check this</text:p></office:annotation>";
  const frame = "<draw:frame><draw:text-box><text:p>Inside the box</text:p></draw:text-box></draw:frame>";
  const body = `<text:p>Before${frame} and after${comment}.</text:p><text:p>Next</text:p>`;
  expect(outline(await parseDocument("/a.odt", odt(body)))).toEqual([
    "prose [] Before and after.",
    "prose [] Inside the box",
    "prose [] check this",
    "prose [] Next",
  ]);
});

describe("text documents", () => {
  test.each(["manual.docx", "manual.odt"])("%s: headings, lists, tables", async (name) => {
    const document = await parseFixture(name);
    expect(outline(document)).toEqual(manual);
    expect(document.title).toBe("Pump manual");
  });

  test("a file from Word with nested tables", async () => {
    expect(outline(await parseFixture("word.docx"))).toEqual([
      "prose [] Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
      "table [] Text before Table Between Text after",
      "prose [] Donec semper facilisis metus finibus malesuada.",
      // Its header and footer.
      "prose [] Left-side | Right-side",
      "prose [] Copyright | Page-number",
    ]);
  });

  test("a book", async () => {
    const document = await parseFixture("manual.epub");
    expect(document.title).toBe("Pump manual");
    expect(document.content).toContain("Error E-117 means that the motor protection has tripped.");
    expect(document.content).toContain("Part: Bearing; Interval: 1 year");
  });

  test("chapters come in reading order with their headings", async () => {
    expect(outline(await parseDocument("/b.epub", book('<itemref idref="b"/><itemref idref="a"/>')))).toEqual([
      "heading [Chapter 2] Chapter 2",
      "prose [Chapter 2] Text 2.",
      "heading [Chapter 1] Chapter 1",
      "prose [Chapter 1] Text 1.",
    ]);
  });

  test("without an order they come as they are listed; a missing one is named", async () => {
    for (const order of ["", '<itemref idref="chapter-one"/>'])
      expect(outline(await parseDocument("/b.epub", book(order))).map((line) => line.slice(-1))).toEqual([
        "1",
        ".",
        "2",
        ".",
      ]);
    const { warnings } = await parseDocument("/b.epub", book('<itemref idref="c"/><itemref idref="a"/>'));
    expect(warnings).toEqual(["OEBPS/c3.xhtml, which the book names as a chapter, is missing"]);
  });
});

/** A book of two chapters in a given order. */
function book(order: string): Uint8Array {
  const chapter = (number: number) =>
    strToU8(`<html><body><h1>Chapter ${number}</h1><p>Text ${number}.</p></body></html>`);
  const item = (id: string, href: string) => `<item id="${id}" href="${href}" media-type="application/xhtml+xml"/>`;
  const items = item("a", "c%201.xhtml") + item("b", "c2.xhtml") + item("c", "c3.xhtml");
  return zipSync({
    "META-INF/container.xml": strToU8(
      '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    ),
    "OEBPS/book.opf": strToU8(
      `<package><metadata><dc:title>Two</dc:title></metadata><manifest>${items}</manifest><spine>${order}</spine></package>`,
    ),
    "OEBPS/c 1.xhtml": chapter(1),
    "OEBPS/c2.xhtml": chapter(2),
  });
}

test.each(["slides.pptx", "slides.odp"])("%s: slides are pages, with notes and tables", async (name) => {
  const document = await parseFixture(name);
  expect(outline(document).map((line) => line.replace(/^list(.*)- /, "prose$1"))).toEqual(
    expect.arrayContaining([
      "heading [1: Harbour pumps] Harbour pumps",
      "prose [1: Harbour pumps] Yearly review",
      "heading [2: What broke] What broke",
      "prose [2: What broke] Mention the salt water.",
      "heading [3: Costs] Costs",
      "table [3: Costs] Part: Seal; Euro: 40",
    ]),
  );
  expect(document.content).toMatch(/Two seals in March[\s\S]*One bearing in July/);
  expect(document.content).not.toContain("number");
});

test.each(["stock.xlsx", "stock.ods"])("%s: rows say their columns' names", async (name) => {
  expect(outline(await parseFixture(name))).toEqual([
    "table [stock] Part: Seal; Stock: 12; Supplier: Harbour Supplies",
    "table [stock] Part: Bearing; Stock: 3; Supplier: Miller, Sons",
    "table [stock] Part: Grease; Stock: 40; Supplier: Oil & Co",
  ]);
});

test("a sheet's dates, booleans, gaps and phonetic guides", async () => {
  const part = (xml: string) => strToU8(xml);
  const bytes = zipSync({
    "xl/workbook.xml": part('<workbook><sheets><sheet name="Log" r:id="r1"/></sheets></workbook>'),
    "xl/_rels/workbook.xml.rels": part(
      '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/s.xml"/></Relationships>',
    ),
    "xl/sharedStrings.xml": part(
      "<sst><si><t>東京</t><rPh><t>トウキョウ</t></rPh></si><si><r><t>rich </t></r><r><t>text</t></r></si></sst>",
    ),
    "xl/styles.xml": part(
      '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd.mm.yyyy"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>',
    ),
    "xl/worksheets/s.xml": part(
      '<worksheet><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row><c r="A2" s="1"><v>45000</v></c><c r="B2" s="2"><v>45000.5</v></c><c r="C2" t="b"><v>1</v></c><c r="D2" t="inlineStr"><is><t>in line</t></is></c></row></sheetData></worksheet>',
    ),
  });
  expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual([
    "table [Log] 東京 | rich text",
    "table [Log] 2023-03-15 | 15.03.2023 | TRUE | in line",
  ]);
});

describe("archives that are not what they should be", () => {
  const small = strToU8("<w:document><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p></w:body></w:document>");

  test("a bomb is refused by the sizes it claims, before it is unpacked", async () => {
    const bomb = zipSync({ "word/document.xml": new Uint8Array(2 ** 28) });
    expect(bomb.length).toBeLessThan(2 ** 20);
    const before = process.memoryUsage().rss;
    await expect(parseDocument("/bomb.docx", bomb)).rejects.toMatchObject({
      reason: "too large",
      message: expect.stringMatching(/bomb|MB/),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
  });

  test("no archive, a missing part, a truncated file, an old or encrypted one, XML without end", async () => {
    const cases: [Uint8Array, string][] = [
      [strToU8("not a zip file"), "damaged"],
      [zipSync({ "other.xml": small }), "damaged"],
      [zipSync({ "word/document.xml": small }).subarray(0, 60), "damaged"],
      [Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), "damaged"],
      [zipSync({ "word/document.xml": strToU8("<a>".repeat(100_000)) }), "damaged"],
    ];
    for (const [bytes, reason] of cases)
      await expect(parseDocument("/a.docx", bytes)).rejects.toMatchObject({ reason });
    expect((await parseDocument("/a.docx", zipSync({ "word/document.xml": small }))).content.trim()).toBe("text");
  });

  test("entities of a document's own are not expanded", async () => {
    const laughs = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "${"&a;".repeat(1000)}">]><w:document><w:p><w:t>&b;</w:t></w:p></w:document>`;
    const { content } = await parseDocument("/a.docx", zipSync({ "word/document.xml": strToU8(laughs) }));
    expect(content.length).toBeLessThan(100);
  });
});
