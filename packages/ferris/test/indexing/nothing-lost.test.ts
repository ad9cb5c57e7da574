/** What an index has does not vanish in silence: files without text, drives that are not mounted, twins of files that fail. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { folderOf } from "../support/files.ts";
import { indexOf, sections } from "./support/index-of.ts";

const word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const letter = (body: string) =>
  zipSync({
    "[Content_Types].xml": strToU8("<Types/>"),
    "word/document.xml": strToU8(`<w:document xmlns:w="${word}"><w:body>${body}</w:body></w:document>`),
  });
const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

test("a document with content but without text is named, and stays in the index if it was there", async () => {
  const folder = folderOf({
    "letter.docx": letter(paragraph("About the harbour")),
    "page.html": "<html><body><p>About the pump</p></body></html>",
    "message.eml": "Subject: x\n\nAbout the valve\n",
    "good.md": "good",
  });
  const index = await indexOf(folder);
  expect((await index.run()).added).toBe(4);
  writeFileSync(join(folder, "letter.docx"), letter("<w:sectPr/>"));
  writeFileSync(join(folder, "page.html"), "<html><body><img src=x></body></html>");
  writeFileSync(join(folder, "new.docx"), letter(""));
  const report = await index.run();
  expect(report.removed).toBe(0);
  expect(report.failures.map(({ path, reason }) => [relative(folder, path), reason])).toEqual([
    ["letter.docx", "no text"],
    ["new.docx", "no text"],
    ["page.html", "no text"],
  ]);
  expect(await index.texts("letter.docx")).toEqual(["About the harbour"]);
  expect(await index.texts("page.html")).toEqual(["About the pump"]);
});

test.each(["", "\n \t\n", "\ufeff\r\n", Buffer.from("\ufeff \n", "utf16le")])(
  "a file of no bytes, or of white space, is empty and leaves the index (%j)",
  async (content) => {
    const folder = folderOf({ "a.md": "text", "b.html": "<p>text", "c.json": '{"a": "b"}', "good.md": "good" });
    const index = await indexOf(folder);
    await index.run();
    for (const name of ["a.md", "b.html", "c.json"]) writeFileSync(join(folder, name), content);
    expect(await index.run()).toMatchObject({ removed: 3, skipped: { empty: 3 }, failures: [] });
  },
);

test("data without a text in it is empty, and no failure", async () => {
  const index = await indexOf(folderOf({ "a.json": "{}", "b.csv": ",,\n", "good.md": "good" }));
  expect(await index.run()).toMatchObject({ added: 1, skipped: { empty: 2 }, failures: [] });
});

test("a folder that is empty today keeps its documents and is named; taken out by name it is forgotten", async () => {
  const folder = folderOf({ "drive/a.md": "alpha", "drive/deep/b.md": "beta", "other/c.md": "gamma" });
  const drive = join(folder, "drive");
  const away = join(folderOf(), "unmounted");
  const paths = [drive, join(folder, "other")];
  const index = await indexOf(folder);
  await index.run({ paths });
  renameSync(drive, away);
  mkdirSync(drive);
  for (const leftOver of ["", ".Trash-1000"]) {
    if (leftOver !== "") mkdirSync(join(drive, leftOver));
    for (const named of [paths, [drive], [folder]]) {
      const report = await index.run({ paths: named });
      expect(report.removed).toBe(0);
      expect(report.failures).toEqual([
        { path: drive, reason: "unreadable", message: expect.stringMatching(/2 documents.*not mounted\?.*kept/) },
      ]);
    }
  }
  expect(await index.paths()).toContain("drive/deep/b.md");
  rmSync(drive, { recursive: true });
  renameSync(away, drive);
  expect(await index.run({ paths })).toMatchObject({ unchanged: 3, failures: [] });
  for (const name of readdirSync(drive)) rmSync(join(drive, name), { recursive: true });
  await index.store.removeDocuments([join(drive, "a.md"), join(drive, "deep/b.md")]);
  expect(await index.run({ paths })).toMatchObject({ unchanged: 1, failures: [] });
});

test("a drive below a named folder that is not mounted today keeps its documents", async () => {
  const folder = folderOf({
    "card/a.md": "alpha",
    "card/deep/b.md": "beta",
    "stick/c.md": "gamma",
    "own/d.md": "delta",
  });
  const index = await indexOf(folder);
  await index.run();
  // As if other devices had been mounted there: no test may mount one.
  await index.store.setMounts([join(folder, "card"), join(folder, "stick")]);
  for (const name of ["card", "stick", "own"]) rmSync(join(folder, name), { recursive: true });
  mkdirSync(join(folder, "card"));
  mkdirSync(join(folder, "own"));
  for (let run = 0; run < 2; run++) {
    const report = await index.run();
    expect(report.failures.map(({ path, reason }) => [relative(folder, path), reason])).toEqual([
      ["card", "unreadable"],
      ["stick", "unreadable"],
    ]);
    // The folder of its own was emptied by somebody.
    expect(report.removed).toBe(run === 0 ? 1 : 0);
  }
  expect(await index.paths()).toEqual(["card/a.md", "card/deep/b.md", "stick/c.md"]);
  await index.store.removeDocuments([join(folder, "stick/c.md")]);
  expect((await index.run()).failures).toHaveLength(1);
  expect(await index.store.mounts()).toEqual([join(folder, "card")]);
  // A folder that holds something is read, whatever it was once.
  writeFileSync(join(folder, "card/e.md"), "epsilon");
  expect(await index.run()).toMatchObject({ added: 1, removed: 2, failures: [] });
  expect(await index.store.mounts()).toEqual([]);
});

test.skipIf(!existsSync("/dev/shm") || statSync("/dev/shm").dev === statSync("/dev").dev)(
  "a walk tells which folders drives are mounted at",
  async () => {
    const { walk, resolveRoots } = await import("../../src/documents/walk/walk.ts");
    const mounted: string[] = [];
    const onSkip = () => {};
    const files = walk(await resolveRoots(["/dev"]), {
      maxFileBytes: 1,
      onSkip,
      onMount: (path) => mounted.push(path),
    });
    for await (const file of files) expect(file.size).toBe(1);
    expect(mounted).toContain("/dev/shm");
    expect(mounted).not.toContain("/dev");
  },
);

test("equal bytes under two extensions are two documents, at the first run as at the second", async () => {
  const text = sections("one", "two");
  const index = await indexOf(folderOf({ "notes.md": text, "notes.txt": text }));
  expect(await index.run()).toMatchObject({ added: 2 });
  expect(await index.run()).toMatchObject({ added: 0, unchanged: 2 });
});

test.skipIf(process.platform === "win32")(
  "a file that becomes a pipe or a link while folders are read is left out",
  async () => {
    const folder = folderOf({ "a.md": "alpha", "b.md": "beta", "secret/s.txt": "gamma" });
    const index = await indexOf(folder);
    const embedder = (await import("./support/words-embedder.ts")).wordsEmbedder();
    let swapped = false;
    const swap = () => {
      if (swapped) return;
      swapped = true;
      rmSync(join(folder, "a.md"));
      execFileSync("mkfifo", [join(folder, "a.md")]);
      rmSync(join(folder, "b.md"));
      symlinkSync("secret/s.txt", join(folder, "b.md"));
    };
    const { walk, resolveRoots } = await import("../../src/documents/walk/walk.ts");
    const { prepare } = await import("../../src/indexing/prepare.ts");
    const { IndexRun } = await import("../../src/indexing/run.ts");
    const files = [];
    for await (const file of walk(await resolveRoots([folder]), { maxFileBytes: 1e6, onSkip: () => {} }))
      files.push(file);
    swap();
    const run = new IndexRun();
    const documents = [];
    for await (const document of prepare(
      (async function* () {
        yield* files;
      })(),
      {
        store: index.store,
        embedder,
        chunker: { maxTokens: 60 },
        maxFileBytes: 1e6,
        run,
        signal: new AbortController().signal,
        keep: () => {},
        move: null,
      },
    )) {
      documents.push(relative(folder, document.record.path));
    }
    expect(documents).toEqual(["secret/s.txt"]);
    expect(run.report(false, 0).failures.map(({ path, message }) => [relative(folder, path), message])).toEqual([
      ["a.md", "it is not a regular file"],
      ["b.md", expect.stringContaining("symbolic link")],
    ]);
  },
);
