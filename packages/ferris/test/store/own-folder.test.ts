/** A folder that came with a clone or an archive: nothing outside of the index is written, removed or waited for. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { forgetInput, keepInput, placesOf } from "../../src/cli/io/kept-input.ts";
import { IndexUnusableError, UsageError } from "../../src/errors.ts";
import { openIndex, openIndexForWriting } from "../../src/store/index.ts";
import { folderOf } from "../support/files.ts";
import { identity, put } from "./support/records.ts";

const precious = "ssh-rsa PRECIOUS";

/** A project with an index, and the user's own files beside it. */
async function project(): Promise<{ base: string; index: string }> {
  const base = folderOf({ "home/keys": precious, "home/empty": "", "repo/docs/a.md": "# a" });
  const index = join(base, "repo/.ferris");
  const store = await openIndexForWriting(index, { identity });
  await put(store, "/a", ["text"]);
  await store.close();
  return { base, index };
}

function userFiles(base: string): Record<string, string> {
  const names = readdirSync(join(base, "home")).toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(base, "home", name), "utf8")]));
}

async function expectRefused(index: string, named: RegExp): Promise<void> {
  for (const opening of [() => openIndex(index), () => openIndexForWriting(index, { identity })]) {
    await expect(opening()).rejects.toThrow(IndexUnusableError);
    await expect(opening()).rejects.toThrow(named);
  }
}

const files = ["index.db", "index.db-wal", "index.db-shm", "index.db-journal", "writer.lock", "writer.lock-journal"];
const all = [...files, "writer.json", ".gitignore", "input.d", "other"];

describe("links", () => {
  test.each(all.flatMap((name) => ["keys", "empty", "nothing"].map((target) => [name, target])))(
    "%s to %s is refused by name, and nothing is written through it",
    async (name, target) => {
      const { base, index } = await project();
      const before = userFiles(base);
      rmSync(join(index, name), { recursive: true, force: true });
      symlinkSync(`../../home/${target}`, join(index, name));
      await expectRefused(index, new RegExp(`\\.ferris/${name} is a symbolic link to "../../home/${target}"`));
      const input = { name: "keys", indexFolder: index, maxBytes: 100 };
      await expect(keepInput([Buffer.from("x")] as never, input)).rejects.toThrow(IndexUnusableError);
      expect(userFiles(base)).toEqual(before);
    },
  );

  test("the folder itself, and the folder of a named index", async () => {
    const { base, index } = await project();
    renameSync(index, join(base, "elsewhere"));
    symlinkSync("../elsewhere", index);
    await expectRefused(index, /repo\/\.ferris is a symbolic link to "\.\.\/elsewhere"/);
    await expectRefused(join(index, "large"), /repo\/\.ferris is a symbolic link/);
    expect(existsSync(join(base, "elsewhere", "large"))).toBe(false);
    rmSync(index);
    mkdirSync(index);
    symlinkSync("../../elsewhere", join(index, "large"));
    await expectRefused(join(index, "large"), /large is a symbolic link/);
  });

  test("another user's folder that holds an index may hold links of its own", async () => {
    const folder = folderOf({ "target.md": "x" });
    symlinkSync("target.md", join(folder, "link.md"));
    await (await openIndexForWriting(folder, { identity })).close();
    const reader = await openIndex(folder);
    expect((await reader.statistics()).documents).toBe(0);
    await reader.close();
  });
});

describe("other things than files", () => {
  test.each(files.concat("writer.json", ".gitignore"))("%s as a folder or a pipe is refused at once", async (name) => {
    const { index } = await project();
    rmSync(join(index, name), { force: true });
    mkdirSync(join(index, name));
    await expectRefused(index, new RegExp(`${name} is not a regular file`));
    rmSync(join(index, name), { recursive: true });
    if (process.platform === "win32") return;
    execFileSync("mkfifo", [join(index, name)]);
    await expectRefused(index, new RegExp(`${name} is not a regular file`));
  });

  test.each(["index.db", "writer.lock", "writer.json", ".gitignore"])(
    "%s that has another name elsewhere is not written",
    async (name) => {
      const { base, index } = await project();
      rmSync(join(index, name), { force: true });
      linkSync(join(base, "home/empty"), join(index, name));
      await expect(openIndexForWriting(index, { identity })).rejects.toThrow(/hard link/);
      expect(userFiles(base).empty).toBe("");
    },
  );

  test("a rollback journal that names another file does not make SQLite delete it", async () => {
    for (const name of ["index.db", "writer.lock"]) {
      const { base, index } = await project();
      const victim = join(base, "home/keys");
      writeFileSync(join(index, `${name}-journal`), hotJournal(victim));
      await expectRefused(index, new RegExp(`${name}-journal names another file for SQLite to delete`));
      expect(readFileSync(victim, "utf8")).toBe(precious);
    }
  });
});

/** A journal of no pages, with a super-journal: SQLite plays it back, and then deletes what it names. */
function hotJournal(superJournal: string): Buffer {
  const header = Buffer.alloc(512);
  Buffer.from("d9d505f920a163d7", "hex").copy(header);
  header.writeUInt32BE(1, 12);
  header.writeUInt32BE(1, 16);
  header.writeUInt32BE(512, 20);
  header.writeUInt32BE(8192, 24);
  const name = Buffer.from(superJournal);
  const tail = Buffer.alloc(4 + name.length + 8);
  tail.writeUInt32BE(2 ** 30 / 8192 + 1, 0);
  name.copy(tail, 4);
  tail.writeUInt32BE(name.length, 4 + name.length);
  tail.writeUInt32BE(
    [...name].reduce((sum, byte) => sum + byte, 0),
    8 + name.length,
  );
  return Buffer.concat([header, tail, header.subarray(0, 8)]);
}

describe("kept input", () => {
  const keep = (index: string, name: string) =>
    keepInput([Buffer.from("new")] as never, { name, indexFolder: index, maxBytes: 100 });

  test("is not written or removed through a link below its folder", async () => {
    const { base, index } = await project();
    await keep(index, "a/b.md");
    symlinkSync(join(base, "home"), join(index, "input.d/out"));
    const before = userFiles(base);
    await expect(keep(index, "out/keys")).rejects.toThrow(/input\.d\/out is a symbolic link/);
    await expect(forgetInput(placesOf("out/keys", index), index)).rejects.toThrow(/input\.d\/out is a symbolic link/);
    await expect(forgetInput(placesOf("out", index), index)).rejects.toThrow(/input\.d\/out is a symbolic link/);
    rmSync(join(index, "input.d"), { recursive: true });
    symlinkSync("..", join(index, "input.d"));
    await expect(forgetInput(placesOf("docs", index), index)).rejects.toThrow(/input\.d is a symbolic link/);
    expect(existsSync(join(base, "repo/docs/a.md"))).toBe(true);
    expect(userFiles(base)).toEqual(before);
  });

  test.each(["../x", "a/../x", "a\\..\\x", ".. /x", "...", "c:x", "", "a//b", "a/.", "x\n"])(
    "%j is no name",
    async (name) => {
      const { index } = await project();
      await expect(keep(index, name)).rejects.toThrow(UsageError);
    },
  );

  test("a path that climbs means a place in the file system alone", () => {
    expect(placesOf("../../docs", "/p/.ferris")).toHaveLength(1);
    expect(placesOf("docs", "/p/.ferris")[1]).toBe("/p/.ferris/input.d/docs");
  });
});
