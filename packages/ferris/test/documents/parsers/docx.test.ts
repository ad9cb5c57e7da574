/** Word documents as Word, python-docx, pandoc and LibreOffice write them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { docx, paragraph, run } from "../support/made-docx.ts";
import { outline } from "../support/outline.ts";

const handbook = [
  "heading [Harbour handbook] Harbour handbook",
  "heading [Mooring] Mooring",
  "prose [Mooring] Moor at the outer pier. The head loss is h_f=λ L/D (v^2)/(2g) and √(x+1).",
  "prose [Mooring] The inner pier is closed in winter.",
  "list [Mooring] 1. First step",
  "list [Mooring] 2. Second step",
  "list [Mooring] a. Inner step",
  "list [Mooring] b. Another",
  "list [Mooring] 3. Third step",
  "prose [Mooring] ∑_(i=1)^n x_i=∫_0^1 f(t)\u2009dt",
  "table [Mooring] Ship: Aurora; Berth: 12; Length: 32 m",
  "table [Mooring] Ship: Borealis; Berth: 7; Length: 41 m",
  "prose [Mooring] A quotation of the harbour master.",
  "heading [Mooring > Fuel] Fuel",
  "prose [Mooring > Fuel] Diesel only.",
];

test.each<[string, string[]]>([
  ["altchunk.docx", ["heading [Letter] Letter", "prose [Letter] The parcel left Oslo on Friday."]],
  [
    "gridspan.docx",
    [
      "heading [Rates] Rates",
      "table [Rates] Season: Summer; Single: 80; Double: 120; Breakfast: 12",
      "table [Rates] Season: Winter; Single: closed; Breakfast: 9",
    ],
  ],
  [
    "heading-basedon.docx",
    [
      "heading [Mooring lines] Mooring lines",
      "prose [Mooring lines] Use two spring lines.",
      "heading [Fuel] Fuel",
      "prose [Fuel] Diesel only.",
    ],
  ],
  ["numbering.docx", ["list [] 1. Definitions", "list [] 2. Payment terms", "prose [] see clause 2."]],
  [
    "omml.docx",
    ["heading [Pump sizing] Pump sizing", "prose [Pump sizing] The head loss is h_loss=L/D for smooth pipes."],
  ],
  ["ruby.docx", ["heading [旅行] 旅行", "prose [旅行] 私は東京都に住む。"]],
  [
    "sym-sdt.docx",
    [
      "heading [Checks] Checks",
      "prose [Checks] µF capacitor replaced",
      "prose [Checks] ☒ Brakes inspected",
      "prose [Checks] Customer: Northwind Ferries",
    ],
  ],
  [
    "toc.docx",
    [
      "heading [Anchoring in fog] Anchoring in fog",
      "prose [Anchoring in fog] Sound the bell every minute.",
      "prose [Anchoring in fog] Author: J. Doe",
    ],
  ],
  [
    "tracked-move.docx",
    [
      "heading [Minutes] Minutes",
      "prose [Minutes] Item two.",
      "prose [Minutes] The treasurer resigned in March.",
      "prose [Minutes] Fee: fifty euros",
    ],
  ],
  [
    "tracked-style.docx",
    [
      "heading [Contract] Contract",
      "prose [Contract] This sentence used to be a heading and is body text now, after a tracked change of format that nobody accepted yet.",
      "heading [Contract > Liability] Liability",
      "prose [Contract > Liability] Each side carries its own damage.",
    ],
  ],
  [
    "template.dotx",
    ["heading [Harbour rules] Harbour rules", "prose [Harbour rules] Boats over nine metres moor at the outer pier."],
  ],
  ["pandoc.docx", handbook],
  // LibreOffice writes the integral without its limits.
  ["libreoffice.docx", handbook.map((line) => line.replace("∫_0^1 f(t)\u2009dt", "∫ f(t)dt"))],
])("%s", async (name, expected) => {
  expect(await outlineOfFixture(`office/${name}`)).toEqual(expected);
});

const read = async (...document: Parameters<typeof docx>) => outline(await parseDocument("/a.docx", docx(...document)));

test("forms of Word before 2007: boxes to tick", async () => {
  const box = (state: string) =>
    `<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox>${state}</w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`;
  const body = paragraph(
    box("<w:default w:val='1'/><w:checked w:val='0'/>") + run(" A ") + box("<w:checked/>") + run(" B"),
  );
  expect(await read(body)).toEqual(["prose [] ☐ A ☒ B"]);
});

test("headers and footers are said once, after the text", async () => {
  expect(await outlineOfFixture("office/header-footer.docx")).toEqual([
    "prose [] Body words.",
    "prose [] Confidential project Walrus",
    "prose [] Page 1 of Northwind Ferries",
  ]);
});

describe("what hangs on a paragraph follows it, once", () => {
  test("footnotes, endnotes, comments, boxes; in tables after the table", async () => {
    const note = (kind: string, id: number, text: string, extra = "") =>
      `<w:${kind} w:id="${id}"${extra}>${paragraph(run(text))}</w:${kind}>`;
    const parts = {
      "word/footnotes.xml": `<w:footnotes>${note("footnote", 0, "line", ' w:type="separator"')}${note("footnote", 2, "A footnote")}</w:footnotes>`,
      "word/endnotes.xml": `<w:endnotes>${note("endnote", 2, "An endnote")}</w:endnotes>`,
      "word/comments.xml": `<w:comments>${note("comment", 5, "Check this", ' w:author="Ada"')}</w:comments>`,
    };
    const relations = { footnotes: "footnotes.xml", endnotes: "endnotes.xml", comments: "comments.xml" };
    const references =
      '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="5"/></w:r>';
    const notes = ["prose [] A footnote", "prose [] An endnote", "prose [] Check this"];
    expect(
      await read(paragraph(run("Before") + references + run(" and after")) + paragraph(run("Next")), parts, relations),
    ).toEqual(["prose [] Before and after", ...notes, "prose [] Next"]);
    const table = `<w:tbl><w:tr><w:tc>${paragraph(run("Cell") + references)}</w:tc><w:tc>${paragraph(run("B"))}</w:tc></w:tr></w:tbl>`;
    expect(await read(table, parts, relations)).toEqual(["table [] Cell | B", ...notes]);
  });

  test("charts, diagrams, descriptions of pictures", async () => {
    const drawing = (inner: string, description = "") =>
      `<w:r><w:drawing><wp:inline><wp:docPr descr="${description}"/><a:graphic><a:graphicData>${inner}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`;
    const chart =
      '<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Trips a year</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Trips</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>Oslo</c:v></c:pt><c:pt idx="1"><c:v>Bergen</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>4</c:v></c:pt><c:pt idx="1"><c:v>7</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:plotArea></c:chart></c:chartSpace>';
    const diagram =
      '<dgm:dataModel><dgm:ptLst><dgm:pt type="doc"/><dgm:pt><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt><dgm:pt type="pres"><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>';
    const body =
      drawing('<c:chart r:id="c1"/>') +
      drawing('<dgm:relIds r:dm="d1"/>') +
      drawing("<pic:pic/>", "A map of the harbour") +
      drawing("<pic:pic/>", "image1.png");
    expect(
      await read(
        paragraph(run("See") + body),
        { "word/c.xml": chart, "word/d.xml": diagram },
        { "chart:c1": "c.xml", "diagramData:d1": "d.xml" },
      ),
    ).toEqual([
      "prose [] See",
      "prose [] Trips a year",
      "table [] Oslo; Trips: 4",
      "table [] Bergen; Trips: 7",
      "list [] - Plan",
      "prose [] A map of the harbour",
    ]);
  });

  test("what was drawn over a chart, labels that were typed, texts of a canvas, names of files with spaces", async () => {
    const drawing = (inner: string, description = "") =>
      `<w:r><w:drawing><wp:inline><wp:docPr descr="${description}"/><a:graphic><a:graphicData>${inner}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`;
    const words = (text: string) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
    const label = `<c:dLbl><c:tx><c:rich>${words("[VALUE]")}${words("a record")}</c:rich></c:tx></c:dLbl>`;
    const chart = `<c:chartSpace><c:chart><c:plotArea><c:ser>${label}</c:ser></c:plotArea></c:chart><c:userShapes r:id="u"/></c:chartSpace>`;
    const shapes = `<c:userShapes><cdr:sp><cdr:txBody>${words("storm in June")}</cdr:txBody></cdr:sp></c:userShapes>`;
    const rels = `<Relationships><Relationship Id="u" Type="x/chartUserShapes" Target="drawings/u.xml"/></Relationships>`;
    const canvas = `<lc:lockedCanvas><a:sp><a:txSp><a:txBody>${words("School No. 14")}</a:txBody></a:txSp></a:sp></lc:lockedCanvas>`;
    const picture = drawing("<pic:pic/>", "C:\\My Documents\\old harbour.jpg");
    expect(
      await read(
        paragraph(drawing('<c:chart r:id="c1"/>') + drawing(canvas) + picture),
        { "word/c.xml": chart, "word/_rels/c.xml.rels": rels, "word/drawings/u.xml": shapes },
        { "chart:c1": "c.xml" },
      ),
    ).toEqual(["prose [] a record", "prose [] storm in June", "prose [] School No. 14"]);
  });

  test("sheets that are embedded", async () => {
    const sheet = readFileSync(new URL("../../fixtures/office/title-row.xlsx", import.meta.url));
    expect(
      await read(paragraph(run("Text")), { "word/embeddings/s.xlsx": sheet }, { package: "embeddings/s.xlsx" }),
    ).toEqual([
      "prose [] Text",
      "metadata [Attachment: s.xlsx] Attachment: s.xlsx",
      "table [Attachment: s.xlsx > Stock] Inventory of the boathouse, spring",
      "table [Attachment: s.xlsx > Stock] Item: Oar; Count: 14; Place: Rack 2",
      "table [Attachment: s.xlsx > Stock] Item: Life vest; Count: 30; Place: Locker",
    ]);
  });
});

describe("numbers of lists", () => {
  const level = (number: number, format: string, text: string, extra = "") =>
    `<w:lvl w:ilvl="${number}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/>${extra}</w:lvl>`;
  const numbering = `<w:numbering><w:abstractNum w:abstractNumId="0">${level(0, "decimal", "%1.")}${level(1, "decimal", "%1.%2")}${level(2, "lowerLetter", "(%3)")}</w:abstractNum><w:abstractNum w:abstractNumId="1">${level(0, "upperRoman", "Article %1", '<w:pStyle w:val="Article"/>')}${level(1, "bullet", "•")}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num><w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num></w:numbering>`;
  const styles =
    '<w:styles><w:style w:styleId="Article"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style></w:styles>';
  const item = (list: number, at: number, text: string) =>
    paragraph(run(text), `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${list}"/></w:numPr>`);

  test("levels, restarts, letters, Roman numbers, headings, bullets", async () => {
    const body = [
      item(1, 0, "a"),
      item(1, 1, "b"),
      item(1, 1, "c"),
      item(1, 2, "d"),
      item(1, 0, "e"),
      item(1, 1, "f"),
      item(2, 0, "g"),
      item(1, 0, "h"),
      paragraph(run("Parties"), '<w:pStyle w:val="Article"/>'),
      paragraph(run("Terms"), '<w:pStyle w:val="Article"/>'),
      item(3, 1, "bullet"),
      paragraph(run("none"), '<w:pStyle w:val="Article"/><w:numPr><w:numId w:val="0"/></w:numPr>'),
    ];
    expect(
      await read(
        body.join(""),
        { "word/numbering.xml": numbering, "word/styles.xml": styles },
        { numbering: "numbering.xml", styles: "styles.xml" },
      ),
    ).toEqual([
      "list [] 1. a",
      "list [] 1.1 b",
      "list [] 1.2 c",
      "list [] (a) d",
      "list [] 2. e",
      "list [] 2.1 f",
      "list [] 7. g",
      "list [] 8. h",
      "heading [Article I Parties] Article I Parties",
      "heading [Article II Terms] Article II Terms",
      "list [Article II Terms] - bullet",
      "heading [none] none",
    ]);
  });

  test("claims without end", async () => {
    const hostile = `<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="1e9"><w:start w:val="1e300"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="${"%1".repeat(10_000)}"/></w:lvl><w:lvl w:ilvl="0"><w:start w:val="999999"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1%9"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`;
    const lines = await read(
      item(1, 0, "a") + item(1, 1e9, "b") + item(1, -5, "c"),
      { "word/numbering.xml": hostile },
      { numbering: "numbering.xml" },
    );
    expect(lines).toEqual(["list [] 9999991 a", "prose [] b", "prose [] c"]);
  });
});

test("styles in other languages, in circles, that nobody defined", async () => {
  const style = (id: string, name: string, inner = "") =>
    `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/>${inner}</w:style>`;
  const styles = `<w:styles>${style("a", "Überschrift 2")}${style("b", "Own", '<w:basedOn w:val="c"/>')}${style("c", "Other", '<w:basedOn w:val="b"/>')}${style("d", "Body", '<w:basedOn w:val="a"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')}${style("e", "toc 1")}</w:styles>`;
  const styled = (id: string) => paragraph(run(id), `<w:pStyle w:val="${id}"/>`);
  expect(
    await read(
      ["a", "b", "d", "Heading3", "e"].map(styled).join(""),
      { "word/styles.xml": styles },
      { styles: "styles.xml" },
    ),
  ).toEqual(["heading [a] a", "prose [a] b", "prose [a] d", "heading [a > Heading3] Heading3"]);
});

test("fields, deleted ends of paragraphs and rows, controls around rows, symbols, descriptions of choices", async () => {
  const field = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
  const contents = `${paragraph(`${field("begin")}<w:r><w:instrText>TOC \\o</w:instrText></w:r>${field("separate")}${run("Mooring")}<w:r><w:tab/></w:r>${run("3")}`)}${paragraph(`${run("Fuel")}<w:r><w:tab/></w:r>${run("4")}`)}${paragraph(field("end"))}`;
  const nested = paragraph(
    `${run("Page ")}${field("begin")}${run("hidden instruction")}<w:r><w:instrText>PAGE</w:instrText></w:r>${field("separate")}${run("7")}${field("end")}.`,
  );
  const list =
    '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="green"/></w:ddList></w:ffData></w:fldChar></w:r>';
  const deleted = `<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>${run("Joined ")}</w:p>${paragraph(run("together"))}`;
  const row = (text: string, properties = "") =>
    `<w:tr><w:trPr>${properties}</w:trPr><w:tc>${paragraph(run(text))}</w:tc><w:tc>${paragraph(run("x"))}</w:tc></w:tr>`;
  const table = `<w:tbl>${row("Name", "<w:tblHeader/>")}<w:sdt><w:sdtContent>${row("kept")}</w:sdtContent></w:sdt>${row("gone", "<w:del/>")}</w:tbl>`;
  const symbols = paragraph(
    '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r><w:r><w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>\uf0b0</w:t></w:r><w:r><w:sym w:font="Symbol" w:char="zz"/></w:r>',
  );
  const button = paragraph(
    `${field("begin")}<w:r><w:instrText> MACROBUTTON NoMacro Click to sign </w:instrText></w:r>${field("end")}`,
  );
  expect(await read(contents + nested + button + paragraph(list + field("end")) + deleted + table + symbols)).toEqual([
    "prose [] Page 7",
    "prose [] Click to sign",
    "prose [] green",
    "prose [] Joined together",
    "table [] Name: kept; x: x",
    "prose [] ✓°",
  ]);
});

test("a document that is nothing but a table of contents is read as that", async () => {
  const field = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
  const entry = `${field("begin")}<w:r><w:instrText>TOC</w:instrText></w:r>${field("separate")}${run("Mooring")}<w:r><w:tab/></w:r>${run("3")}${field("end")}`;
  const contents = `<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>${paragraph(run("Contents"))}${paragraph(entry)}</w:sdtContent></w:sdt>`;
  expect(await read(contents)).toEqual(["prose [] Contents", "prose [] Mooring\t3"]);
  expect(await read(contents + paragraph(run("Text")))).toEqual(["prose [] Text"]);
});

test("a field that begins and never ends hides nothing that follows", async () => {
  const begun = `${run("Dear Ann,")}<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>`;
  const rest = ["The crane is broken.", "Ours sincerely"].map((words) => paragraph(run(words))).join("");
  expect(await read(paragraph(begun) + rest)).toEqual([
    "prose [] Dear Ann,",
    "prose [] The crane is broken.",
    "prose [] Ours sincerely",
  ]);
});

test("a table with rows that begin and end in other columns", async () => {
  const cell = (text: string, properties = "") => `<w:tc><w:tcPr>${properties}</w:tcPr>${paragraph(run(text))}</w:tc>`;
  const rows = [
    `<w:tr>${["Berth", "Winter", "Summer"].map((name) => cell(name)).join("")}</w:tr>`,
    `<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>${cell("75")}${cell("90")}</w:tr>`,
    `<w:tr>${cell("A", '<w:vMerge w:val="restart"/>')}${cell("closed", '<w:gridSpan w:val="2"/>')}</w:tr>`,
    `<w:tr>${cell("", "<w:vMerge/>")}${cell("1")}${cell("2")}</w:tr>`,
  ];
  expect(await read(`<w:tbl>${rows.join("")}</w:tbl>`)).toEqual([
    "table [] Winter: 75; Summer: 90",
    "table [] Berth: A; Winter: closed",
    "table [] Berth: A; Winter: 1; Summer: 2",
  ]);
});
