/** Bad input of every format, through the command as people run it: an honest line for each file, and the rest is indexed. */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { strToU8, zipSync } from "fflate";
import { beforeAll, expect, test } from "vitest";
import { ferris, ferrisCommand, type Result, temporaryFolder } from "../support/ferris-process.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const half = (name: string) => fixture(name).subarray(0, fixture(name).length / 2);
const latin = (text: string) => Buffer.from(text, "latin1");
/** A megabyte that unpacks to 300. */
const bomb = (part: string) => zipSync({ [part]: new Uint8Array(300 * 2 ** 20) }, { level: 1 });

/** What is in each file, and what is to be said of it. */
const bad: Readonly<Record<string, readonly [content: () => string | Uint8Array, message: string]>> = {
  "torn.pdf": [() => half("manual.pdf"), "not readable as pdf: Invalid PDF structure."],
  "locked.pdf": [() => fixture("encrypted.pdf"), "encrypted with a password. Save it without one to index it"],
  "scan.pdf": [() => fixture("scan.pdf"), "its only page has no text: scanned? OCR is off"],
  "torn.docx": [() => half("manual.docx"), "not an archive, or its end is missing"],
  "torn.pptx": [() => half("slides.pptx"), "not an archive, or its end is missing"],
  "torn.xlsx": [() => half("stock.xlsx"), "not an archive, or its end is missing"],
  "torn.odt": [() => half("manual.odt"), "not an archive, or its end is missing"],
  "torn.epub": [() => half("manual.epub"), "not an archive, or its end is missing"],
  "torn.ipynb": [() => half("vibration.ipynb"), "not readable as notebook: Unterminated string in JSON"],
  "bomb.docx": [() => bomb("word/document.xml"), "word/document.xml in it unpacks to more than 200 times its size"],
  "bomb.xlsx": [() => bomb("xl/workbook.xml"), "xl/workbook.xml in it unpacks to more than 200 times its size"],
  "empty.docx": [() => zipSync({ "readme.txt": strToU8("hello") }), "there is no word/document.xml in it"],
  "deep.docx": [
    () => zipSync({ "word/document.xml": strToU8("<a>".repeat(500_000)) }),
    "XML elements nested more than 1000 deep",
  ],
  "deep.html": [() => "<!doctype html><div>".repeat(200_000), "elements nested more than 5000 deep"],
  "deep.eml": [
    () =>
      `From: a@b.c\nContent-Type: multipart/mixed; boundary=x\n\n${"--x\nContent-Type: multipart/mixed; boundary=x\n\n".repeat(2_000)}`,
    "parts nested more than 50 deep",
  ],
  "doubtful.md": [
    () => latin("# Gr\u00ff\u00ffe\n"),
    "not UTF-8: byte 0xFF at offset 4, line 1, and its character set",
  ],
  "doubtful.txt": [
    () => latin("Der\nK\u00ff\u00ffer\n"),
    "not UTF-8: byte 0xFF at offset 5, line 2, and its character set",
  ],
  "doubtful.csv": [
    () => latin("a;b\nK\u00ff\u00ffer;1\n"),
    "not UTF-8: byte 0xFF at offset 5, line 2, and its character set",
  ],
  "doubtful.html": [
    () => latin("<!doctype html><p>K\u00ff\u00ffer"),
    "not UTF-8: byte 0xFF at offset 19, line 1, and its character set",
  ],
  "doubtful.jsonl": [
    () => latin('{"a": "K\u00ff\u00ffer"}\n'),
    "not UTF-8: byte 0xFF at offset 8, line 1, and its character set",
  ],
  "doubtful.py": [
    () => latin("# K\u00ff\u00ffer\n"),
    "not UTF-8: byte 0xFF at offset 3, line 1, and its character set",
  ],
  "line.txt": [() => "word ".repeat(21 * 2 ** 20), "105 MB, the limit is 64 MB: split it, or raise maxFileBytes"],
  "two\nlines.md": [
    () => Uint8Array.from([0xff, 0xfe, 0xfd]),
    "its byte-order mark says UTF-16LE, but it is not valid UTF-16LE",
  ],
};

/** Looks bad, and is read. */
const good: Readonly<Record<string, string | Uint8Array>> = {
  "good.md": "# Good\n\nA text like any other.\n",
  "long.txt": "one line of words ".repeat(30_000),
  "deep.json": `${"[".repeat(300_000)}"deep"${"]".repeat(300_000)}`,
  "deep.md": `${"> ".repeat(20_000)}quoted\n\n${"- ".repeat(20_000)}listed\n`,
  "broken.jsonl": '{"a": "first"}\n{"a": \n{"a": "third"}\n',
  "uneven.csv": 'a,b\n1\n1,2,3\n"never closed,1\n',
  "wrong.pdf.md": "# Not a PDF\n",
  "more\nlines.md": "# Named oddly\n",
};

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const settings = ["--model", model, "--device", "cpu", "--ocr", "off"];
const place = temporaryFolder("bad-input");
const docs = join(place, "docs");
const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");
/** As it is printed. */
const shown = (name: string) => name.replaceAll("\n", "␊");

let result: Result;
beforeAll(async () => {
  mkdirSync(docs);
  for (const [name, [make]] of Object.entries(bad)) writeFileSync(join(docs, name), make());
  for (const [name, content] of Object.entries(good)) writeFileSync(join(docs, name), content);
  symlinkSync(docs, join(docs, "loop"));
  result = await ferris(["index", "docs", ...settings], { cwd: place });
}, 300_000);

test("the exit code says that some documents failed, and each has one line", () => {
  expect(result.code).toBe(9);
  const failures = linesOf(result.stderr).filter((line) => line.startsWith("ferris: "));
  expect(failures.map((line) => line.slice(`ferris: ${docs}/`.length).split(": ")[0]).toSorted()).toEqual(
    Object.keys(bad).map(shown).toSorted(),
  );
  expect(result.stdout).toContain(`${Object.keys(good).length} documents indexed`);
});

test.each(Object.keys(bad))("%j", (name) => {
  expect(linesOf(result.stderr)).toContainEqual(
    expect.stringContaining(`ferris: ${join(docs, shown(name))}: ${bad[name]![1]}`),
  );
});

test("what else is not as it should be is a warning, and the rest is in the index", async () => {
  expect(result.stderr).toMatch(
    /warning: .*broken\.jsonl: 1 of 3 lines are not valid JSON; they are indexed as they are/,
  );
  expect(result.stdout).toMatch(/1 symbolic link/);
  const { stdout } = await ferris(["ls"], { cwd: place });
  expect(linesOf(stdout).toSorted()).toEqual(
    Object.keys(good)
      .map((name) => join("docs", shown(name)))
      .toSorted(),
  );
});

test("a second run says the same, and embeds nothing", async () => {
  const again = await ferris(["index", "docs", ...settings], { cwd: place });
  expect(again.code).toBe(9);
  expect(again.stdout).toContain("0 embedded");
});

// The superuser reads everything; node can be started as somebody else by him alone. Windows has no such rights.
test.runIf(process.platform !== "win32")(
  "files and folders without permission are named, and stay in an index that has them",
  () => {
    const open = temporaryFolder("unreadable");
    mkdirSync(join(open, "docs", "closed"), { recursive: true });
    for (const name of ["a.md", "b.md", "closed/c.md"]) writeFileSync(join(open, "docs", name), `# ${name}\n`);
    const somebody = process.getuid!() === 0 ? 65_534 : process.getuid!();
    for (const name of ["", "docs", "docs/closed", "docs/a.md", "docs/b.md"])
      chownSync(join(open, name), somebody, somebody);
    const index = () => {
      const { file, args, env } = ferrisCommand(["index", "docs", ...settings], { XDG_CONFIG_HOME: open, HOME: open });
      return spawnSync(file, args, { env, cwd: open, uid: somebody, gid: somebody, encoding: "utf8" });
    };
    const first = index();
    expect([first.status, first.stdout.split("\n")[0]]).toEqual([0, expect.stringContaining("3 documents indexed")]);
    chmodSync(join(open, "docs", "b.md"), 0o200);
    writeFileSync(join(open, "docs", "b.md"), "# changed\n");
    chmodSync(join(open, "docs", "closed"), 0o000);
    const second = index();
    chmodSync(join(open, "docs", "closed"), 0o700);
    expect(second.status).toBe(9);
    expect(second.stderr).toContain(`ferris: ${join(open, "docs", "b.md")}: permission denied`);
    expect(second.stderr).toContain(
      `ferris: ${join(open, "docs", "closed")}: cannot read the folder: permission denied`,
    );
    expect(second.stdout).toContain("0 removed");
  },
);
