/** Packages of Office: parts are found by relations, content types and namespaces, never by their usual names and prefixes. */
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { outline } from "../support/outline.ts";

test.each([
  [
    "other-prefix.docx",
    ["heading [Harbour rules] Harbour rules", "prose [Harbour rules] Boats over nine metres moor at the outer pier."],
  ],
  [
    "backslash.docx",
    ["heading [Harbour rules] Harbour rules", "prose [Harbour rules] Boats over nine metres moor at the outer pier."],
  ],
  ["workbook2.xlsx", ["table [Stock] Part: Seal; Shelf: B7", "table [Stock] Part: Valve; Shelf: C2"]],
  ["x-prefix.xlsx", ["table [Stock] Part: Seal; Shelf: B7", "table [Stock] Part: Valve; Shelf: C2"]],
  ["SharedStrings-case.xlsx", ["table [Stock] Part: Seal; Shelf: B7", "table [Stock] Part: Valve; Shelf: C2"]],
  ["SharedStrings-mixed.xlsx", ["table [Stock] Part: Seal; Count: 7", "table [Stock] Part: Valve; Count: 12"]],
])("%s", async (name, expected) => {
  expect(await outlineOfFixture(`office/${name}`)).toEqual(expected);
});

const transitional = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const strict = "http://purl.oclc.org/ooxml/wordprocessingml/main";
const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A document called `part` with a heading by style, which only the relation to the styles tells. */
interface Spelling {
  readonly part?: string;
  readonly target?: string;
  readonly stylesTarget?: string;
  readonly stylesPart?: string;
  readonly space?: string;
  readonly type?: string;
  readonly contentTypes?: string;
}

function docx(spelling: Spelling): Uint8Array {
  const { part = "word/document.xml", stylesTarget = "styles.xml", stylesPart = "word/styles.xml" } = spelling;
  const { target = part, space = transitional, type = relationships, contentTypes = "" } = spelling;
  const [folder, file] = [part.slice(0, part.lastIndexOf("/") + 1), part.slice(part.lastIndexOf("/") + 1)];
  const relation = (id: string, name: string, to: string) =>
    `<Relationship Id="${id}" Type="${type}/${name}" Target="${to}"/>`;
  const relations = (inner: string) =>
    strToU8(
      `<q:Relationships xmlns:q="http://schemas.openxmlformats.org/package/2006/relationships">${inner.replaceAll("<R", "<q:R")}</q:Relationships>`,
    );
  return zipSync({
    ...(contentTypes
      ? { "[Content_Types].xml": strToU8(contentTypes) }
      : { "_rels/.rels": relations(relation("a", "officeDocument", target)) }),
    [`${folder}_rels/${file}.rels`]: relations(relation("s", "styles", stylesTarget)),
    [part]: strToU8(
      `<document xmlns="${space}" xmlns:z="${space}"><body><p><pPr><pStyle z:val="Top"/></pPr><r><t>Title</t></r></p><p><r><t>Text</t></r></p></body></document>`,
    ),
    [stylesPart]: strToU8(
      `<k:styles xmlns:k="${space}"><k:style k:styleId="Top"><k:name k:val="heading 1"/></k:style></k:styles>`,
    ),
  });
}

describe("parts of other names", () => {
  const type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
  test.each<[string, Spelling]>([
    ["the usual ones", {}],
    ["an absolute target", { target: "/word/document.xml", stylesTarget: "/word/styles.xml" }],
    ["another folder", { part: "doc/main7.xml", stylesTarget: "../word/styles.xml" }],
    ["Strict", { space: strict, type: "http://purl.oclc.org/ooxml/officeDocument/relationships" }],
    [
      "percent-encoded references",
      {
        part: "word/my document.xml",
        target: "word/my%20document.xml",
        stylesPart: "word/st%C3%BCle.xml",
        stylesTarget: "stüle.xml",
      },
    ],
    ["another case", { target: "Word/Document.xml", stylesTarget: "STYLES.xml" }],
    ["backslashes in references", { target: "word\\document.xml", stylesTarget: ".\\styles.xml" }],
    [
      "content types only",
      {
        part: "word/other.xml",
        contentTypes: `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/other.xml" ContentType="${type}"/></Types>`,
      },
    ],
  ])("%s", async (_, options) => {
    expect(outline(await parseDocument("/a.docx", docx(options)))).toEqual([
      "heading [Title] Title",
      "prose [Title] Text",
    ]);
  });

  test("a target outside of the package is not followed", async () => {
    await expect(parseDocument("/a.docx", docx({ target: "../../etc/passwd" }))).resolves.toMatchObject({
      title: "Title",
    });
    const external = zipSync({
      "_rels/.rels": strToU8(
        `<Relationships><Relationship Id="a" Type="x/officeDocument" TargetMode="External" Target="file:///word/document.xml"/></Relationships>`,
      ),
    });
    await expect(parseDocument("/a.docx", external)).rejects.toMatchObject({ reason: "damaged" });
  });
});

test("levels that no document has", async () => {
  const odt = (level: string) =>
    zipSync({
      "content.xml": strToU8(
        `<office:text><text:h text:outline-level="${level}">Title</text:h><text:p>hi</text:p></office:text>`,
      ),
    });
  for (const level of ["1000000000", "Infinity", "-3", "NaN", "1e7"]) {
    expect(outline(await parseDocument("/a.odt", odt(level)))).toEqual(["heading [Title] Title", "prose [Title] hi"]);
  }
});

test("OpenDocument and books say what they are, whatever they are called", async () => {
  const text = `<office:document-content><office:body><office:text><text:p>Moor at the outer pier.</text:p></office:text></office:body></office:document-content>`;
  const mimetype: [Uint8Array, { level: 0 }] = [strToU8("application/vnd.oasis.opendocument.text"), { level: 0 }];
  const document = zipSync({ mimetype, "content.xml": strToU8(text) });
  for (const name of ["/letter.docx", "/letter.doc", "/letter.zip", "/letter"])
    expect(outline(await parseDocument(name, document))).toEqual(["prose [] Moor at the outer pier."]);
  const chapter = { "c.xhtml": strToU8("<html><body><p>It was dark.</p></body></html>") };
  const opf = `<package><manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>`;
  const book = zipSync({
    mimetype: [strToU8("application/epub+zip"), { level: 0 }],
    "b.opf": strToU8(opf),
    ...chapter,
  });
  expect(outline(await parseDocument("/book.zip", book))).toEqual(["prose [] It was dark."]);
});
