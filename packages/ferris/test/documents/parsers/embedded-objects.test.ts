/** Files that were put into documents of Office as objects: in packages of today, in files of 1997 to 2003, in RTF. */
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { compoundFile, nativeStream, number32, packaged } from "../support/compound-file.ts";
import { equation, line, nothing, older } from "../support/mtef.ts";
import { outline } from "../support/outline.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

function docxWith(object: Uint8Array, type = "oleObject"): Uint8Array {
  const relations = (inner: string) =>
    strToU8(
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${inner}</Relationships>`,
    );
  return zipSync({
    "_rels/.rels": relations(
      `<Relationship Id="a" Type="${relationships}/officeDocument" Target="word/document.xml"/>`,
    ),
    "word/_rels/document.xml.rels": relations(
      `<Relationship Id="o" Type="${relationships}/${type}" Target="embeddings/oleObject1.bin"/>`,
    ),
    "word/document.xml": strToU8(
      `<w:document xmlns:w="${word}"><w:body><w:p><w:r><w:t>The letter.</w:t></w:r></w:p></w:body></w:document>`,
    ),
    "word/embeddings/oleObject1.bin": object,
  });
}

const sheet = zipSync({
  "_rels/.rels": strToU8(
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="${relationships}/officeDocument" Target="word/document.xml"/></Relationships>`,
  ),
  "word/document.xml": strToU8(
    `<w:document xmlns:w="${word}"><w:body><w:p><w:r><w:t>The enclosure.</w:t></w:r></w:p></w:body></w:document>`,
  ),
});

/** A letter with an object. */
function rtf(kind: string, data: Uint8Array): Uint8Array {
  const text = (words: string) => Buffer.concat([number32(words.length + 1), Buffer.from(`${words}\0`)]);
  const object = [number32(0x501), number32(2), text(kind), number32(0), number32(0), number32(data.length), data];
  const digits = Buffer.concat(object)
    .toString("hex")
    .replace(/.{128}/g, "$&\n");
  return Buffer.from(
    `{\\rtf1 The letter.{\\object\\objemb{\\*\\objclass ${kind}}{\\*\\objdata ${digits}}{\\result icon}}\\par}`,
  );
}

/** A record of a presentation: its kind, what it holds, and whether that is records. */
const record = (type: number, content: Uint8Array, { instance = 0, holdsRecords = false } = {}) => {
  const head = Buffer.alloc(8);
  head.writeUInt16LE((instance << 4) | (holdsRecords ? 0xf : 0), 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
};
const container = (type: number, ...parts: Uint8Array[]) => record(type, Buffer.concat(parts), { holdsRecords: true });
const wide = (text: string) => Buffer.from(text, "utf16le");

/** A presentation of one slide, which holds `extra`, of `objects`, and of a `list` of these. */
function presentation(extra: Uint8Array, objects: readonly Uint8Array[] = [], list = new Uint8Array()): Uint8Array {
  const entry = Buffer.concat([number32(2), number32(0), number32(0), number32(256), number32(0)]);
  const title = [record(0x0f9f, number32(0)), record(0x0fa0, wide("Berths"))];
  const living = [
    container(0x03e8, list, container(0x0ff0, record(0x03f3, entry), ...title)),
    container(0x03ee, container(0x0f9d, record(0x0f9e, number32(0))), extra),
    ...objects,
  ];
  const places: Uint8Array[] = [];
  let length = 0;
  for (const part of living) {
    places.push(number32(length));
    length += part.length;
  }
  const directory = record(0x1772, Buffer.concat([number32((living.length << 20) | 1), ...places]));
  const edit = [0, 0, 0, length, 1, 0, 0].map(number32);
  const stream = Buffer.concat([...living, directory, record(0x0ff5, Buffer.concat(edit))]);
  const user = [20, 0xe391c05f >>> 0, length + directory.length].map(number32);
  return compoundFile({
    "PowerPoint Document": stream,
    "Current User": Buffer.concat([new Uint8Array(8), ...user]),
  });
}

/** An object as presentations have it: packed. */
function storedObject(bytes: Uint8Array): Uint8Array {
  return record(0x1011, Buffer.concat([number32(bytes.length), deflateSync(bytes)]), { instance: 1 });
}

describe("in a package", () => {
  test.each<[string, Uint8Array, string[]]>([
    [
      "a file with its name",
      compoundFile({ "\x01Ole10Native": nativeStream("tides.txt", "High water at 04:12.") }),
      ["metadata [Attachment: tides.txt] Attachment: tides.txt", "prose [Attachment: tides.txt] High water at 04:12."],
    ],
    [
      "a newer document",
      compoundFile({ Package: sheet, "\x01CompObj": "x" }),
      [
        "metadata [Attachment: document.docx] Attachment: document.docx",
        "prose [Attachment: document.docx] The enclosure.",
      ],
    ],
    [
      "an old document, which is the object",
      fixture("office/merged-header.xls"),
      [
        "metadata [Attachment: workbook.xls] Attachment: workbook.xls",
        "table [Attachment: workbook.xls > Sheet] Ship: Aurora; 2023 Trips: 10; 2023 Fuel: 200; 2024 Trips: 12; 2024 Fuel: 240",
      ],
    ],
  ])("%s", async (_, object, expected) => {
    const document = await parseDocument("/a.docx", docxWith(object));
    expect(outline(document)).toEqual(["prose [] The letter.", ...expected]);
    expect(document.title).toBeUndefined();
    expect(document.warnings).toEqual([]);
  });

  test("a PDF", async () => {
    const object = compoundFile({ CONTENTS: fixture("prices.pdf") });
    const { content } = await parseDocument("/a.docx", docxWith(object));
    expect(content).toMatch(/Attachment: document\.pdf\n\n.+/s);
  });

  test("a damaged object costs its text alone", async () => {
    const object = compoundFile({ "\x01Ole10Native": nativeStream("tides.txt", "High water.") }).subarray(0, 600);
    expect(outline(await parseDocument("/a.docx", docxWith(object)))[0]).toBe("prose [] The letter.");
    for (const broken of [sheet.subarray(0, 200), Buffer.from("PK\x03\x04 and no more")]) {
      const document = await parseDocument("/a.docx", docxWith(compoundFile({ Package: broken })));
      expect(outline(document)[0]).toBe("prose [] The letter.");
      expect(document.warnings).toEqual([expect.stringContaining("document.zip in it was not read")]);
    }
  });
});

describe("formulas that are objects stand where they are", () => {
  const object = compoundFile({
    "Equation Native": equation(3, line(older.text("E=mc"), older.template(15, 0, nothing, line(older.text("2"))))),
  });
  const broken = compoundFile({ "Equation Native": "abc" });
  const packageOf = (main: string, xml: string, relation: string, parts: Record<string, Uint8Array>) =>
    zipSync({
      "_rels/.rels": strToU8(
        `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="${main}"/></Relationships>`,
      ),
      [main.replace(/([^/]+)$/, "_rels/$1.rels")]: strToU8(`<Relationships>${relation}</Relationships>`),
      [main]: strToU8(xml),
      ...parts,
    });
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="x/${type}" Target="${target}"/>`;
  const read = async (name: string, bytes: Uint8Array) => {
    const document = await parseDocument(name, bytes);
    return [...outline(document), ...document.warnings];
  };
  const docx = (bytes: Uint8Array) =>
    packageOf(
      "word/document.xml",
      '<w:document><w:body><w:p><w:r><w:t>Then </w:t></w:r><w:r><w:object><v:shape alt="A law"/><o:OLEObject ProgID="Equation.3" r:id="o"/></w:object></w:r><w:r><w:t> holds.</w:t></w:r></w:p></w:body></w:document>',
      relation("o", "oleObject", "embeddings/oleObject1.bin"),
      { "word/embeddings/oleObject1.bin": bytes },
    );

  test("in a letter", async () => {
    expect(await read("/a.docx", docx(object))).toEqual(["prose [] Then E=mc^2 holds.", "prose [] A law"]);
  });

  test("one that cannot be read is named, once", async () => {
    expect(await read("/a.docx", docx(broken))).toEqual([
      "prose [] Then  holds.",
      "prose [] A law",
      "a formula in it was not read",
    ]);
    const twice = presentation(new Uint8Array(), [storedObject(broken), storedObject(broken)]);
    expect(await read("/a.ppt", twice)).toEqual(["heading [1: Berths] Berths", "a formula in it was not read"]);
  });

  test("on a slide, where it stands twice for different programs", async () => {
    const ole = '<p:oleObj progId="Equation.3" r:id="o"/>';
    const slide = `<p:sld><p:cSld><p:spTree><p:graphicFrame><p:nvGraphicFramePr><p:cNvPr descr="A law"/></p:nvGraphicFramePr><a:graphic><a:graphicData><mc:AlternateContent><mc:Choice>${ole}</mc:Choice><mc:Fallback>${ole}</mc:Fallback></mc:AlternateContent></a:graphicData></a:graphic></p:graphicFrame></p:spTree></p:cSld></p:sld>`;
    const bytes = packageOf(
      "ppt/presentation.xml",
      '<p:presentation><p:sldIdLst><p:sldId r:id="s"/></p:sldIdLst></p:presentation>',
      relation("s", "slide", "slides/slide1.xml"),
      {
        "ppt/slides/slide1.xml": strToU8(slide),
        "ppt/slides/_rels/slide1.xml.rels": strToU8(
          `<Relationships>${relation("o", "oleObject", "../embeddings/o.bin")}</Relationships>`,
        ),
        "ppt/embeddings/o.bin": object,
      },
    );
    expect(await read("/a.pptx", bytes)).toEqual(["prose [1: ] E=mc^2", "prose [1: ] A law"]);
  });

  test("on a sheet", async () => {
    const bytes = packageOf(
      "xl/workbook.xml",
      '<workbook><sheets><sheet name="Laws" r:id="s"/></sheets></workbook>',
      relation("s", "worksheet", "worksheets/sheet1.xml"),
      {
        "xl/worksheets/sheet1.xml": strToU8("<worksheet><sheetData/></worksheet>"),
        "xl/worksheets/_rels/sheet1.xml.rels": strToU8(
          `<Relationships>${relation("o", "oleObject", "../embeddings/o.bin")}</Relationships>`,
        ),
        "xl/embeddings/o.bin": object,
      },
    );
    expect(await read("/a.xlsx", bytes)).toEqual(["prose [Laws] E=mc^2"]);
  });

  test("on a sheet of a binary workbook, with a button beside it", async () => {
    const parts = unzipSync(fixture("office/parts.xlsb"));
    const button = `<xml><v:shape><v:textbox><div>Print</div></v:textbox><x:ClientData ObjectType="Button"/></v:shape></xml>`;
    const bytes = zipSync({
      ...parts,
      "xl/o.bin": object,
      "xl/v.vml": strToU8(button),
      "xl/worksheets/_rels/sheet2.bin.rels": strToU8(
        `<Relationships>${relation("o", "oleObject", "../o.bin")}${relation("v", "vmlDrawing", "../v.vml")}</Relationships>`,
      ),
    });
    expect((await read("/a.xlsb", bytes)).slice(-2)).toEqual(["prose [Old] Print", "prose [Old] E=mc^2"]);
  });

  test("in OpenDocument, with a file beside it", async () => {
    const frame = (name: string) => `<draw:frame><draw:object-ole xlink:href="./${name}"/><draw:image/></draw:frame>`;
    const xml = `<office:document-content><office:body><office:text><text:p>Then ${frame("Object 1")} holds.${frame("Object 2")}${frame("Object 3")}</text:p></office:text></office:body></office:document-content>`;
    const bytes = zipSync({
      "content.xml": strToU8(xml),
      "Object 1": object,
      "Object 2": compoundFile({ "\x01Ole10Native": nativeStream("tides.txt", "High water at 04:12.") }),
      "Object 3": broken,
    });
    expect(await read("/a.odt", bytes)).toEqual([
      "prose [] Then E=mc^2 holds.",
      "metadata [Attachment: tides.txt] Attachment: tides.txt",
      "prose [Attachment: tides.txt] High water at 04:12.",
      "a formula in it was not read",
    ]);
  });

  test("in RTF", async () => {
    expect(await read("/a.rtf", rtf("Equation.3", object))).toEqual(["prose [] The letter.E=mc^2icon"]);
    expect(await read("/a.rtf", rtf("Equation.3", broken))).toEqual([
      "prose [] The letter.icon",
      "a formula in it was not read",
    ]);
  });

  test("on a slide of 1997 to 2003", async () => {
    const list = container(0x0409, container(0x0fcc, record(0x0fc3, Buffer.concat([0, 0, 7, 0, 3].map(number32)))));
    const shape = container(0xf004, container(0xf011, record(0x0bc1, number32(7))));
    expect(await read("/a.ppt", presentation(shape, [storedObject(object)], list))).toEqual([
      "heading [1: Berths] Berths",
      "prose [1: Berths] E=mc^2",
    ]);
  });
});

describe("in RTF", () => {
  test("a file with its name, and a document", async () => {
    expect(
      outline(await parseDocument("/a.rtf", rtf("Package", packaged("tides.txt", "High water at 04:12.")))),
    ).toEqual([
      "prose [] The letter.icon",
      "metadata [Attachment: tides.txt] Attachment: tides.txt",
      "prose [Attachment: tides.txt] High water at 04:12.",
    ]);
    const object = compoundFile({ Package: sheet });
    expect((await parseDocument("/a.rtf", rtf("Word.Document.12", object))).content).toContain("The enclosure.");
  });
});

describe("in files of 1997 to 2003", () => {
  test("comments of a slide", async () => {
    const author = record(0x0fba, wide("Ann"), { instance: 0 });
    const text = record(0x0fba, wide("Ask the harbour master."), { instance: 1 });
    const extension = container(0x1388, container(0x138a, record(0x138b, container(0x2ee0, author, text))));
    expect(outline(await parseDocument("/a.ppt", presentation(extension)))).toEqual([
      "heading [1: Berths] Berths",
      "prose [1: Berths] Ask the harbour master.",
    ]);
  });

  test("the date and the slide's number stand as a star, which nobody wrote", async () => {
    const star = container(0xf00d, record(0x0f9f, number32(4)), record(0x0fa8, Buffer.from("*")));
    expect(outline(await parseDocument("/a.ppt", presentation(star)))).toEqual(["heading [1: Berths] Berths"]);
  });

  test("a chart's data, and a packed file", async () => {
    const cell = (row: number, column: number, text: string) =>
      biff(4, Buffer.from([row, 0, column, 0, 0, 0, 0, text.length, 0, ...Buffer.from(text)]));
    const value = (row: number, column: number, number: number) => {
      const body = Buffer.alloc(15);
      body.set([row, 0, column, 0]);
      body.writeDoubleLE(number, 7);
      return biff(3, body);
    };
    const biff = (type: number, body: Uint8Array) =>
      Buffer.concat([Uint8Array.of(type & 0xff, type >> 8, body.length, 0), body]);
    const chart = Buffer.concat([
      biff(0x0809, Uint8Array.of(0x80, 6, 5, 0, 0, 0, 0, 0)),
      cell(0, 1, "Winter"),
      cell(0, 2, "Summer"),
      cell(1, 0, "Ships"),
      value(1, 1, 12),
      value(1, 2, 40.5),
      biff(0x100d, Buffer.from([0, 0, 7, 0, ...Buffer.from("Traffic")])),
    ]);
    const objects = [
      storedObject(compoundFile({ Workbook: chart })),
      storedObject(compoundFile({ "\x01Ole10Native": nativeStream("tides.txt", "High water at 04:12.") })),
    ];
    expect(outline(await parseDocument("/a.ppt", presentation(new Uint8Array(), objects)))).toEqual([
      "heading [1: Berths] Berths",
      "metadata [Attachment: workbook.xls] Attachment: workbook.xls",
      "table [Attachment: workbook.xls] Ships; Winter: 12; Summer: 40.5",
      "prose [Attachment: workbook.xls] Traffic",
      "metadata [Attachment: tides.txt] Attachment: tides.txt",
      "prose [Attachment: tides.txt] High water at 04:12.",
    ]);
  });
});
