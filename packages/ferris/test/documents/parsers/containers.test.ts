/** Documents in ZIP files, packed by themselves, and in what Pages, Numbers and Keynote save. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
}

describe("containers of Office and Outlook are known by what they hold", () => {
  test.each([
    ["letter", "office/footnotes.doc", "doc"],
    ["letter.dot", "office/footnotes.doc", "doc"],
    ["letter.docx", "office/footnotes.doc", "doc"],
    ["stock.xlsx", "office/extras.xls", "xls"],
    ["stock", "office/merged-header.xls", "xls"],
    ["mail", "mail/outer.msg", "outlook"],
    ["mail.oft", "mail/outer.msg", "outlook"],
    ["letter (1)", "word.docx", "docx"],
    ["slides.docx", "slides.pptx", "pptx"],
    ["book.xlam", "stock.xlsx", "xlsx"],
  ])("%s", async (name, file, type) => {
    const document = await parseDocument(`/${name}`, fixture(file));
    expect(document.type).toBe(type);
    expect(document.content.length).toBeGreaterThan(20);
  });

  test("slides with a workbook that is packed into them as it is, or behind other bytes", async () => {
    const workbook = fixture("stock.xlsx");
    const relation = (type: string, target: string) =>
      strToU8(`<Relationships><Relationship Id="a" Type="x/${type}" Target="${target}"/></Relationships>`);
    const deck = zipSync(
      {
        "[Content_Types].xml": strToU8("<Types/>"),
        "_rels/.rels": relation("officeDocument", "ppt/presentation.xml"),
        "ppt/embeddings/book.xlsx": workbook,
        "ppt/_rels/presentation.xml.rels": relation("slide", "slides/1.xml"),
        "ppt/presentation.xml": strToU8('<p:presentation><p:sldId r:id="a"/></p:presentation>'),
        "ppt/slides/1.xml": strToU8(
          "<p:sld><p:sp><p:txBody><a:p><a:r><a:t>Tides</a:t></a:r></a:p></p:txBody></p:sp></p:sld>",
        ),
      },
      { level: 0 },
    );
    const { type, content } = await parseDocument("/deck.pptx", deck);
    expect([type, content.trim()]).toEqual(["pptx", "Tides"]);
  });

  test("an archive without an extension, and none of a program's own", async () => {
    const bytes = zipSync({ "notes.md": strToU8("# Notes") });
    expect((await parseDocument("/backup", bytes)).type).toBe("zip");
    await expect(parseDocument("/drawing.sketch", bytes)).rejects.toThrow("NUL byte");
    await expect(parseDocument("/letter.docx", fixture("office/secret.docx"))).rejects.toThrow("encrypted");
  });
});

describe("ZIP", () => {
  test("files that are named beside the archive, and an archive of nothing but archives", async () => {
    const beside = zipSync({ "../letters/May.txt": strToU8("Buy rope."), "./June.txt": strToU8("Sell it.") });
    expect(outline(await parseDocument("/a.zip", beside))).toEqual([
      "prose [../letters/May.txt] Buy rope.",
      "prose [./June.txt] Sell it.",
    ]);
    await expect(parseDocument("/a.zip", zipSync({ "inner.zip": beside }))).rejects.toThrow(
      "there are no documents in it: 1 archive in it not opened: inner.zip. Unpack to index",
    );
  });

  test("documents under their paths, without code, data, pictures, hidden files and archives", async () => {
    const bytes = zipSync({
      "letters/2024/ruby.docx": fixture("office/ruby.docx"),
      "notes.md": strToU8("# Notes\n\nBuy rope.\n\n## Later\n\nPaint."),
      "stock.csv": strToU8("Part,Stock\nSeal,12\n"),
      "src/main.py": strToU8("def main():\n    pass\n"),
      "data.json": strToU8('{"a": 1}'),
      "photo.png": Uint8Array.from([0x89, 0x50, 0, 1]),
      "blob.dat": Uint8Array.from([0, 1, 2, 3]),
      "node_modules/x/README.md": strToU8("# x"),
      ".git/config": strToU8("x"),
      "__MACOSX/._notes.md": strToU8("x"),
      "inner.zip": zipSync({ "a.txt": strToU8("not opened") }),
      "broken.docx": strToU8("not a document"),
    });
    const document = await parseDocument("/papers.zip", bytes);
    expect(document.type).toBe("zip");
    expect(outline(document)).toEqual([
      "heading [letters/2024/ruby.docx > 旅行] 旅行",
      "prose [letters/2024/ruby.docx > 旅行] 私は東京都に住む。",
      "heading [notes.md > Notes] Notes",
      "prose [notes.md > Notes] Buy rope.",
      "heading [notes.md > Notes > Later] Later",
      "prose [notes.md > Notes > Later] Paint.",
      "table [stock.csv] Part: Seal; Stock: 12",
    ]);
    expect(document.warnings).toEqual([
      "1 archive in it not opened: inner.zip. Unpack to index",
      expect.stringMatching(/^broken\.docx in it: /),
    ]);
  });

  test.each([
    ["Übersicht für Jürgen.txt", "9a626572736963687420668172204a817267656e2e747874"],
    ["Informações São João.txt", "496e666f726d6187e465732053c66f204a6fc66f2e747874"],
    ["会議の議事録.txt", "89ef8b6382cc8b638e96985e2e747874"],
    ["会议记录和合同.txt", "bbe1d2e9bcc7c2bcbacdbacfcdac2e747874"],
    ["Отчёт за год.txt", "8ee2e7f1e220a7a020a3aea42e747874"],
    ["회의록과 계약서.txt", "c8b8c0c7b7cfb0fa20b0e8bee0bcad2e747874"],
    ["Žluťoučký kůň.txt", "a66c759c6f759f6bec206b85e52e747874"],
  ])("a name that does not say its character set: %s", async (name, hex) => {
    const written = Buffer.from(hex, "hex");
    const placeholder = `${"x".repeat(written.length - 4)}.txt`;
    const zip = Buffer.from(zipSync({ [placeholder]: strToU8("text") }));
    for (let at = zip.indexOf(placeholder); at >= 0; at = zip.indexOf(placeholder)) written.copy(zip, at);
    const { blocks, warnings } = await parseDocument("/a.zip", zip);
    expect(blocks[0]!.headingPath).toEqual([name]);
    expect(warnings).toEqual([expect.stringMatching(/^names in it declare no character set: read as /)]);
  });

  test("a file with a password costs that file", async () => {
    const zip = Buffer.from(zipSync({ "a.txt": strToU8("locked"), "b.txt": strToU8("open") }));
    zip[zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 8] |= 1;
    const { content, warnings } = await parseDocument("/a.zip", zip);
    expect(content.trim()).toBe("open");
    expect(warnings).toEqual([expect.stringMatching(/^a\.txt in it: encrypted/)]);
  });

  test("an archive of no documents, of too many, within another file, with a password", async () => {
    const file = strToU8("text");
    const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`${i}.txt`, file]));
    for (const entries of [{ "a.png": file }, { "main.c": strToU8("int x;") }, {}, many]) {
      await expect(parseDocument("/a.zip", zipSync(entries))).rejects.toMatchObject({ reason: "binary" });
    }
    await expect(parseDocument("/a.zip", zipSync({ "a.txt": file }), { depth: 2 })).rejects.toMatchObject({
      reason: "binary",
    });
    const locked = Buffer.from(zipSync({ "a.txt": file }));
    locked[locked.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 8] |= 1;
    await expect(parseDocument("/a.zip", locked)).rejects.toMatchObject({ reason: "encrypted" });
  });

  test("bombs cost no more than the limit", async () => {
    const bomb = zipSync({ "a.txt": new Uint8Array(2 ** 27).fill(0x61), "b.txt": strToU8("fine") });
    const { content, warnings } = await parseDocument("/a.zip", bomb);
    expect(content.trim()).toBe("fine");
    expect(warnings).toEqual([expect.stringMatching(/^a\.txt in it unpacks .*bomb/)]);
  });
});

describe("gzip", () => {
  test("a text with the lines of the text inside", async () => {
    const document = await parseDocument("/notes.csv.gz", gzipSync("Part,Stock\nSeal,12\nOil,3\n"));
    expect(document.type).toBe("gzip");
    expect(document.blocks.map(({ source }) => [source!.startLine, source!.startByte])).toEqual([
      [2, null],
      [3, null],
    ]);
    expect((await parseDocument("/README.md.gz", gzipSync("# Title\n\nText\n"))).title).toBe("Title");
  });

  test("archives, code, pictures, bombs, what is cut off", async () => {
    const reason = async (name: string, bytes: Uint8Array) =>
      parseDocument(name, bytes).catch((error: { reason: string }) => error.reason);
    const text = gzipSync("some text ".repeat(1_000));
    expect(await reason("/a.tar.gz", text)).toBe("damaged");
    expect(await reason("/a.zip.gz", text)).toBe("binary");
    expect(await reason("/a.py.gz", text)).toBe("binary");
    expect(await reason("/a.png.gz", text)).toBe("binary");
    expect(await reason("/a.txt.gz", gzipSync(Buffer.alloc(2 ** 26)))).toBe("too large");
    expect(await reason("/a.txt.gz", text.subarray(0, 30))).toBe("damaged");
    expect(await reason("/a.txt.gz", Buffer.from("no gzip"))).toBe("damaged");
  });
});

test("Pages, Numbers and Keynote by their preview; cryptographic keys are not Keynote files", async () => {
  const pages = zipSync({ "Index/Document.iwa": strToU8("x"), "QuickLook/Preview.pdf": fixture("manual.pdf") });
  const document = await parseDocument("/letter.pages", pages);
  expect(document.type).toBe("iwork");
  expect(document.content).toContain("Error E-117 means that the motor protection has tripped.");
  expect(document.blocks[0].page).toBe(1);
  await expect(parseDocument("/a.numbers", zipSync({ "Data/picture.png": strToU8("x") }))).rejects.toMatchObject({
    reason: "no text",
    message: expect.stringContaining("export it as PDF"),
  });
  await expect(parseDocument("/server.key", Buffer.from("-----BEGIN PRIVATE KEY-----\n"))).rejects.toMatchObject({
    reason: "binary",
  });
});
