/** Workbooks as XlsxWriter, openpyxl and Excel write them: numbers as shown, formulas, comments, drawings, merged cells, tables. */
import { readFileSync } from "node:fs";
import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { DocumentError } from "../../../src/errors.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { numberFormat } from "../../../src/documents/parsers/spreadsheet/number-formats.ts";
import { unescaped } from "../../../src/documents/parsers/spreadsheet/strings.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { outline } from "../support/outline.ts";

test.each<[string, string[]]>([
  ["date1904.xlsx", ["table [Log] Event: Launch; Date: 2021-05-17"]],
  [
    "formats.xlsx",
    [
      "table [Budget] Item: Harbour dues; Share: 15.5%; Price: 1,234.50 kr; Start: 13:30; Length: 36:00; Due: 2023-03-15; Month: Mar; Stamp: 2023-03-15 18:00; Sum: 0.3; ZIP: 00123",
      "table [Budget] Item: Lamp; Price: 1.23E-05; Start: 18:00; Length: 6:00:00",
      "table [Budget] Item: Red format; Share: 1/2; Price: -1,500; Sum: TRUE",
    ],
  ],
  [
    "formula-nocache.xlsx",
    [
      "table [Calc] Item: Rope; Net: 100; Gross: =B2*1.25",
      'table [Calc] Item: Name; Net: =CONCATENATE("Sea","Horse"); Gross: =HYPERLINK("http://example.org/x","Open manual")',
    ],
  ],
  [
    "extras.xlsx",
    [
      "table [Sales] Region: North; Q1: 12",
      "table [Sales] Region: South; Q1: 15",
      "prose [Sales] Includes the Marseille backlog",
      "prose [Sales] Quarterly turnover by region",
      "prose [Sales] Revenue of ferries",
      "prose [Sales] Figures are unaudited until June",
      "table [Secret] hidden sheet words",
    ],
  ],
  [
    "merged-header.xlsx",
    ["table [Sheet] Ship: Aurora; 2023 Trips: 10; 2023 Fuel: 200; 2024 Trips: 12; 2024 Fuel: 240"],
  ],
  [
    "title-row.xlsx",
    [
      "table [Stock] Inventory of the boathouse, spring",
      "table [Stock] Item: Oar; Count: 14; Place: Rack 2",
      "table [Stock] Item: Life vest; Count: 30; Place: Locker",
    ],
  ],
  ["x000D.xlsx", ["table [Sheet1] Note: first line\nsecond line; N: 1", "table [Sheet1] Note: tab vert; N: 2"]],
])("%s", async (name, expected) => {
  expect(await outlineOfFixture(`office/${name}`)).toEqual(expected);
});

test("numbers are shown as LibreOffice shows them", async () => {
  // number-formats.json is what LibreOffice 7.4 made of the same workbook.
  const url = new URL("../../fixtures/office/number-formats.json", import.meta.url);
  const shown = JSON.parse(readFileSync(url, "utf8")) as [string, string][];
  // Excel rounds seconds and picks the nearest fraction, LibreOffice does neither.
  const asExcel: Record<string, string> = {
    "# ??/??": "3 1/7",
    "hh:mm:ss": "02:57:47",
    "mm:ss": "17:43",
    "dd.mm.yyyy hh:mm:ss": "15.03.2023 18:01:44",
  };
  const expected = shown.map(
    ([pattern, text]) =>
      `table [Formats] Pattern: ${pattern}; Shown: ${asExcel[pattern] ?? text.replace(/\s+/g, " ").trim()}`,
  );
  expect(await outlineOfFixture("office/number-formats.xlsx")).toEqual(expected);
});

test.each<[number, string | undefined, number, string]>([
  [14, undefined, 45000, "2023-03-15"],
  [22, undefined, 45000.5, "2023-03-15 12:00"],
  [30, undefined, 45000, "2023-03-15"],
  [0, undefined, 0.1 + 0.2, "0.3"],
  [0, undefined, 4012888888881881, "4012888888881881"],
  [200, "[$-407]mmmm", 45000, "März"],
  [200, ";;;", 5, "5"],
  [200, "0.0[nonsense", 5.25, "5.25"],
  [200, "0".repeat(5_000), 7, "7"],
  [14, undefined, 1e300, "1E+300"],
  [0, undefined, 1e-7, "1E-07"],
  [200, "[h]:mm:ss", -1234.5, "-29628:00:00"],
  [200, "[mm]:ss", -0.25, "-360:00"],
  [200, "# ?/?", 0.999, "1"],
  [200, "# ?/?", 12.5, "12 1/2"],
  [200, "?/?", 1, "1/1"],
  [200, '[$-411]ggge"年"m"月"d"日"', 44927, "令和5年1月1日"],
  [200, "[$-411]ge.m.d", 32515, "S64.1.7"],
  [200, "[$-411]ge.m.d", 32516, "H1.1.8"],
  [200, '[$-ja-JP]ee"年"', 44927, "05年"],
  [200, "yyyy.m.d", 44927, "2023.1.1"],
  [200, "[DBNum2][$-804]General", 20304050, "贰仟零叁拾万零肆仟零伍拾"],
  [200, "[DBNum1]General", 15, "十五"],
  [200, "[DBNum2]0", 120, "壹贰零"],
  [200, '[DBNum1][$-804]yyyy"年"m"月"d"日"', 45220, "二〇二三年十月二十一日"],
  [200, "[ENG][$-409]d\\-mmm\\-yy;@", 44927, "1-Jan-23"],
  [200, "[NatNum1][$-411]0.0", 1.25, "1.3"],
  [200, "[RED]0.0", 1.25, "1.3"],
])("format %s %s of %s", (id, pattern, value, expected) => {
  expect(numberFormat(id, pattern, false)(value)).toBe(expected);
});

test("where days are counted from 1904, time that passed is counted from nothing", () => {
  expect(numberFormat(46, undefined, true)(1.5)).toBe("36:00:00");
  expect(numberFormat(14, undefined, true)(0)).toBe("1904-01-01");
});

test("characters that XML cannot hold", () => {
  expect(unescaped("a_x000D_\nb _x005F_x000D_ _x0041_")).toBe("a\nb _x000D_ A");
});

/** A workbook of one sheet, whose rows are given as XML. */
function xlsx(sheet: string, parts: Record<string, string> = {}): Uint8Array {
  const rels = (inner: string) => `<Relationships>${inner}</Relationships>`;
  const all: Record<string, string> = {
    "_rels/.rels": rels('<Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/>'),
    "xl/workbook.xml": '<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": rels('<Relationship Id="r1" Type="x/worksheet" Target="worksheets/s.xml"/>'),
    "xl/worksheets/s.xml": `<worksheet>${sheet}</worksheet>`,
    ...parts,
  };
  return zipSync(Object.fromEntries(Object.entries(all).map(([name, text]) => [name, strToU8(text)])));
}

const row = (number: number, cells: Record<string, string>) =>
  `<row r="${number}">${Object.entries(cells)
    .map(([column, text]) => `<c r="${column}${number}" t="str"><v>${text}</v></c>`)
    .join("")}</row>`;

describe("sheets", () => {
  test("merged cells over rows that are not in the file", async () => {
    const rows = row(1, { A: "Sailor", B: "Ship" }) + row(2, { A: "Bo", B: "Fram" }) + row(5, { B: "Aurora" });
    const bytes = xlsx(`<sheetData>${rows}</sheetData><mergeCells><mergeCell ref="A2:A5"/></mergeCells>`);
    expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual([
      "table [S] Sailor: Bo; Ship: Fram",
      "table [S] Sailor: Bo; Ship: Aurora",
    ]);
  });

  test("what is printed above and below the pages is said once, after the sheets; relations may be missing", async () => {
    const printed =
      "<headerFooter><oddHeader>&amp;L&amp;&quot;Arial,Bold&quot;&amp;14Fram &amp;&amp; Sons&amp;CConfidential&amp;R&amp;K00-0002024&amp;D</oddHeader><oddFooter>&amp;LHarbour&amp;R&amp;P / &amp;N</oddFooter><evenFooter>Page &amp;P of &amp;N</evenFooter></headerFooter>";
    const sheet = `<worksheet><sheetData>${row(1, { A: "Bo" })}</sheetData>${printed}</worksheet>`;
    const expected = ["table [S] Bo", "prose [] Fram & Sons\tConfidential\t2024", "prose [] Harbour"];
    const sheets = { "xl/worksheets/sheet1.xml": sheet, "xl/worksheets/s.xml": sheet };
    expect(outline(await parseDocument("/a.xlsx", xlsx("", sheets)))).toEqual(expected);
    const without = { ...sheets, "xl/_rels/workbook.xml.rels": "<Relationships/>" };
    expect(outline(await parseDocument("/a.xlsx", xlsx("", without)))).toEqual(expected);
  });

  test("what is said of a cell of what belongs into it, once", async () => {
    const validation = '<dataValidation type="list" promptTitle="State" prompt="Choose one_x000A_of two" sqref="A1"/>';
    const bytes = xlsx(
      `<sheetData>${row(1, { A: "open" })}</sheetData><dataValidations>${validation}${validation}</dataValidations>`,
    );
    expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual([
      "table [S] open",
      "prose [S] State\nChoose one\nof two",
    ]);
  });

  test("choices that are given as a text, in the ways of all versions; not those that are cells", async () => {
    const list = (formula: string) =>
      `<dataValidation type="list" sqref="A1"><formula1>${formula}</formula1></dataValidation>`;
    const newer = `<x14:dataValidation type="list"><x14:formula1><xm:f>"Oak,Ash"</xm:f></x14:formula1></x14:dataValidation>`;
    const long = `<dataValidation type="list"><mc:AlternateContent><mc:Choice Requires="x12ac"><x12ac:list>Bow,"Stern, left"</x12ac:list></mc:Choice></mc:AlternateContent></dataValidation>`;
    const number = `<dataValidation type="whole"><formula1>"1,2"</formula1></dataValidation>`;
    const bytes = xlsx(
      `<sheetData>${row(1, { A: "open" })}</sheetData><dataValidations>${list('"Open, Closed,Say ""no"""')}${list("$A$1:$A$4")}${long}${number}</dataValidations><extLst><ext><x14:dataValidations>${newer}</x14:dataValidations></ext></extLst>`,
    );
    expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual([
      "table [S] open",
      'prose [S] Open, Closed, Say "no"',
      "prose [S] Bow, Stern, left",
      "prose [S] Oak, Ash",
    ]);
  });

  test("texts that formulas give: in the format of their cell, and none where they are empty", async () => {
    const cells =
      '<row r="1"><c r="A1" t="str" s="1"><f>B1</f><v>Smith</v></c><c r="B1" t="str"><f>IF(1,"")</f><v></v></c><c r="C1"><f>1+1</f><v></v></c><c r="D1" s="1" t="inlineStr"><is><t>Jones</t></is></c><c r="E1" t="d" s="2"><v>2024-05-17T18:30:00</v></c></row>';
    const styles =
      '<styleSheet><numFmts><numFmt numFmtId="200" formatCode="&quot;Dr. &quot;@"/><numFmt numFmtId="201" formatCode="d mmm yyyy h:mm"/></numFmts><cellXfs><xf/><xf numFmtId="200"/><xf numFmtId="201"/></cellXfs></styleSheet>';
    const bytes = xlsx(`<sheetData>${cells}</sheetData>`, { "xl/styles.xml": styles });
    const expected = ["table [S] Dr. Smith | =1+1 | Dr. Jones | 17 May 2024 18:30"];
    expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual(expected);
    const since1904 = '<workbook><workbookPr date1904="1"/><sheets><sheet name="S" r:id="r1"/></sheets></workbook>';
    const of1904 = xlsx(`<sheetData>${cells}</sheetData>`, { "xl/styles.xml": styles, "xl/workbook.xml": since1904 });
    expect(outline(await parseDocument("/a.xlsx", of1904))).toEqual(expected);
  });

  test("buttons of forms in the drawing of older versions; what today's drawing has too, once; no shapes of comments", async () => {
    const shape = (kind: string, words: string) =>
      `<v:shape><v:textbox><div><font>${words}</font></div></v:textbox><x:ClientData ObjectType="${kind}"/></v:shape>`;
    const bytes = xlsx(`<sheetData>${row(1, { A: "open" })}</sheetData>`, {
      "xl/worksheets/_rels/s.xml.rels":
        '<Relationships><Relationship Id="v" Type="x/vmlDrawing" Target="../v.vml"/><Relationship Id="d" Type="x/drawing" Target="../d.xml"/></Relationships>',
      "xl/v.vml": `<xml>${shape("Button", "Press to<br>\nprint")}${shape("Note", "A comment")}${shape("Checkbox", "Paid").replace("<v:shape>", '<v:shape id="s1">')}</xml>`,
      "xl/d.xml":
        "<xdr:wsDr><xdr:sp><xdr:nvSpPr><xdr:cNvPr><a14:compatExt spid='s1'/></xdr:cNvPr></xdr:nvSpPr><xdr:txBody><a:p><a:r><a:t>Paid</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>",
    });
    expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual([
      "table [S] open",
      "prose [S] ☐ Paid",
      "prose [S] Press to print",
    ]);
  });

  test("a table says which row names its columns", async () => {
    const rows = row(1, { A: "Note", B: "draft" }) + row(2, { A: "x", B: "y" }) + row(3, { A: "Bo", B: "Fram" });
    const bytes = xlsx(`<sheetData>${rows}</sheetData>`, {
      "xl/worksheets/_rels/s.xml.rels":
        '<Relationships><Relationship Id="t" Type="x/table" Target="../tables/t.xml"/></Relationships>',
      "xl/tables/t.xml": '<table ref="A2:B3"/>',
    });
    expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual([
      "table [S] Note | draft",
      "table [S] x: Bo; y: Fram",
    ]);
  });

  test("errors, dates as text, formulas that share, conversations", async () => {
    const cells =
      '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1" t="d"><v>2024-05-01T00:00:00</v></c><c r="C1"><f t="shared" ref="C1:C2" si="0">A1*2</f><v>8</v></c><c r="D1" t="inlineStr"><is><r><t>in </t></r><r><t>line</t></r><rPh><t>no</t></rPh></is></c></row>';
    const bytes = xlsx(`<sheetData>${cells}</sheetData>`, {
      "xl/worksheets/_rels/s.xml.rels":
        '<Relationships><Relationship Id="t" Type="x/threadedComment" Target="../t.xml"/><Relationship Id="c" Type="x/comments" Target="../c.xml"/></Relationships>',
      "xl/t.xml": "<ThreadedComments><threadedComment><text>Why twice?</text></threadedComment></ThreadedComments>",
      "xl/c.xml":
        "<comments><commentList><comment><text><t>[Threaded comment] Why twice?</t></text></comment><comment><text><r><t>Old note</t></r></text></comment></commentList></comments>",
    });
    expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual([
      "table [S] #REF! | 2024-05-01 | 8 | in line",
      "prose [S] Why twice?",
      "prose [S] Old note",
    ]);
  });

  test("claims cost nothing: rows and columns without end, merges without end, one text named by every cell", async () => {
    const far = Array.from({ length: 20_000 }, (_, i) => `<row r="${i * 50}"><c r="XFC${i}"><v>${i}</v></c></row>`);
    const merges = Array.from({ length: 1_000 }, (_, i) => `<mergeCell ref="A${i + 1}:XFD1048576"/>`);
    const bytes = xlsx(
      `<sheetData>${far.join("")}<row r="99999999999"><c r="ZZZZZZ1"><v>1</v></c></row></sheetData><mergeCells>${merges.join("")}</mergeCells>`,
    );
    const before = process.memoryUsage().rss;
    const { blocks } = await parseDocument("/a.xlsx", bytes);
    expect(blocks).toHaveLength(20_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
    const shared = xlsx(`<sheetData>${'<row><c t="s"><v>0</v></c><c><v>1</v></c></row>'.repeat(3_000)}</sheetData>`, {
      "xl/_rels/workbook.xml.rels":
        '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/s.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="s.xml"/></Relationships>',
      "xl/s.xml": `<sst><si><t>${"long ".repeat(60_000)}</t></si></sst>`,
    });
    await expect(parseDocument("/a.xlsx", shared)).rejects.toMatchObject({ reason: "too large" });
  });
});

test("what cells of today's Excel show: pictures by their descriptions, boxes that are ticked", async () => {
  expect(await outlineOfFixture("office/rich-values.xlsx")).toEqual([
    "table [Sheet1] Logo: Red dot logo; Ok: ☒",
    "table [Sheet1] Logo: x; Ok: ☐",
    "table [Sheet1] Shown text",
    "prose [Sheet1] Inserted alt",
  ]);
});

test("entries of data types are shown by their names; numbers of metadata that lead nowhere show the value", async () => {
  const cells = [1, 2, 3, 9].map(
    (metadata, column) => `<c r="${"ABCD"[column]}1" t="e" vm="${metadata}"><v>#VALUE!</v></c>`,
  );
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="x/${type}" Target="${target}"/>`;
  const bytes = xlsx(`<sheetData><row r="1">${cells.join("")}</row></sheetData>`, {
    "xl/_rels/workbook.xml.rels": `<Relationships>${[
      relation("r1", "worksheet", "worksheets/s.xml"),
      relation("r2", "sheetMetadata", "metadata.xml"),
      relation("r3", "rdRichValue", "richData/rdrichvalue.xml"),
      relation("r4", "rdRichValueStructure", "richData/rdrichvaluestructure.xml"),
    ].join("")}</Relationships>`,
    "xl/metadata.xml":
      '<metadata><metadataTypes><metadataType name="XLDAPR"/><metadataType name="XLRICHVALUE"/></metadataTypes><futureMetadata name="XLRICHVALUE"><bk><extLst><ext><xlrd:rvb i="1"/></ext></extLst></bk><bk><extLst><ext><xlrd:rvb i="0"/></ext></extLst></bk></futureMetadata><valueMetadata><bk><rc t="2" v="0"/></bk><bk><rc t="2" v="1"/></bk><bk><rc t="1" v="0"/></bk></valueMetadata></metadata>',
    "xl/richData/rdrichvalue.xml":
      '<rvData><rv s="1"><v>3</v></rv><rv s="0"><v>7</v><v>Bergen &amp; Oslo</v></rv></rvData>',
    "xl/richData/rdrichvaluestructure.xml":
      '<rvStructures><s t="_linkedentity2"><k n="id" t="i"/><k n="_DisplayString" t="s"/></s><s t="_localImage"><k n="_rvRel:LocalImageIdentifier" t="i"/></s></rvStructures>',
  });
  expect(outline(await parseDocument("/a.xlsx", bytes))).toEqual(["table [S] Bergen & Oslo | #VALUE! | #VALUE!"]);
});

const formLines = [
  "table [Text] Dr. Miller",
  "table [Text] line2",
  "table [Text] 1 Jan 2023 | 15.5% | 36:00",
  "table [Text] 1,234.50 kg | 3 1/4",
  "prose [Text] Status\nPick one",
  "prose [Text] Open, Closed, On hold",
  "prose [Text] A note",
  "prose [Text] Box text",
  "prose [Text] ☒ Agreed to terms",
  "prose [Text] ☐ Newsletter",
  "prose [Text] ☒ By post",
  "prose [] Confidential",
  "prose [] Acme Ltd & Co",
];

test.each([["form.xlsx"], ["form.xlsb"], ["form.xls"], ["form.xml"]])(
  "ticks, choices, messages, headers and footers in each of Excel's formats: %s",
  async (name) => {
    const lines = (await outlineOfFixture(`office/${name}`)).filter((line) => !line.includes("Evaluation"));
    // Excel 2003's XML has no drawings; in .xls what lies on a sheet stands together.
    const expected = name.endsWith(".xml") ? formLines.filter((_, line) => line < 7 || line > 10) : formLines;
    if (name.endsWith(".xls")) expect(lines.toSorted()).toEqual(expected.toSorted());
    else expect(lines).toEqual(expected);
  },
);

test("a binary workbook reads as its XML does; what is cut off, or lies about its lengths, ends", async () => {
  const bytes = readFileSync(new URL("../../fixtures/office/parts.xlsb", import.meta.url));
  expect(outline(await parseDocument("/parts.xlsb", bytes))).toEqual([
    "table [Parts] Part: Seal; Due: 2024-05-17; Share: 15.5%; Done: TRUE; Note: #N/A; Sum: 3000000.75",
    "table [Parts] Part: Bö<lt>; Due: 2024-05-18 12:00; Share: 50.0%; Done: FALSE",
    "table [Parts] Part: Checked by hand; Done: -1.25",
    "prose [Parts] Order a spare one.",
    "table [Old] Hidden word",
    "table [Old] Aurora",
  ]);
  const files = unzipSync(bytes);
  let seed = 3;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff) >> 16;
  for (let round = 0; round < 60; round++) {
    const broken = Object.fromEntries(
      Object.entries(files).map(([name, part]) => {
        if (!name.endsWith(".bin")) return [name, part];
        const copy = part.slice(0, round % 3 === 0 ? random() % part.length : part.length);
        for (let flip = 0; flip < 5 && copy.length > 0; flip++) copy[random() % copy.length] = random() & 0xff;
        return [name, copy];
      }),
    );
    const outcome = await parseDocument("/parts.xlsb", zipSync(broken)).then(
      ({ content }) => content.length < 100_000,
      (error: unknown) => error instanceof DocumentError,
    );
    expect(outcome).toBe(true);
  }
});
