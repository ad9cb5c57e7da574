/** What drawings say beside their text: WordArt and descriptions of pictures and shapes, the same words in every format of Office. */
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { ByteReader } from "../../../src/documents/parsers/legacy/byte-reader.ts";
import { groupsWithin, shapesWithin } from "../../../src/documents/parsers/legacy/shape-words.ts";
import { outline } from "../support/outline.ts";
import { randomFrom } from "../support/random-documents.ts";

const archive = (parts: Readonly<Record<string, string>>) =>
  zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])));
const related = (id: string, type: string, target: string) =>
  `<Relationships><Relationship Id="${id}" Type="x/${type}" Target="${target}"/></Relationships>`;
const read = async (name: string, bytes: Uint8Array) => outline(await parseDocument(name, bytes));
const say = (title: string, description: string) => `title="${title}" descr="${description}"`;

describe("in files of today", () => {
  const docx = (drawing: string) =>
    read(
      "/a.docx",
      archive({ "word/document.xml": `<w:document><w:body><w:p><w:r>${drawing}</w:r></w:p></w:body></w:document>` }),
    );
  const inline = (head: string, inner: string) =>
    `<w:drawing><wp:inline><wp:docPr ${head}/><a:graphic><a:graphicData>${inner}</a:graphicData></a:graphic></wp:inline></w:drawing>`;

  test("letters: titles, descriptions of shapes and of what is in groups, each once; VML", async () => {
    const picture = `<pic:pic><pic:nvPicPr><pic:cNvPr ${say("", "A map")}/></pic:nvPicPr></pic:pic>`;
    expect(await docx(inline(say("Harbour", "A map"), picture))).toEqual(["prose [] Harbour\nA map"]);
    expect(await docx(inline(say("", "A map"), picture))).toEqual(["prose [] A map"]);
    expect(await docx(inline(say("", "fig:A map&#10;/home/ann/map.png"), ""))).toEqual(["prose [] A map"]);
    expect(await docx(inline(say("", "An arrow to the pier"), "<wps:wsp/>"))).toEqual([
      "prose [] An arrow to the pier",
    ]);
    const group = `<wpg:wgp><wps:wsp><wps:cNvPr ${say("", "North")}/></wps:wsp>${picture}</wpg:wgp>`;
    expect(await docx(inline(say("", "pier.jpg"), group))).toEqual(["prose [] North", "prose [] A map"]);
    expect(
      await docx(
        '<w:pict><v:shape alt="A crane"><v:imagedata o:title="scan04"/><v:textpath string="Grand opening"/></v:shape></w:pict>',
      ),
    ).toEqual(["prose [] A crane", "prose [] Grand opening"]);
  });

  test("slides: shapes, groups, tables", async () => {
    const head = (kind: string, description: string) =>
      `<p:nv${kind}Pr><p:cNvPr ${say("", description)}/></p:nv${kind}Pr>`;
    const text = "<p:txBody><a:p><a:r><a:t>Text</a:t></a:r></a:p></p:txBody>";
    const shapes = `<p:grpSp>${head("GrpSp", "The fleet")}<p:pic>${head("Pic", "A ferry")}</p:pic></p:grpSp><p:sp>${head("Sp", "A frame")}${text}</p:sp>`;
    const bytes = archive({
      "ppt/presentation.xml": '<p:presentation><p:sldId r:id="a"/></p:presentation>',
      "ppt/_rels/presentation.xml.rels": related("a", "slide", "1.xml"),
      "ppt/1.xml": `<p:sld><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`,
    });
    expect(await read("/a.pptx", bytes)).toEqual(
      ["The fleet", "A ferry", "Text", "A frame"].map((line) => `prose [1: ] ${line}`),
    );
  });

  test("sheets: shapes and charts as well as pictures", async () => {
    const head = (kind: string, description: string) =>
      `<xdr:nv${kind}Pr><xdr:cNvPr ${say("", description)}/></xdr:nv${kind}Pr>`;
    const bytes = archive({
      "xl/workbook.xml": '<workbook><sheet name="S" r:id="s"/></workbook>',
      "xl/_rels/workbook.xml.rels": related("s", "worksheet", "s.xml"),
      "xl/s.xml": "<worksheet><sheetData/></worksheet>",
      "xl/_rels/s.xml.rels": related("d", "drawing", "d.xml"),
      "xl/d.xml": `<xdr:wsDr><xdr:pic>${head("Pic", "A ferry")}</xdr:pic><xdr:sp>${head("Sp", "An arrow")}</xdr:sp></xdr:wsDr>`,
    });
    expect(await read("/a.xlsx", bytes)).toEqual(["prose [S] A ferry", "prose [S] An arrow"]);
  });

  test("OpenDocument: shapes", async () => {
    const body = `<text:p>See<draw:custom-shape><svg:title>Arrow</svg:title><svg:desc>Arrow</svg:desc><text:p>North</text:p></draw:custom-shape></text:p>`;
    const bytes = archive({
      mimetype: "application/vnd.oasis.opendocument.text",
      "content.xml": `<office:document-content><office:body><office:text>${body}</office:text></office:body></office:document-content>`,
    });
    expect(await read("/a.odt", bytes)).toEqual(["prose [] See", "prose [] Arrow", "prose [] North"]);
  });

  test("RTF: pictures in lines, shapes, what is on every page; names of files are nobody's words", async () => {
    const property = (name: string, value: string) => String.raw`{\sp{\sn ${name}}{\sv ${value}}}`;
    const picture = (value: string) =>
      String.raw`{\*\shppict{\pict{\*\picprop${property("wzDescription", value)}${property("pib", "x")}}\pngblip{\*\blipuid 00ff} 8950}}{\nonshppict{\pict 8950}}`;
    const rtf = (inner: string) => read("/a.rtf", Buffer.from(`{\\rtf1 ${inner}}`, "latin1"));
    expect(await rtf(String.raw`See ${picture("A red boat")}\par Next${picture("boat.png")}\par`)).toEqual([
      "prose [] See",
      "prose [] A red boat",
      "prose [] Next",
    ]);
    const mark = String.raw`{\shp{\*\shpinst${property("gtextUNICODE", "DRAFT")}}}`;
    expect(await rtf(String.raw`{\header Harbour ${mark}office\par}Text\par`)).toEqual([
      "prose [] Text",
      "prose [] Harbour",
      "prose [] DRAFT",
      "prose [] office",
    ]);
  });
});

describe("in records of 1997 to 2003", () => {
  function record(type: number, content: Uint8Array, flags = 0): Buffer {
    const head = Buffer.alloc(8);
    head.writeUInt16LE(flags, 0);
    head.writeUInt16LE(type, 2);
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content]);
  }
  const container = (type: number, ...parts: Uint8Array[]) => record(type, Buffer.concat(parts), 0xf);
  const wide = (text: string) => Buffer.from(`${text}\0`, "utf16le");

  function table(properties: readonly [code: number, value: number | Buffer][], type = 0xf00b): Buffer {
    const heads = properties.map(([code, value]) => {
      const head = Buffer.alloc(6);
      head.writeUInt16LE(typeof value === "number" ? code : code | 0x8000, 0);
      head.writeUInt32LE(typeof value === "number" ? value : value.length, 2);
      return head;
    });
    const behind = properties.flatMap(([, value]) => (typeof value === "number" ? [] : [value]));
    return record(type, Buffer.concat([...heads, ...behind]), (properties.length << 4) | 3);
  }
  function shape(id: number, flags: number, ...tables: Buffer[]): Buffer {
    const identity = Buffer.alloc(8);
    identity.writeUInt32LE(id, 0);
    identity.writeUInt32LE(flags, 4);
    return container(0xf004, record(0xf00a, identity), ...tables);
  }
  const equation = Buffer.from(
    '<?xml version="1.0"?><w:wordDocument xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"><w:body><m:oMathPara><m:oMath><m:f><m:num><m:r><m:t>L</m:t></m:r></m:num><m:den><m:r><m:t>D</m:t></m:r></m:den></m:f></m:oMath></m:oMathPara></w:body></w:wordDocument>',
  );
  const shapes = [
    // Values of four bytes, and others that stand behind them all: a file's name, a description.
    shape(
      1025,
      0,
      table([
        [0x0104, 3],
        [0x0105, wide("pier.png")],
        [0x0381, wide("The outer pier\r\nat noon")],
        [0x01bf, 1],
      ]),
    ),
    shape(1026, 0, table([[0x00c0, wide("Grand opening")]]), table([[0x0381, wide("Red letters")]], 0xf121)),
    shape(1027, 8, table([[0x00c0, wide("Deleted")]])),
    shape(1028, 0, table([[0x030c, equation]], 0xf122)),
    shape(1029, 0, table([[0x0381, wide("C:\\pictures\\boat.jpg")]])),
  ];
  const group = container(
    0xf003,
    shape(1030, 1, table([[0x0381, wide("The fleet")]])),
    shape(1031, 2, table([[0x0381, wide("A ferry")]])),
  );
  const drawing = container(0xf002, container(0xf003, shape(1024, 5), ...shapes, group));

  test("WordArt, descriptions and formulas of newer versions, but for what was deleted and names of files", () => {
    const reader = new ByteReader(drawing);
    const found = shapesWithin(reader, { start: 0, end: drawing.length }).flatMap(({ lines }) => lines);
    expect(found).toEqual(["The outer pier\nat noon", "Grand opening", "Red letters", "L/D", "The fleet", "A ferry"]);
    const groups = groupsWithin(reader, { start: 8, end: drawing.length });
    expect(groups.map(({ id, lines }) => [id, lines.length])).toEqual([
      [1025, 1],
      [1026, 2],
      [1027, 0],
      [1028, 1],
      [1029, 0],
      [1030, 2],
    ]);
  });

  test("damaged drawings end", () => {
    const random = randomFrom(11);
    for (let attempt = 0; attempt < 5_000; attempt++) {
      const bytes = Uint8Array.from(
        drawing.subarray(0, attempt % 2 === 0 ? Math.floor(random() * drawing.length) : undefined),
      );
      for (let change = 0; change < 6; change++)
        bytes[Math.floor(random() * bytes.length)] = [0, 0xff, Math.floor(random() * 256)][change % 3];
      shapesWithin(new ByteReader(bytes), { start: 0, end: bytes.length });
    }
    const tower = Buffer.from(`<a>${"<b>".repeat(5_000)}`);
    const hostile = shape(
      1,
      0,
      table([
        [0x030c, tower],
        [0x0381, wide("A map")],
      ]),
    );
    expect(shapesWithin(new ByteReader(hostile), { start: 0, end: hostile.length })[0]?.lines).toEqual(["A map"]);
    const deep = Array.from({ length: 200 }).reduce<Buffer>((inner) => container(0xf003, inner), shapes[0]!);
    expect(shapesWithin(new ByteReader(deep), { start: 0, end: deep.length })).toEqual([]);
  });
});
