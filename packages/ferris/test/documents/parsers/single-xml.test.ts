/** Documents that are one XML file: Word's and Excel's of 2003, packages written out flat, drawings; and exports that are archives of archives. */
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

const read = async (name: string, content: string | Uint8Array) =>
  parseDocument(`/${name}`, typeof content === "string" ? Buffer.from(content) : content);

const wordML = "http://schemas.microsoft.com/office/word/2003/wordml";

test.each(["w", "ns1"])("Word 2003's XML has headings, texts and tables, whatever its prefix (%s)", async (prefix) => {
  const tag = (name: string, inside: string) => `<${prefix}:${name}>${inside}</${prefix}:${name}>`;
  const paragraph = (text: string, properties = "") => tag("p", properties + tag("r", tag("t", text)));
  const style = `<${prefix}:style ${prefix}:type="paragraph" ${prefix}:styleId="U1"><${prefix}:name ${prefix}:val="heading 1"/></${prefix}:style>`;
  const heading = tag("pPr", `<${prefix}:pStyle ${prefix}:val="U1"/>`);
  const merged = (value: string) => tag("tcPr", `<${prefix}:vmerge${value}/>`);
  const cell = (text: string, properties = "") => tag("tc", properties + paragraph(text));
  const row = (...texts: string[]) => tag("tr", texts.map((text) => cell(text)).join(""));
  const edge = (name: string, text: string) =>
    `<${prefix}:${name} ${prefix}:type="odd">${paragraph(text)}</${prefix}:${name}>`;
  const xml =
    `<?xml version="1.0"?><?mso-application progid="Word.Document"?><${prefix}:wordDocument xmlns:${prefix}="${wordML}">` +
    tag("styles", style) +
    tag(
      "body",
      paragraph("Rules", heading) +
        paragraph("Boats moor here.") +
        tag(
          "tbl",
          row("Part", "Stock") +
            tag("tr", cell("Seal", merged(` ${prefix}:val="restart"`)) + cell("12")) +
            tag("tr", cell("", merged("")) + cell("13")),
        ) +
        tag("sectPr", edge("hdr", "Confidential") + edge("ftr", "Harbour office")),
    ) +
    `</${prefix}:wordDocument>`;
  const document = await read("old.xml", xml);
  expect(document.type).toBe("docx");
  expect(outline(document)).toEqual([
    "heading [Rules] Rules",
    "prose [Rules] Boats moor here.",
    "table [Rules] Part: Seal; Stock: 12",
    "table [Rules] Part: Seal; Stock: 13",
    "prose [] Confidential",
    "prose [] Harbour office",
  ]);
  for (let end = 150; end < xml.length; end += 41) await read("torn.xml", xml.slice(0, end)).catch(() => {});
});

test("Word 2003's XML has notes and comments after their paragraph, and the numbers of lists as they are shown", async () => {
  const paragraph = (inside: string) => `<w:p>${inside}</w:p>`;
  const words = (text: string) => `<w:r><w:t>${text}</w:t></w:r>`;
  const numbered = (number: string, text: string) =>
    paragraph(`<w:pPr><w:listPr><w:ilvl w:val="0"/><wx:t wx:val="${number}"/></w:listPr></w:pPr>${words(text)}`);
  const annotation = (type: string, inside: string) =>
    `<aml:annotation aml:id="2" w:type="Word.${type}"><aml:content>${inside}</aml:content></aml:annotation>`;
  const xml =
    `<w:wordDocument xmlns:w="${wordML}" xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint" xmlns:aml="http://schemas.microsoft.com/aml/2001/core"><w:body>` +
    numbered("1.", "Definitions") +
    numbered("2.", "Payment terms") +
    numbered("·", "in cash") +
    paragraph(
      `${words("Thirty days")}<w:r><w:footnote>${paragraph(words("Forty in winter."))}</w:footnote></w:r>${words(" at most")}` +
        `<w:r>${annotation("Comment", paragraph(words("Ask Ann")))}</w:r>${annotation("Deletion", words("never"))}${annotation("Insertion", words(" again"))}`,
    ) +
    "</w:body></w:wordDocument>";
  expect(outline(await read("old.xml", xml))).toEqual([
    "list [] 1. Definitions",
    "list [] 2. Payment terms",
    "list [] - in cash",
    "prose [] Thirty days at most again",
    "prose [] Forty in winter.",
    "prose [] Ask Ann",
  ]);
});

test("a package of Word that is written out flat is that package", async () => {
  const w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
  const part = (name: string, xml: string) =>
    `<pkg:part pkg:name="${name}" pkg:contentType="x"><pkg:xmlData>${xml}</pkg:xmlData></pkg:part>`;
  const xml =
    '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">' +
    part(
      "/word/document.xml",
      `<w:document xmlns:w="${w}"><w:body><w:p><w:r><w:t>Flat words.</w:t></w:r></w:p></w:body></w:document>`,
    ) +
    "</pkg:package>";
  expect(outline(await read("flat.xml", xml))).toEqual(["prose [] Flat words."]);
});

test("Excel 2003's XML has its columns, merged cells, dates and comments", async () => {
  const data = (type: string, value: string) => `<Data ss:Type="${type}">${value}</Data>`;
  const xml =
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">' +
    '<Styles><Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style></Styles><Worksheet ss:Name="Stock"><Table><Row>' +
    ["Part", "Share", "When", "Note"].map((name) => `<Cell>${data("String", name)}</Cell>`).join("") +
    `</Row><Row><Cell ss:MergeDown="1">${data("String", "Seal")}</Cell><Cell ss:StyleID="p">${data("Number", "0.155")}</Cell>` +
    `<Cell>${data("DateTime", "2024-05-17T00:00:00.000")}</Cell></Row>` +
    `<Row><Cell ss:Index="3">${data("DateTime", "2024-05-18T18:30:00.000")}</Cell>` +
    `<Cell>${data("Boolean", "1")}<Comment ss:Author="A"><ss:Data>Checked twice</ss:Data></Comment></Cell></Row></Table></Worksheet></Workbook>`;
  const document = await read("old.xml", xml);
  expect(document.type).toBe("xlsx");
  expect(outline(document)).toEqual([
    "table [Stock] Part: Seal; Share: 15.5%; When: 2024-05-17",
    "table [Stock] Part: Seal; When: 2024-05-18 18:30; Note: TRUE",
    "prose [Stock] Checked twice",
  ]);
});

test("Excel 2003's XML: dates in their formats, choices, headers; the mark of its encoding may stand before it", async () => {
  const xml =
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">' +
    '<Styles><Style ss:ID="d"><NumberFormat ss:Format="d mmm yyyy"/></Style><Style ss:ID="h"><NumberFormat ss:Format="[h]:mm"/></Style><Style ss:ID="s"><NumberFormat ss:Format="Short Date"/></Style></Styles>' +
    '<Worksheet ss:Name="S"><Table><Row><Cell ss:StyleID="d"><Data ss:Type="DateTime">2023-01-01T00:00:00.000</Data></Cell><Cell ss:StyleID="h"><Data ss:Type="DateTime">1900-01-01T12:00:00.000</Data></Cell><Cell ss:StyleID="s"><Data ss:Type="DateTime">2024-05-17T00:00:00.000</Data></Cell></Row></Table>' +
    '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><PageSetup><Header x:Data="&amp;CConfidential"/><Footer x:Data="&amp;LPage &amp;P"/></PageSetup></WorksheetOptions>' +
    '<DataValidation xmlns="urn:schemas-microsoft-com:office:excel"><Type>List</Type><Value>"Open,Closed"</Value><InputTitle>State</InputTitle></DataValidation></Worksheet></Workbook>';
  const expected = [
    "table [S] 1 Jan 2023 | 36:00 | 2024-05-17",
    "prose [S] State",
    "prose [S] Open, Closed",
    "prose [] Confidential",
  ];
  for (const bytes of [strToU8(`\ufeff${xml}`), Buffer.from(`\ufeff${xml}`, "utf16le")]) {
    expect(outline(await parseDocument("/old.xml", bytes))).toEqual(expected);
    expect(outline(await parseDocument("/old.xls", bytes))).toEqual(expected);
  }
});

test("what is written in a drawing is text; one without words is a picture", async () => {
  const svg = (inside: string) => `<svg xmlns="http://www.w3.org/2000/svg"><title>Plan</title>${inside}</svg>`;
  const drawing = svg('<path d="M0 0" fill="red"/><text x="1">Pier <tspan>three</tspan></text><style>.a{}</style>');
  expect(outline(await read("plan.svg", drawing))).toEqual(["heading [Plan] Plan", "prose [Plan] Pier three"]);
  await expect(read("icon.svg", svg('<path d="M0 0"/>'))).rejects.toMatchObject({ reason: "picture" });
});

test("the parts of an export are opened, and pages are called without their ids", async () => {
  const id = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
  const part = zipSync({
    [`Tasks ${id}.csv`]: strToU8("Name,Status\nTar,Done\n"),
    [`Log ${id}/Keel ${id}.md`]: strToU8("# Keel\n\nPainted red.\n"),
  });
  const inner = zipSync({ "Export-Part-2.zip": zipSync({ "deep.md": strToU8("deep") }) });
  const archive = zipSync({ "Export-1a2b-Part-1.zip": part, "Other-Part-3.zip": inner, "other.zip": part });
  expect(outline(await read("Export.zip", archive))).toEqual([
    "table [Tasks.csv] Name: Tar; Status: Done",
    "heading [Log/Keel.md > Keel] Keel",
    "prose [Log/Keel.md > Keel] Painted red.",
  ]);
});
