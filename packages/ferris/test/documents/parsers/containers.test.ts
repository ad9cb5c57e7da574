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

describe("ZIP", () => {
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
    expect(document.warnings).toEqual([expect.stringMatching(/^broken\.docx in it: /)]);
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
    expect(warnings).toEqual([expect.stringMatching(/a\.txt in it: .*bomb/)]);
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
    expect(await reason("/a.tar.gz", text)).toBe("binary");
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
  await expect(parseDocument("/a.numbers", zipSync({ "Index/Document.iwa": strToU8("x") }))).rejects.toMatchObject({
    reason: "no text",
    message: expect.stringContaining("export it as PDF"),
  });
  await expect(parseDocument("/server.key", Buffer.from("-----BEGIN PRIVATE KEY-----\n"))).rejects.toMatchObject({
    reason: "binary",
  });
});
