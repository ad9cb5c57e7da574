/** Archives: what real writers do to names, and what a hostile one claims. */
import { deflateRawSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { Archive } from "../../../src/documents/archive/archive.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";

interface Entry {
  name: string;
  packed: Uint8Array;
  method?: number;
  size: number;
  /** Shares the bytes of the entry before it. */
  isShared?: boolean;
}

/** A ZIP file whose central directory says what it is told to. */
function rawZip(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let length = 0;
  let offset = 0;
  for (const { name, packed, method = 8, size, isShared } of entries) {
    if (!isShared) {
      offset = length;
      const local = Buffer.alloc(30);
      local.writeUInt32LE(0x04034b50, 0);
      local.writeUInt16LE(method, 8);
      local.writeUInt32LE(packed.length, 18);
      local.writeUInt16LE(name.length, 26);
      parts.push(local, Buffer.from(name), Buffer.from(packed));
      length += 30 + name.length + packed.length;
    }
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(length, 16);
  return Buffer.concat([...parts, listed, end]);
}

const xml = "<w:document><w:body><w:p><w:r><w:t>hello</w:t></w:r></w:p></w:body></w:document>";
const small: Entry = { name: "word/document.xml", packed: deflateRawSync(xml), size: xml.length };

describe("names", () => {
  test.each([
    ["another case", "Word/Document.XML"],
    ["backslashes", "word\\document.xml"],
    ["the folder itself before them", "./word/document.xml"],
    ["percent-encoded", "word/docu%6Dent.xml"],
    ["a leading slash", "/word/document.xml"],
  ])("%s", (_, name) => {
    const archive = new Archive(zipSync({ [name]: strToU8("text") }));
    expect(archive.has("word/document.xml")).toBe(true);
    expect(archive.text("word/document.xml")).toBe("text");
  });

  test("bytes before the archive, folders", () => {
    const zip = Buffer.concat([Buffer.alloc(777, 1), zipSync({ "a/": new Uint8Array(), "a/b.txt": strToU8("text") })]);
    const archive = new Archive(zip);
    expect(archive.names).toEqual(["a/b.txt"]);
    expect(archive.text("a/b.txt")).toBe("text");
  });
});

describe("claims", () => {
  /** Space for one mebibyte, packed a thousandfold. */
  const bomb = (mebibytes: number) => deflateRawSync(Buffer.alloc(mebibytes * 2 ** 20, " "), { level: 9 });
  const packed = bomb(64);

  test("one entry listed a thousand times: only the last of its name is unpacked", async () => {
    const claimed = { name: small.name, packed, size: 64 * 2 ** 20 };
    const repeated = Array.from({ length: 1_000 }, (_, i) => ({ ...claimed, isShared: i > 0 }));
    const before = process.memoryUsage().rss;
    const started = processorTime();
    expect((await parseDocument("/a.docx", rawZip([...repeated, small]))).content.trim()).toBe("hello");
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 26);
    expect(processorTime() - started).toBeLessThan(2_000);
  });

  test.each<[string, Entry[], string]>([
    ["a bomb that says its size", [{ ...small, packed, size: 64 * 2 ** 20 }], "too large"],
    ["a bomb that claims to be small", [{ ...small, packed, size: 100 }], "too large"],
    ["a claim of four gigabytes with nothing in it", [{ ...small, size: 0xf0000000 }], "too large"],
    ["an unknown compression method", [{ ...small, method: 99 }], "damaged"],
    ["bytes that are not deflated", [{ ...small, packed: Buffer.from("no deflate") }], "damaged"],
  ])("%s", async (_, entries, reason) => {
    const before = process.memoryUsage().rss;
    await expect(parseDocument("/a.docx", rawZip(entries))).rejects.toMatchObject({ reason });
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
  });

  test("many entries that are small one by one are bounded together", () => {
    const entry = { packed: deflateRawSync(Buffer.alloc(2 ** 21, "abcdefg")), size: 2 ** 21 };
    const archive = new Archive(
      rawZip(Array.from({ length: 200 }, (_, i) => ({ ...entry, name: `part${i}`, isShared: i > 0 }))),
    );
    expect(() => archive.names.forEach((name) => archive.bytes(name))).toThrow(/more than 256 MB/);
  });

  test("too many entries, none, a directory that points nowhere", () => {
    const many = Array.from({ length: 20_001 }, (_, i) => ({ ...small, name: `e${i}`, isShared: i > 0 }));
    expect(() => new Archive(rawZip(many))).toThrow(/20001 files in it, the limit is 20000/);
    expect(new Archive(rawZip([])).names).toEqual([]);
    const pointed = rawZip([small]);
    pointed.writeUInt32LE(0x7fffffff, pointed.length - 6);
    pointed.writeUInt32LE(0x7fffffff, pointed.length - 10);
    expect(() => new Archive(pointed)).toThrow(/damaged/);
  });

  test("piece by piece, with the same limits", async () => {
    const read = async (entries: Entry[]) => {
      let length = 0;
      for await (const piece of new Archive(rawZip(entries)).pieces("a")!) length += piece.length;
      return length;
    };
    const text = Array.from({ length: 200_000 }, (_, i) => `é${i % 777} ${i}`).join(",");
    expect(await read([{ name: "a", packed: deflateRawSync(text), size: 1 }])).toBe(text.length);
    await expect(read([{ name: "a", packed, size: 1 }])).rejects.toMatchObject({ reason: "too large" });
    expect(new Archive(rawZip([small])).pieces("nowhere")).toBeNull();
  });
});
