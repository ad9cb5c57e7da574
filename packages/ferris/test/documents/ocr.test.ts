/** Scans and photographs of papers, read by the real Tesseract in English: which words, on which page, and what happens without it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ocrInstallLine } from "../../src/documents/ocr/install-line.ts";
import { ocrChoice } from "../../src/documents/ocr/languages.ts";
import { parseDocument } from "../../src/documents/parse/parse.ts";
import { indexOf } from "../indexing/support/index-of.ts";
import { folderOf } from "../support/files.ts";
import { outline } from "./support/outline.ts";

const ocr = ["eng"];
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const heading = "heading [1: Harbour notice] Harbour notice";
const words =
  "The harbour master opens the lock at six in the morning and closes it again at nine in the evening, except on Sundays, when nobody may pass without a written permit. Boats longer than twelve metres report on channel 12. The fee is 45 crowns for each night.";
const notice = [heading, `prose [1: Harbour notice] ${words}`];

let cache: string;
const before = process.env.METAL_CANDLE_CACHE;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), "ferris-ocr-"));
  process.env.METAL_CANDLE_CACHE = cache;
});
afterAll(() => {
  if (before === undefined) delete process.env.METAL_CANDLE_CACHE;
  else process.env.METAL_CANDLE_CACHE = before;
  rmSync(cache, { recursive: true, force: true });
});

describe("OCR", () => {
  test.each([
    "ocr/notice.png",
    "ocr/notice.jpg",
    "ocr/notice.webp",
    "ocr/notice-on-its-side.jpg",
    // In a PDF: fax code, three strips, a turned page, JPEG 2000, a stencil.
    "ocr/notice-fax.pdf",
    "ocr/notice-strips.pdf",
    "ocr/notice-rotated.pdf",
    "ocr/notice-jpx.pdf",
    "ocr/notice-stencil.pdf",
  ])("%s", async (name) => {
    const document = await parseDocument(`/${name}`, fixture(name), { ocr });
    expect(outline(document)).toEqual(notice);
    expect(document.blocks.every(({ isOcr }) => isOcr)).toBe(true);
    expect(document.warnings).toEqual([]);
  });

  test("tells that it is alive after each direction in which a page is read", async () => {
    rmSync(cache, { recursive: true, force: true });
    let signs = 0;
    await parseDocument("/a.jpg", fixture("ocr/notice-on-its-side.jpg"), { ocr, alive: () => void signs++ });
    expect(signs).toBeGreaterThan(4);
  });

  test("each page of a fax", async () => {
    const document = await parseDocument("/fax.tif", fixture("ocr/fax.tif"), { ocr });
    expect(outline(document)).toEqual([
      "prose [1: ] First page about mooring lines",
      "prose [2: ] Second page about the lighthouse",
    ]);
  });

  test("a small picture behind a fax's pages costs that page, and a fax that is cut off says so", async () => {
    const fax = fixture("ocr/fax.tif");
    const pages = ["prose [1: ] First page about mooring lines", "prose [2: ] Second page about the lighthouse"];
    const withThumbnail = await parseDocument("/thumbnail.tif", withSmallPage(fax), { ocr });
    expect(outline(withThumbnail)).toEqual(pages);
    expect(withThumbnail.warnings).toEqual([]);
    const cut = await parseDocument("/cut.tif", fax.subarray(0, Math.floor(0.6 * fax.length)), { ocr });
    expect(outline(cut)).toEqual(pages.slice(0, 1));
    expect(cut.warnings).toEqual(["it ends before page 2"]);
  });

  test("a page with text of its own is left alone, and a stamp on a scan does not hide it", async () => {
    const document = await parseDocument("/mixed.pdf", fixture("ocr/mixed.pdf"), { ocr });
    const [own, ...others] = document.blocks;
    expect(own).toMatchObject({ page: 1 });
    expect(own!.isOcr).toBeUndefined();
    expect(others.map(({ isOcr, page }) => [page, isOcr])).toEqual([
      [2, true],
      [2, true],
      [2, undefined],
    ]);
    expect(outline(document).at(-2)).toBe(`prose [2: Harbour notice] ${words}`);
    expect(outline(document).at(-1)).toContain("Copy 7 of 9");
  });

  test("what was found is kept by content; a damaged entry is read again", async () => {
    const folder = join(cache, "ocr");
    rmSync(folder, { recursive: true, force: true });
    const read = async () => outline(await parseDocument("/a.png", fixture("ocr/notice.png"), { ocr }));
    const first = await read();
    const [entry, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    const page = JSON.parse(readFileSync(join(folder, entry!), "utf8")) as { paragraphs: { text: string }[] };
    page.paragraphs[1]!.text = "from the cache";
    writeFileSync(join(folder, entry!), JSON.stringify(page));
    expect(await read()).toEqual([heading, "prose [1: Harbour notice] from the cache"]);
    for (const damaged of ["", "{", '{"paragraphs": [{}]}', "null"]) {
      writeFileSync(join(folder, entry!), damaged);
      expect(await read()).toEqual(first);
    }
  });

  test("damaged pictures, lying ones and ones without words", async () => {
    const png = fixture("ocr/notice.png");
    for (const name of ["png", "jpg", "webp"]) {
      const cut = fixture(`ocr/notice.${name}`).subarray(0, 4_000);
      await expect(parseDocument(`/cut.${name}`, cut, { ocr })).rejects.toMatchObject({
        reason: "picture",
        message: expect.stringContaining("cannot be read as a picture"),
      });
    }
    const huge = Buffer.from(png);
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    await expect(parseDocument("/huge.png", huge, { ocr })).rejects.toMatchObject({ reason: "too large" });
    await expect(parseDocument("/blank.png", blank(400, 300), { ocr })).rejects.toMatchObject({ reason: "picture" });
    await expect(parseDocument("/icon.png", blank(32, 32), { ocr })).rejects.toMatchObject({
      reason: "picture",
      message: expect.stringContaining("too small"),
    });
    // The program is whole afterwards.
    expect(outline(await parseDocument("/a.png", png, { ocr }))).toEqual(notice);
  });

  test("without the extra, scans are named with what to install: what the package names as optional", async () => {
    const scan = fixture("ocr/notice-fax.pdf");
    const line = "npm install tesseract.js-core @tesseract.js-data/eng";
    await expect(parseDocument("/scan.pdf", scan)).rejects.toMatchObject({
      reason: "no text",
      message: expect.stringContaining(line),
    });
    await expect(parseDocument("/scan.png", fixture("ocr/notice.png"))).rejects.toMatchObject({
      reason: "picture",
      message: expect.stringContaining(line),
    });
    await expect(parseDocument("/scan.pdf", scan, { ocr: "off" })).rejects.toMatchObject({
      message: expect.stringContaining("OCR is off"),
    });
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
    ) as { peerDependencies: object; peerDependenciesMeta: Record<string, { optional: boolean }> };
    for (const name of line.split(" ").slice(2)) {
      expect(peerDependencies).toHaveProperty([name]);
      expect(peerDependenciesMeta[name]).toEqual({ optional: true });
    }
  });

  test("languages: those installed, those asked for, and which are missing", () => {
    expect(ocrChoice()).toEqual(["eng"]);
    expect(ocrChoice("off")).toBe("off");
    expect(ocrChoice(["eng"])).toEqual(["eng"]);
    expect(() => ocrChoice(["eng", "deu"])).toThrow(
      "npm install tesseract.js-core @tesseract.js-data/eng @tesseract.js-data/deu",
    );
    expect(() => ocrChoice(["../../etc"])).toThrow("not a language of OCR");
    expect(ocrInstallLine(["fra"])).toBe("npm install tesseract.js-core @tesseract.js-data/fra");
  });

  test("indexing: pictures and scans are found, marked, and read again when OCR comes or goes", async () => {
    const folder = folderOf({ "note.md": "# Note\n\nPlain words.\n" });
    writeFileSync(join(folder, "scan.pdf"), fixture("ocr/notice-fax.pdf"));
    writeFileSync(join(folder, "photo.png"), fixture("ocr/notice.png"));
    const index = await indexOf(folder);
    expect(await index.run({ ocr: "off" })).toMatchObject({ added: 1, skipped: { picture: 1, "no text": 1 } });
    expect(await index.run({ ocr })).toMatchObject({ added: 2, unchanged: 1, skipped: {} });
    const document = (await index.store.documents()).find(({ path }) => path.endsWith("photo.png"));
    expect(document).toMatchObject({ type: "image", recipe: expect.stringContaining("+ocr:eng") });
    const chunks = await index.store.chunksOf(document!.id);
    expect(chunks.map(({ isOcr, page }) => [isOcr, page])).toEqual([[true, 1]]);
    expect(await index.run({ ocr })).toMatchObject({ unchanged: 3 });
  });
});

/** A white picture without anything on it, as PGM. */
function blank(width: number, height: number): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), Buffer.alloc(width * height, 255)]);
}

/** A TIFF with another page behind its last: 8 pixels square. */
function withSmallPage(tiff: Buffer): Buffer {
  let link = 4;
  for (let at = tiff.readUInt32LE(link); at > 0; at = tiff.readUInt32LE(link))
    link = at + 2 + 12 * tiff.readUInt16LE(at);
  const strip = tiff.length + (tiff.length % 2);
  const entries = [
    [256, 8],
    [257, 8],
    [258, 1],
    [259, 1],
    [262, 0],
    [273, strip],
    [278, 8],
    [279, 8],
  ];
  const page = Buffer.alloc(8 + 2 + 12 * entries.length + 4);
  page.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, value], i) => {
    page.writeUInt16LE(tag!, 10 + 12 * i);
    page.writeUInt16LE(4, 12 + 12 * i);
    page.writeUInt32LE(1, 14 + 12 * i);
    page.writeUInt32LE(value!, 18 + 12 * i);
  });
  const whole = Buffer.concat([tiff, Buffer.alloc(strip - tiff.length), page]);
  whole.writeUInt32LE(strip + 8, link);
  return whole;
}
