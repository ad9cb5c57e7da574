/** OpenDocument as LibreOffice, odfpy and pandoc write it, in packages and as single files. */
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { outline } from "../support/outline.ts";

test("values whose text the writer left out are shown as sheets show them", async () => {
  const cell = (type: string, attributes: string) => `<table:table-cell office:value-type="${type}" ${attributes}/>`;
  const row = [
    cell("date", 'office:date-value="2024-05-17T10:30:00"'),
    cell("date", 'office:date-value="2024-05-17T00:00:00"'),
    cell("time", 'office:time-value="PT26H05M00S"'),
    cell("currency", 'office:currency="EUR" office:value="12.5"'),
    cell("percentage", 'office:value="0.155"'),
    cell("float", 'office:value="1E-7"'),
    '<table:table-cell table:formula="of:=SUM([.A1:.$B$2])+[$Rates.C1]"/>',
  ];
  const file = zipSync({
    "content.xml": strToU8(
      `<office:document-content><office:body><office:spreadsheet><table:table table:name="S"><table:table-row>${row.join("")}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`,
    ),
  });
  expect(outline(await parseDocument("/a.ods", file))).toEqual([
    "table [S] 2024-05-17 10:30 | 2024-05-17 | 26:05:00 | 12.5 EUR | 15.5% | 1E-07 | =SUM(A1:$B$2)+Rates.C1",
  ]);
});

test("paragraphs within paragraphs, as some programs write them, stay apart", async () => {
  const file = zipSync({
    "content.xml": strToU8(
      "<office:document-content><office:body><office:text><text:p>Aurora<text:p>Inner words.</text:p></text:p></office:text></office:body></office:document-content>",
    ),
  });
  expect(outline(await parseDocument("/a.odt", file))).toEqual(["prose [] Aurora\nInner words."]);
});

test("what is said of what belongs into cells", async () => {
  const validation = `<table:content-validations><table:content-validation table:condition="of:cell-content-is-in-list(&quot;Open&quot;;&quot;On &quot;&quot;hold&quot;&quot;&quot;)"><table:help-message table:title="Status"><text:p>Pick one</text:p></table:help-message><table:error-message table:message-type="stop"><text:p>Wrong</text:p></table:error-message></table:content-validation></table:content-validations>`;
  const file = zipSync({
    "content.xml": strToU8(
      `<office:document-content><office:body><office:spreadsheet>${validation}<table:table table:name="S"/></office:spreadsheet></office:body></office:document-content>`,
    ),
  });
  expect(outline(await parseDocument("/a.ods", file))).toEqual([
    "prose [] Status\nPick one",
    'prose [] Open, On "hold"',
  ]);
});

test.each<[string, string[]]>([
  [
    "rows.ods",
    [
      "table [S] Name: x; A: 7; B: 7; C: 9",
      "table [S] Name: y; A: 1; B: 2; C: 3",
      "table [S] Name: z; A: 5; C: 6",
      "table [S] C: last",
    ],
  ],
  [
    "merged.ods",
    [
      "table [Rates] Season: Summer; Single: 80.00 kr; Double: 120; Breakfast: 1200%",
      "table [Rates] Season: Winter; Single: closed; Breakfast: 9",
    ],
  ],
  [
    "merged.fods",
    [
      "table [Rates] Season: Summer; Single: 80.00 kr; Double: 120; Breakfast: 1200%",
      "table [Rates] Season: Winter; Single: closed; Breakfast: 9",
    ],
  ],
  [
    "base.fodt",
    ["heading [Harbour rules] Harbour rules", "prose [Harbour rules] Boats over nine metres moor at the outer pier."],
  ],
  [
    "pandoc.odt",
    [
      "heading [Harbour handbook] Harbour handbook",
      "heading [Mooring] Mooring",
      "prose [Mooring] Moor at the outer pier. The head loss is h_f=λ L/D (v^2)/(2g) and √(x+1).",
      "prose [Mooring] The inner pier is closed in winter.",
      "list [Mooring] 1. First step",
      "list [Mooring] 2. Second step",
      "list [Mooring] a. Inner step",
      "list [Mooring] b. Another",
      "list [Mooring] 3. Third step",
      "prose [Mooring] ∑_(i=1)^n x_i=∫_0^1 f(t) dt",
      "table [Mooring] Ship: Aurora; Berth: 12; Length: 32 m",
      "table [Mooring] Ship: Borealis; Berth: 7; Length: 41 m",
      "prose [Mooring] A quotation of the harbour master.",
      "heading [Mooring > Fuel] Fuel",
      "prose [Mooring > Fuel] Diesel only.",
    ],
  ],
])("%s", async (name, expected) => {
  expect(await outlineOfFixture(`office/${name}`)).toEqual(expected);
});

function odf(body: string, parts: Record<string, string> = {}): Uint8Array {
  const all = { "content.xml": `<office:document-content>${body}</office:document-content>`, ...parts };
  return zipSync(Object.fromEntries(Object.entries(all).map(([name, text]) => [name, strToU8(text)])));
}
const read = async (name: string, ...document: Parameters<typeof odf>) =>
  outline(await parseDocument(name, odf(...document)));
const text = (inner: string) => `<office:body><office:text>${inner}</office:text></office:body>`;

describe("texts", () => {
  test("ruby, tracked changes, contents, hidden notes' numbers, comments, drawings, descriptions", async () => {
    const body = [
      "<text:tracked-changes><text:changed-region><text:deletion><text:p>taken out</text:p></text:deletion></text:changed-region></text:tracked-changes>",
      "<text:table-of-content><text:index-body><text:p>Mooring 3</text:p></text:index-body></text:table-of-content>",
      "<text:section><text:p>In\n a section <text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby></text:p></text:section>",
      "<text:p>Left<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note</text:p></text:note-body></text:note> right<office:annotation><dc:creator>Ada</dc:creator><dc:date>2024</dc:date><text:p>Check</text:p></office:annotation></text:p>",
      "<text:p><draw:custom-shape><text:p>On the shape</text:p></draw:custom-shape><draw:frame><draw:image/><svg:desc>A map of the pier</svg:desc></draw:frame></text:p>",
    ];
    expect(await read("/a.odt", text(body.join("")))).toEqual([
      "prose [] In a section 東京",
      "prose [] Left right",
      "prose [] A note",
      "prose [] Check",
      "prose [] On the shape",
      "prose [] A map of the pier",
    ]);
  });

  test("formulas, charts and sheets that are embedded", async () => {
    const frame = (number: number) =>
      `<draw:frame><draw:object xlink:href="./Object ${number}"/><draw:image/></draw:frame>`;
    const table = (name: string, rows: string[][]) =>
      `<table:table table:name="${name}">${rows.map((row) => `<table:table-row>${row.map((cell) => `<table:table-cell><text:p>${cell}</text:p></table:table-cell>`).join("")}</table:table-row>`).join("")}</table:table>`;
    const formula =
      '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><msub><mi>h</mi><mi>loss</mi></msub><mo>=</mo><mfrac><mi>L</mi><mi>D</mi></mfrac></mrow><annotation>h_loss = L over D</annotation></semantics></math>';
    const chart = `<office:document-content><office:body><office:chart><chart:chart><chart:title><text:p>Trips a year</text:p></chart:title>${table(
      "local-table",
      [
        ["", "Trips"],
        ["Oslo", "4"],
        ["Bergen", "7"],
      ],
    )}</chart:chart></office:chart></office:body></office:document-content>`;
    const sheet = `<office:document-content><office:body><office:spreadsheet>${table("S", [
      ["Part", "Stock"],
      ["Seal", "12"],
    ])}</office:spreadsheet></office:body></office:document-content>`;
    const body = `<text:p>The loss is ${frame(1)} for pipes.</text:p><text:p>${frame(2)}</text:p><text:p>${frame(3)}</text:p><text:p>${frame(4)}</text:p>`;
    expect(
      await read("/a.odt", text(body), {
        "Object 1/content.xml": formula,
        "Object 2/content.xml": chart,
        "Object 3/content.xml": sheet,
      }),
    ).toEqual([
      "prose [] The loss is h_loss=L/D for pipes.",
      "prose [] Trips a year",
      "table [] Oslo; Trips: 4",
      "table [] Bergen; Trips: 7",
      "table [] Part: Seal; Stock: 12",
    ]);
  });

  test("texts that are embedded, words over a picture", async () => {
    const inner = `<office:document-content>${text("<text:h>Fees</text:h><text:p>Nine euros.</text:p>")}</office:document-content>`;
    const picture = "<draw:frame><draw:image><text:p>The outer pier</text:p></draw:image></draw:frame>";
    const body = `<text:p>See <draw:frame><draw:object xlink:href="Object 1"/></draw:frame></text:p><text:p>${picture}</text:p>`;
    expect(await read("/a.odt", text(body), { "Object 1/content.xml": inner })).toEqual([
      "prose [] See",
      "heading [Fees] Fees",
      "prose [Fees] Nine euros.",
      "prose [Fees] The outer pier",
    ]);
  });

  test("numbers of lists: levels, continued, bullets, headers, start values", async () => {
    const style =
      '<office:automatic-styles><text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/><text:list-level-style-number text:level="3" style:num-format="I" style:num-prefix="(" style:num-suffix=")"/></text:list-style><text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/></text:list-style></office:automatic-styles>';
    const item = (words: string, inner = "", extra = "") =>
      `<text:list-item${extra}><text:p>${words}</text:p>${inner}</text:list-item>`;
    const list = (inner: string, extra = "") => `<text:list${extra}>${inner}</text:list>`;
    const named = ' text:style-name="N"';
    const body = [
      list(
        item("a", list(item("b") + item("c", list(item("d"))))) + item("e", list(item("f"))),
        `${named} xml:id="one"`,
      ),
      list(item("g"), `${named} text:continue-numbering="true"`),
      list(item("bullet"), ' text:style-name="B"'),
      list(item("h"), `${named} text:continue-list="one"`),
      list(
        `<text:list-header><text:p>header</text:p></text:list-header>${item("i", "", ' text:start-value="9"')}${item("j", "<text:p>second paragraph</text:p>")}`,
        named,
      ),
    ];
    expect(await read("/a.odt", style + text(body.join("")))).toEqual([
      "list [] 1. a",
      "list [] 1.1 b",
      "list [] 1.2 c",
      "list [] (I) d",
      "list [] 2. e",
      "list [] 2.1 f",
      "list [] 3. g",
      "list [] - bullet",
      "list [] 4. h",
      "prose [] header",
      "list [] 9. i",
      "list [] 10. j",
      "prose [] second paragraph",
    ]);
  });
});

test("forms: what stands on their controls and was filled in, where they are; no passwords", async () => {
  const controls = [
    '<form:fixed-text xml:id="a" form:label="Your name"/>',
    '<form:text xml:id="b" form:current-value="Ann" form:value="nobody"/>',
    '<form:checkbox form:id="c" form:label="Paid" form:current-state="checked"/>',
    '<form:radio xml:id="d" form:label="Sail"/>',
    '<form:listbox xml:id="e"><form:option form:label="Oslo"/><form:option form:label="Bergen" form:current-selected="true"/></form:listbox>',
    '<form:password xml:id="f" form:current-value="secret"/>',
    '<form:textarea xml:id="g"><text:p>Two</text:p><text:p>lines</text:p></form:textarea>',
    '<form:button xml:id="h" form:label="Send"/>',
  ];
  const shapes = "a b c d e f g h x".split(" ").map((id) => `<draw:control draw:control="${id}"/>`);
  const forms = `<office:forms><form:form>${controls.join("")}</form:form></office:forms>`;
  const body = `<office:body><office:text>${forms}<text:p>Form${shapes.join("")}</text:p></office:text></office:body>`;
  const expected = ["Your name", "Ann", "☒ Paid", "☐ Sail", "Bergen", "Two\nlines", "Send"];
  expect(await read("/a.odt", body)).toEqual(["prose [] Form", ...expected.map((words) => `prose [] ${words}`)]);
});

describe("what is on every page", () => {
  const file = (content: string, styles: string) =>
    zipSync({
      "content.xml": strToU8(
        `<office:document-content><office:body>${content}</office:body></office:document-content>`,
      ),
      "styles.xml": strToU8(
        `<office:document-styles><office:master-styles>${styles}</office:master-styles></office:document-styles>`,
      ),
    });

  test("headers of sheets, without what the program fills in", async () => {
    const sheet =
      '<office:spreadsheet><table:table table:name="S"><table:table-row><table:table-cell><text:p>Bo</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>';
    const usual = "<text:p><text:sheet-name>???</text:sheet-name> (<text:title>???</text:title>)</text:p>";
    const styles = `<style:master-page><style:header><style:region-left>${usual}</style:region-left><style:region-right><text:p>Harbour office</text:p></style:region-right></style:header><style:header-left style:display="false"><text:p>Not shown</text:p></style:header-left><style:footer><text:p>Puslapis <text:page-number>1</text:page-number> / <text:page-count>99</text:page-count></text:p><text:p>Pier 4, page <text:page-number>1</text:page-number></text:p></style:footer></style:master-page>`;
    expect(outline(await parseDocument("/a.ods", file(sheet, styles)))).toEqual([
      "table [S] Bo",
      "prose [] Harbour office",
      "prose [] Pier 4, page",
    ]);
  });

  test("footers of slides, and what their masters show; not what is there to be filled in, nor other masters", async () => {
    const slides =
      '<office:presentation><presentation:footer-decl presentation:name="f">Harbour talk</presentation:footer-decl><draw:page draw:master-page-name="M"><draw:frame><draw:text-box><text:p>Tides</text:p></draw:text-box></draw:frame></draw:page></office:presentation>';
    const frame = (words: string, kind = "") =>
      `<draw:frame${kind}><draw:text-box><text:p>${words}</text:p></draw:text-box></draw:frame>`;
    const styles = `<style:master-page style:name="M">${frame("Click to edit", ' presentation:class="title"')}${frame("Confidential")}<presentation:notes>${frame("Notes")}</presentation:notes></style:master-page><style:master-page style:name="N">${frame("Of another")}</style:master-page>`;
    expect(outline(await parseDocument("/a.odp", file(slides, styles)))).toEqual([
      "prose [1: ] Tides",
      "prose [] Harbour talk",
      "prose [] Confidential",
    ]);
  });
});

describe("sheets", () => {
  const sheet = (rows: string) =>
    `<office:body><office:spreadsheet><table:table table:name="S">${rows}</table:table></office:spreadsheet></office:body>`;
  const row = (...cells: string[]) =>
    `<table:table-row>${cells.map((cell) => (cell.startsWith("<") ? cell : `<table:table-cell><text:p>${cell}</text:p></table:table-cell>`)).join("")}</table:table-row>`;
  const covered = "<table:covered-table-cell/>";

  test("merged down and across, marked headers, values without text, formulas without values, comments", async () => {
    const rows = [
      `<table:table-header-rows>${row("Ship", "Berth", "Paid")}</table:table-header-rows>`,
      row(
        '<table:table-cell table:number-rows-spanned="2"><text:p>Aurora</text:p></table:table-cell>',
        "12",
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
      ),
      row(
        covered,
        '<table:table-cell table:number-columns-spanned="2"><text:p>closed</text:p><office:annotation><text:p>until May</text:p></office:annotation></table:table-cell>',
        covered,
      ),
      row(
        "Fram",
        '<table:table-cell table:formula="of:=[.B2]*2"/>',
        '<table:table-cell office:value-type="percentage" office:value="0.5"/>',
      ),
      '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>',
    ];
    expect(await read("/a.ods", sheet(rows.join("")))).toEqual([
      "table [S] Ship: Aurora; Berth: 12; Paid: TRUE",
      "table [S] Ship: Aurora; Berth: closed",
      "table [S] Ship: Fram; Berth: =B2*2; Paid: 50%",
      "prose [S] until May",
    ]);
  });

  test("claims cost nothing", async () => {
    const cell = (extra: string, words = "x".repeat(500)) =>
      `<table:table-cell ${extra}><text:p>${words}</text:p></table:table-cell>`;
    const rows = Array.from({ length: 300 }, () =>
      row(
        cell(
          'table:number-columns-repeated="1e15" table:number-rows-spanned="1e15" table:number-columns-spanned="Infinity"',
        ),
      ),
    );
    const { content } = await parseDocument("/a.ods", odf(sheet(rows.join(""))));
    expect(content.length).toBeLessThan(40_000_000);
    expect(
      await read(
        "/b.ods",
        sheet(row(cell('table:number-columns-repeated="-7"', "a"), cell('table:number-columns-repeated="NaN"', "b"))),
      ),
    ).toEqual(["table [S] a | b"]);
  });
});

test("slides: title first, notes, footers left out, charts; drawings' pages", async () => {
  const frame = (kind: string, words: string) =>
    `<draw:frame presentation:class="${kind}"><draw:text-box><text:p>${words}</text:p></draw:text-box></draw:frame>`;
  const page = `<draw:page>${frame("subtitle", "Below")}${frame("footer", "Company")}${frame("title", "Above")}<draw:g><draw:rect><text:p>Grouped</text:p></draw:rect></draw:g><presentation:notes><draw:page-thumbnail presentation:class="page"/>${frame("notes", "Say hello")}</presentation:notes></draw:page>`;
  const expected = (number: number) => [
    `heading [${number}: Above] Above`,
    `prose [${number}: Above] Below`,
    `prose [${number}: Above] Grouped`,
    `prose [${number}: Above] Say hello`,
  ];
  expect(
    await read("/a.otp", `<office:body><office:presentation>${page}${page}</office:presentation></office:body>`),
  ).toEqual([...expected(1), ...expected(2)]);
  expect(
    await read(
      "/a.odg",
      "<office:body><office:drawing><draw:page><draw:line><text:p>On a line</text:p></draw:line></draw:page></office:drawing></office:body>",
    ),
  ).toEqual(["prose [1: ] On a line"]);
});

test("a password, a single file of another name, other prefixes", async () => {
  await expect(
    parseDocument(
      "/a.odt",
      odf("", {
        "META-INF/manifest.xml": "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>",
      }),
    ),
  ).rejects.toMatchObject({ reason: "encrypted" });
  const flat =
    '<?xml version="1.0"?>\n<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><t:h t:outline-level="2">Title</t:h><t:p>Text</t:p></office:text></office:body></office:document>';
  expect(outline(await parseDocument("/a.xml", Buffer.from(flat)))).toEqual([
    "heading [Title] Title",
    "prose [Title] Text",
  ]);
});

test("headers and footers are said once, after the text; pages to make others after are not", async () => {
  const spaces = ["office", "text", "style", "presentation"]
    .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
    .join(" ");
  const p = (words: string) => `<text:p>${words}</text:p>`;
  const page = (header: string) =>
    `<style:master-page><style:header>${p(header)}</style:header><style:footer>${p("Page <text:page-number>1</text:page-number> of 9")}</style:footer></style:master-page>`;
  const readFlat = async (kind: string, body: string, masters: string) =>
    outline(
      await parseDocument(
        "/a.fodt",
        Buffer.from(
          `<office:document ${spaces}><office:master-styles>${masters}</office:master-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document>`,
        ),
      ),
    );
  expect(await readFlat("text", p("Words."), page("Project Walrus") + page("Project Walrus"))).toEqual([
    "prose [] Words.",
    "prose [] Project Walrus",
  ]);
  expect(await readFlat("text", p("Words."), `<style:master-page>${p("Click to edit")}</style:master-page>`)).toEqual([
    "prose [] Words.",
  ]);
});
