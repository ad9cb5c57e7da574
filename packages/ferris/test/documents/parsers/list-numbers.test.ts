/** Numbers before paragraphs and headings, as Word and LibreOffice show them. */
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { namedNumber } from "../../../src/documents/parsers/word/number-names.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { outline } from "../support/outline.ts";

const formats: [format: string, first: string, second: string][] = [
  ["decimalEnclosedCircle", "①", "②"],
  ["chineseCounting", "一", "二"],
  ["aiueo", "ア", "イ"],
  ["russianLower", "а", "б"],
  ["cardinalText", "One", "Two"],
  ["ordinalText", "First", "Second"],
  ["ideographTraditional", "甲", "乙"],
  ["decimalFullWidth", "1", "2"],
  ["hebrew1", "א", "ב"],
];

test.each([["number-formats.doc"], ["number-formats.odt"]])("formats of many scripts: %s", async (name) => {
  expect(await outlineOfFixture(`office/${name}`)).toEqual(
    formats.flatMap(([format, first, second]) => [
      `list [] ${first}、 item ${format} a`,
      `list [] ${second}、 item ${format} b`,
    ]),
  );
});

test.each<[number, string, string | undefined]>([
  [21, "chineseCounting", "二十一"],
  [10, "japaneseCounting", "十"],
  [105, "ideographDigital", "一〇五"],
  [16, "hebrew1", "טז"],
  [21, "cardinalText", "Twenty-one"],
  [32, "ordinalText", "Thirty-second"],
  [40, "ordinalText", "Fortieth"],
  [9, "ordinalText", "Ninth"],
  [20, "decimalEnclosedCircle", "⑳"],
  [21, "decimalEnclosedCircle", undefined],
  [0, "hebrew1", undefined],
  [3, "no such format", undefined],
])("%d in %s", (count, format, expected) => {
  expect(namedNumber(count, format)).toBe(expected);
});

const continued = [
  "list [] 1. one",
  "list [] a) sub a",
  "prose [] between",
  "list [] b) sub b",
  "list [] 3. three",
  "list [] a) sub a again",
  "prose [] x",
  "list [] 4. four",
];

test.each([["continued-lists.doc"], ["continued-lists.odt"]])(
  "inner lists go on after other text, and empty items are counted: %s",
  async (name) => {
    expect(await outlineOfFixture(`office/${name}`)).toEqual(continued);
  },
);

test("headings that OpenDocument numbers by its outline", async () => {
  expect((await outlineOfFixture("office/numbered-headings.odt")).filter((line) => line.startsWith("heading"))).toEqual(
    [
      "heading [1. Intro] 1. Intro",
      "heading [1. Intro > 1.1 Scope] 1.1 Scope",
      "heading [1. Intro > 1.2 Terms] 1.2 Terms",
      "heading [2. End] 2. End",
    ],
  );
});

test("headings of OpenDocument that are taken out of the outline have no number", async () => {
  const outlineStyle = `<text:outline-style style:name="Outline"><text:outline-level-style text:level="1" style:num-format="1"/></text:outline-style>`;
  const automatic = `<office:automatic-styles><style:style style:name="P1" style:family="paragraph" style:list-style-name=""/></office:automatic-styles>`;
  const heading = (text: string, attributes = "") => `<text:h text:outline-level="1" ${attributes}>${text}</text:h>`;
  const body =
    heading("A") +
    heading("B", 'text:style-name="P1"') +
    heading("C", 'text:is-list-header="true"') +
    heading("D", 'text:restart-numbering="true" text:start-value="7"') +
    `<text:list><text:list-item>${heading("E")}</text:list-item></text:list>`;
  const file = zipSync({
    "styles.xml": strToU8(
      `<office:document-styles><office:styles>${outlineStyle}</office:styles></office:document-styles>`,
    ),
    "content.xml": strToU8(
      `<office:document-content>${automatic}<office:body><office:text>${body}</office:text></office:body></office:document-content>`,
    ),
  });
  expect(outline(await parseDocument("/a.odt", file))).toEqual([
    "heading [1 A] 1 A",
    "heading [B] B",
    "heading [C] C",
    "heading [7 D] 7 D",
    "heading [E] E",
  ]);
});

test("paragraphs of OpenDocument that belong to a list without standing in it", async () => {
  const style = `<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/></text:list-style>`;
  const numbered = (id: string, text: string) =>
    `<text:numbered-paragraph text:list-id="${id}" text:level="1" text:style-name="L"><text:p>${text}</text:p></text:numbered-paragraph>`;
  const file = zipSync({
    "content.xml": strToU8(
      `<office:document-content><office:automatic-styles>${style}</office:automatic-styles><office:body><office:text>${numbered("a", "one")}<text:p>between</text:p>${numbered("a", "two")}${numbered("b", "other")}</office:text></office:body></office:document-content>`,
    ),
  });
  expect(outline(await parseDocument("/a.odt", file))).toEqual([
    "list [] 1. one",
    "prose [] between",
    "list [] 2. two",
    "list [] 1. other",
  ]);
});

test("lists on slides go on with the one right above them, in the same kind of number", async () => {
  const style = (name: string, level: number, format: string, suffix: string) =>
    `<text:list-style style:name="${name}"><text:list-level-style-number text:level="${level}" style:num-format="${format}" style:num-suffix="${suffix}"/></text:list-style>`;
  const both = `<text:list-style style:name="B"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/></text:list-style>`;
  const list = (name: string, ...items: string[]) =>
    `<text:list text:style-name="${name}">${items.map((item) => `<text:list-item>${item}</text:list-item>`).join("")}</text:list>`;
  const text = (words: string) => `<text:p>${words}</text:p>`;
  const box = (...inner: string[]) => `<draw:frame><draw:text-box>${inner.join("")}</draw:text-box></draw:frame>`;
  const page = `<draw:page>${box(
    list("A", text("one"), text("two")),
    list("B", list("B", text("inner"), text("inner")), text("three")),
    list("C", text("other")),
  )}${box(list("A", text("again")))}</draw:page>`;
  const file = zipSync({
    "content.xml": strToU8(
      `<office:document-content><office:automatic-styles>${style("A", 1, "1", ".")}${both}${style("C", 1, "I", ".")}</office:automatic-styles><office:body><office:presentation>${page}</office:presentation></office:body></office:document-content>`,
    ),
  });
  expect(outline(await parseDocument("/a.odp", file))).toEqual(
    ["1. one", "2. two", "a) inner", "b) inner", "3. three", "I. other", "1. again"].map(
      (line) => `list [1: ] ${line}`,
    ),
  );
});

test("formats that Word gives in two versions", async () => {
  const level = `<w:lvl w:ilvl="0"><w:start w:val="9"/><mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent><w:lvlText w:val="%1)"/></w:lvl>`;
  const item = (text: string) =>
    `<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
  const file = zipSync({
    "word/document.xml": strToU8(`<w:document><w:body>${item("a")}${item("b")}</w:body></w:document>`),
    "word/_rels/document.xml.rels": strToU8(
      `<Relationships><Relationship Id="n" Type="x/numbering" Target="numbering.xml"/></Relationships>`,
    ),
    "word/numbering.xml": strToU8(
      `<w:numbering><w:abstractNum w:abstractNumId="0">${level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
    ),
  });
  expect(outline(await parseDocument("/a.docx", file))).toEqual(["list [] 009) a", "list [] 010) b"]);
});
