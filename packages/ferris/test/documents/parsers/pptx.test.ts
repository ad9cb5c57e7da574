/** Presentations as python-pptx and pandoc write them, and what PowerPoint adds. */
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { linesOf } from "../../../src/documents/parsers/slides/paragraphs.ts";
import { xmlTree } from "../../../src/documents/xml/xml-tree.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { outline } from "../support/outline.ts";

const deck = [
  "heading [1: Winter schedule] Winter schedule",
  "prose [1: Winter schedule] Ferries leave hourly",
  "prose [1: Winter schedule] Mention the ice breaker",
  "heading [2: Safety] Safety",
  "prose [2: Safety] Rescue drills happen on Mondays",
  "heading [3: Numbers] Numbers",
  "prose [3: Numbers] Carried by route",
  "table [3: Numbers] Passengers; Season 2023: 11",
  "table [3: Numbers] Freight; Season 2023: 22",
  "prose [3: Numbers] Inside a group",
  "heading [4: Prices] Prices",
  "table [4: Prices] Season: Summer; Single: 80; Double: 120; Breakfast: 12",
  "table [4: Prices] Season: Winter; Single: closed; Breakfast: 9",
  "heading [5: Hidden slide] Hidden slide",
  "prose [5: Hidden slide] not shown in the talk",
  "heading [6: Energy] Energy",
  "prose [6: Energy] The stored energy is E=mgh",
];

test.each([
  ["deck.pptx", deck],
  ["show.ppsx", deck],
  [
    "pandoc.pptx",
    [
      "heading [1: Harbour handbook] Harbour handbook",
      "heading [2: Mooring] Mooring",
      "prose [2: Mooring] Moor at the outer pier.1 The head loss is h_f=λ L/D (v^2)/(2g) and √(x+1).\n1. First step\n2. Second step\na. Inner step\nb. Another\n3. Third step\n∑_(i=1)^n x_i=∫_0^1 f(t)\u2009dt",
      "table [2: Mooring] Ship: Aurora; Berth: 12; Length: 32 m",
      "table [2: Mooring] Ship: Borealis; Berth: 7; Length: 41 m",
      "prose [3: ] A quotation of the harbour master.\nFuel\nDiesel only.",
      "heading [4: Notes] Notes",
      "prose [4: Notes] 1. The inner pier is closed in winter.",
    ],
  ],
])("%s", async (name, expected) => {
  expect(await outlineOfFixture(`office/${name}`)).toEqual(expected);
});

test("diagrams, comments of both kinds, cells merged across and down, descriptions, the order of the show", async () => {
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="x/${type}" Target="${target}"/>`;
  const relations = (...all: string[]) => `<Relationships>${all.join("")}</Relationships>`;
  const words = (text: string) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
  const slide = (shapes: string) => `<p:sld><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`;
  const shape = (text: string, placeholder = "") =>
    `<p:sp><p:nvSpPr><p:nvPr>${placeholder}</p:nvPr></p:nvSpPr><p:txBody>${words(text)}</p:txBody></p:sp>`;
  const frame = (inner: string) =>
    `<p:graphicFrame><a:graphic><a:graphicData>${inner}</a:graphicData></a:graphic></p:graphicFrame>`;
  const cell = (text: string, merged = "") => `<a:tc${merged}><a:txBody>${words(text)}</a:txBody></a:tc>`;
  const rows = [
    cell("Ship", ' rowSpan="2"') + cell("2023", ' gridSpan="2"') + cell("", ' hMerge="1"'),
    cell("", ' vMerge="1"') + cell("Trips") + cell("Fuel"),
    cell("Aurora") + cell("10") + cell("200"),
  ].map((cells) => `<a:tr>${cells}</a:tr>`);
  const diagram = `<dgm:dataModel><dgm:ptLst><dgm:pt><dgm:t>${words("Plan")}</dgm:t></dgm:pt><dgm:pt type="parTrans"><dgm:t>${words("arrow")}</dgm:t></dgm:pt><dgm:pt type="node"><dgm:t>${words("Do")}</dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`;
  const picture = (description: string) => `<p:pic><p:nvPicPr><p:cNvPr descr="${description}"/></p:nvPicPr></p:pic>`;
  const parts: Record<string, string> = {
    "ppt/presentation.xml":
      '<p:presentation><p:sldIdLst><p:sldId r:id="b"/><p:sldId r:id="a"/><p:sldId r:id="b"/></p:sldIdLst></p:presentation>',
    "ppt/_rels/presentation.xml.rels": relations(
      relation("a", "slide", "slides/1.xml"),
      relation("b", "slide", "slides/2.xml"),
    ),
    "ppt/slides/1.xml": slide(frame(`<a:tbl><a:tblPr firstRow="1"/>${rows.join("")}</a:tbl>`) + shape("Last")),
    "ppt/slides/2.xml": slide(
      shape("12", '<p:ph type="sldNum"/>') +
        frame('<dgm:relIds r:dm="d"/>') +
        picture("A map") +
        picture("map.png") +
        shape("First", '<p:ph type="ctrTitle"/>'),
    ),
    "ppt/slides/_rels/2.xml.rels": relations(
      relation("d", "diagramData", "../d.xml"),
      relation("c", "comments", "../old.xml"),
      relation("e", "comments", "../new.xml"),
    ),
    "ppt/d.xml": diagram,
    "ppt/old.xml": "<p:cmLst><p:cm><p:text>Too long</p:text></p:cm></p:cmLst>",
    "ppt/new.xml": `<p188:cmLst><p188:cm><p188:txBody>${words("Agreed")}</p188:txBody></p188:cm></p188:cmLst>`,
  };
  const bytes = zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])));
  expect(outline(await parseDocument("/a.pptm", bytes))).toEqual([
    "heading [1: First] First",
    "list [1: First] - Plan",
    "list [1: First] - Do",
    "prose [1: First] A map",
    "prose [1: First] Too long",
    "prose [1: First] Agreed",
    "table [2: ] Ship: Aurora; 2023 Trips: 10; 2023 Fuel: 200",
    "prose [2: ] Last",
  ]);
});

test("a slide without the frame that should be around its shapes", async () => {
  const shape = "<p:sp><p:txBody><a:p><a:r><a:t>hi</a:t></a:r></a:p></p:txBody></p:sp>";
  const parts = {
    "ppt/presentation.xml": '<p:presentation><p:sldId r:id="a"/></p:presentation>',
    "ppt/_rels/presentation.xml.rels":
      '<Relationships><Relationship Id="a" Type="x/slide" Target="1.xml"/></Relationships>',
    "ppt/1.xml": `<p:sld>${shape}</p:sld>`,
  };
  const bytes = zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])));
  expect(outline(await parseDocument("/a.pptx", bytes))).toEqual(["prose [1: ] hi"]);
});

test("footers, and what layouts and masters say, are said once at the end", async () => {
  const relations = (...all: [string, string, string][]) =>
    strToU8(
      `<Relationships>${all.map(([id, type, target]) => `<Relationship Id="${id}" Type="x/${type}" Target="${target}"/>`).join("")}</Relationships>`,
    );
  const shape = (text: string, placeholder = "") =>
    `<p:sp><p:nvSpPr><p:nvPr>${placeholder}</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`;
  const tree = (...shapes: string[]) => strToU8(`<p:x><p:cSld><p:spTree>${shapes.join("")}</p:spTree></p:cSld></p:x>`);
  const footer = shape("Harbour office", '<p:ph type="ftr"/>');
  const number = shape("7", '<p:ph type="sldNum"/>');
  const slides = zipSync({
    "_rels/.rels": relations(["m", "officeDocument", "ppt/presentation.xml"]),
    "ppt/presentation.xml": strToU8('<p:presentation><p:sldId r:id="a"/><p:sldId r:id="b"/></p:presentation>'),
    "ppt/_rels/presentation.xml.rels": relations(["a", "slide", "slides/1.xml"], ["b", "slide", "slides/2.xml"]),
    "ppt/slides/1.xml": tree(shape("Tides", '<p:ph type="title"/>'), footer, number),
    "ppt/slides/2.xml": tree(shape("Ropes", '<p:ph type="title"/>'), footer, number),
    "ppt/slides/_rels/1.xml.rels": relations(["l", "slideLayout", "../layout.xml"]),
    "ppt/slides/_rels/2.xml.rels": relations(["l", "slideLayout", "../layout.xml"]),
    "ppt/layout.xml": tree(shape("Click to edit", '<p:ph type="body"/>'), shape("Draft of June")),
    "ppt/_rels/layout.xml.rels": relations(["m", "slideMaster", "master.xml"]),
    "ppt/master.xml": tree(
      shape("Click to edit", '<p:ph type="title"/>'),
      shape("Confidential"),
      shape("Draft of June"),
    ),
  });
  expect(outline(await parseDocument("/a.pptx", slides))).toEqual([
    "heading [1: Tides] Tides",
    "heading [2: Ropes] Ropes",
    "prose [] Harbour office",
    "prose [] Draft of June",
    "prose [] Confidential",
  ]);
});

test("numbers and signs are as they are shown", () => {
  const run = (text: string, properties = "", lang = "en-US") =>
    `<a:r><a:rPr lang="${lang}">${properties}</a:rPr><a:t>${text}</a:t></a:r>`;
  const paragraph = (inner: string, properties = "", level = 0) =>
    `<a:p><a:pPr lvl="${level}">${properties}</a:pPr>${inner}</a:p>`;
  const number = (type: string, start = 1) => `<a:buAutoNum type="${type}" startAt="${start}"/>`;
  const signs = '<a:sym typeface="Wingdings" charset="2"/>';
  const body = xmlTree(
    `<p:txBody><a:lstStyle><a:lvl3pPr>${number("alphaUcParenBoth")}</a:lvl3pPr></a:lstStyle>${[
      paragraph(run("one"), number("arabicPeriod")),
      paragraph(run("inner"), number("romanLcParenR"), 1),
      paragraph(""),
      paragraph(run("two"), number("arabicPeriod")),
      paragraph(run("inner again"), number("romanLcParenR"), 1),
      paragraph(run("plain"), "<a:buNone/>"),
      paragraph(run("anew"), number("arabicPeriod")),
      paragraph(run("seven"), number("circleNumDbPlain", 7)),
      paragraph(run("by its style"), "", 2),
      paragraph(run("Costs ") + run("à", signs) + run(" down")),
      paragraph(run("so à there", signs)),
      paragraph(run("de 5 à 10", signs, "fr-FR")),
      paragraph(run("J", signs) + run("D", '<a:latin typeface="Symbol"/>') + run("T \uf0e0", signs)),
    ].join("")}</p:txBody>`,
  );
  expect(linesOf(body!)).toEqual([
    "1. one",
    "i) inner",
    "2. two",
    "i) inner again",
    "plain",
    "1. anew",
    "⑦ seven",
    "(A) by its style",
    "Costs → down",
    "so → there",
    "de 5 à 10",
    "☺ΔT →",
  ]);
});

test("charts show their values in their formats, labels from cells, names of trend lines, units", async () => {
  const cache = (kind: string, format: string, values: string[], own = "") =>
    `<c:${kind}Ref><c:${kind}Cache>${format && `<c:formatCode>${format}</c:formatCode>`}${values.map((value, index) => `<c:pt idx="${index}"${index === 1 ? own : ""}><c:v>${value}</c:v></c:pt>`).join("")}</c:${kind}Cache></c:${kind}Ref>`;
  const chart = `<c:chartSpace><c:date1904 val="1"/><c:chart><c:plotArea><c:barChart><c:ser><c:tx><c:v>Share</c:v></c:tx>
    <c:dLbls><c:dLbl><c:tx>${cache("str", "", ["From a cell"])}</c:tx></c:dLbl></c:dLbls><c:trendline><c:name>Growth</c:name></c:trendline>
    <c:cat>${cache("num", "yyyy-mm-dd", ["43465", "43496"])}</c:cat><c:val>${cache("num", "0.0%", ["0.192", "0.5"], ' formatCode="0.00"')}</c:val>
    <c:extLst><c:ext><c15:datalabelsRange><c15:dlblRangeCache><c:pt idx="0"><c:v>Best month</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange></c:ext></c:extLst>
    </c:ser></c:barChart><c:valAx><c:dispUnits><c:builtInUnit val="millions"/><c:dispUnitsLbl/></c:dispUnits></c:valAx></c:plotArea></c:chart></c:chartSpace>`;
  const relations = (id: string, type: string, target: string) =>
    `<Relationships><Relationship Id="${id}" Type="x/${type}" Target="${target}"/></Relationships>`;
  const parts = {
    "ppt/presentation.xml": '<p:presentation><p:sldId r:id="a"/></p:presentation>',
    "ppt/_rels/presentation.xml.rels": relations("a", "slide", "1.xml"),
    "ppt/1.xml":
      '<p:sld><p:cSld><p:spTree><p:graphicFrame><c:chart r:id="c"/></p:graphicFrame></p:spTree></p:cSld></p:sld>',
    "ppt/_rels/1.xml.rels": relations("c", "chart", "charts/c.xml"),
    "ppt/charts/c.xml": chart,
  };
  const bytes = zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])));
  expect(outline(await parseDocument("/a.pptx", bytes))).toEqual([
    "table [1: ] 2023-01-01; Share: 19.2%",
    "table [1: ] 2023-02-01; Share: 0.50",
    "prose [1: ] From a cell",
    "prose [1: ] Best month",
    "prose [1: ] Growth",
    "prose [1: ] Millions",
  ]);
});
