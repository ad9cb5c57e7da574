/** The walk over folders: what git would ignore, what is left out and why, links, names and globs. */
import { execFileSync } from "node:child_process";
import { rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { resolveRoots, walk, type WalkOptions } from "../../../src/documents/walk/walk.ts";
import { InputError } from "../../../src/errors.ts";
import { folderOf } from "../../support/files.ts";
import { walked } from "../../support/walked.ts";

describe("walk", () => {
  test("yields files in order of their paths, with size and time, and says what it leaves out", async () => {
    const base = folderOf({
      "b.md": "b",
      "a/z.txt": "z",
      "a/b.md": "b",
      "photo.png": "png",
      "package-lock.json": "{}",
      "app.min.js": "x",
      "look.css": "a{}",
      ".env": "SECRET=1",
      ".github/x.md": "x",
      "empty.md": "",
      "large.txt": "x".repeat(1001),
    });
    const { files, skipped, messages } = await walked(base, [base]);
    expect(files).toEqual(["a/b.md", "a/z.txt", "b.md"]);
    expect(skipped).toEqual({
      "photo.png": "picture",
      "package-lock.json": "lock file",
      "app.min.js": "minified",
      "look.css": "unsupported",
      ".env": "hidden",
      ".github": "hidden",
      "empty.md": "empty",
      "large.txt": "too large",
    });
    expect(messages).toEqual([expect.stringContaining("limit")]);
  });

  test("leaves out what is ferris's own: settings, other indexes, caches", async () => {
    const base = folderOf({
      "a.md": "a",
      "notes/ferris.json": "{}",
      "mine/index.db": "SQLite",
      "mine/index.sum": "x",
      "mine/writer.lock": "x",
      "mine/conversation.json": "[]",
      "mine/letter.md": "a document of the user's",
      "other/index.db": "no index of ours",
      "kept/ocr/a.json": "{}",
    });
    vi.stubEnv("METAL_CANDLE_CACHE", join(base, "kept"));
    const { files, skipped } = await walked(base, [base]);
    vi.unstubAllEnvs();
    expect(files).toEqual(["a.md", "mine/letter.md"]);
    expect(skipped).toEqual({
      "notes/ferris.json": "own file",
      "mine/index.db": "own file",
      "mine/index.sum": "own file",
      "mine/writer.lock": "own file",
      "mine/conversation.json": "own file",
      "other/index.db": "binary",
      kept: "own file",
    });
  });

  test("reads the folders below the inbox of a Maildir, whose names begin with a dot", async () => {
    const base = folderOf({
      "Mail/cur/1.host:2,S": "From: a@example.org",
      "Mail/new/2.host": "From: a@example.org",
      "Mail/.Sent.2024/cur/3.host:2,S": "From: a@example.org",
      "Mail/.Sent.2024/.private": "x",
      "other/.Sent/cur/4.host": "x",
    });
    const { files, skipped } = await walked(base, [base]);
    expect(files).toEqual(["Mail/.Sent.2024/cur/3.host:2,S", "Mail/cur/1.host:2,S", "Mail/new/2.host"]);
    expect(skipped).toEqual({ "Mail/.Sent.2024/.private": "hidden", "other/.Sent": "hidden" });
  });

  test("takes build folders for build output only beside the tool that fills them", async () => {
    const base = folderOf({
      "js/package.json": "{}",
      "js/dist/a.js": "a",
      "js/node_modules/x/README.md": "x",
      "rust/Cargo.toml": "",
      "rust/target/a.md": "a",
      "docs/build/how-to.md": "how",
      "py/env/pyvenv.cfg": "home",
      "py/env/lib/a.py": "a",
    });
    const { files, skipped } = await walked(base, [base]);
    expect(files).toEqual(["docs/build/how-to.md", "js/package.json"]);
    expect(skipped).toMatchObject({
      "js/dist": "build output",
      "js/node_modules": "dependencies",
      "rust/target": "build output",
      "py/env": "dependencies",
    });
  });

  test("reads .gitignore as git does: nested, with exceptions, .git/info/exclude and .ferrisignore", async () => {
    const base = folderOf({
      ".gitignore": "*.log\n/only-here.md\nprivate/\n!keep.log\n",
      ".git/info/exclude": "excluded.md\n",
      ".ferrisignore": "drafts/\n!wanted.log\n",
      "a.log": "a",
      "keep.log": "k",
      "wanted.log": "w",
      "excluded.md": "e",
      "only-here.md": "o",
      "sub/only-here.md": "o",
      "sub/.gitignore": "!b.log\n*.tmp.md\n",
      "sub/b.log": "b",
      "sub/c.tmp.md": "c",
      "private/a.md": "a",
      "drafts/d.md": "d",
    });
    const { files } = await walked(base, [base]);
    expect(files).toEqual(["keep.log", "sub/b.log", "sub/only-here.md", "wanted.log"]);
  });

  test("agrees with git about a tree full of rules", async () => {
    const files = Object.fromEntries(
      ["a/x.md", "a/b/x.md", "a/b/c/y.txt", "d/x.md", "d/e/f.txt", "foo.txt", "foo/bar.txt", "é/ü.md"].map((path) => [
        path,
        "x",
      ]),
    );
    const base = folderOf({
      ...files,
      ".gitignore": "**/b/*.md\nfoo\n!/d/x.md\nd/*\n",
      "a/.gitignore": "/b/c/\n",
      "d/.gitignore": "!e\n",
    });
    execFileSync("git", ["init", "-q", base]);
    const listed = execFileSync("git", [
      "-C",
      base,
      "-c",
      "core.quotePath=false",
      "ls-files",
      "-o",
      "--exclude-standard",
      "-z",
    ]);
    const expected = listed
      .toString()
      .split("\0")
      .filter((path) => path && !path.endsWith(".gitignore"));
    expect((await walked(base, [base])).files).toEqual(expected.toSorted());
  });

  test("reads what is named outright though rules, dots or names would leave it out", async () => {
    const base = folderOf({
      ".gitignore": "node_modules\n*.secret.md\n",
      ".git/HEAD": "ref",
      "node_modules/x/README.md": "x",
      "node_modules/x/node_modules/y/README.md": "y",
      "a.secret.md": "s",
      ".hidden/notes.md": "n",
    });
    const named = ["node_modules", "a.secret.md", ".hidden"].map((name) => join(base, name));
    expect((await walked(base, named)).files).toEqual([
      ".hidden/notes.md",
      "a.secret.md",
      "node_modules/x/README.md",
      "node_modules/x/node_modules/y/README.md",
    ]);
  });

  test("still obeys the rules above a named folder that they do not leave out", async () => {
    const base = folderOf({ ".git/HEAD": "", ".gitignore": "*.log\n", "docs/a.md": "a", "docs/b.log": "b" });
    expect((await walked(base, [join(base, "docs")])).files).toEqual(["docs/a.md"]);
  });

  test("--include and --exclude are relative to the named path; names without a slash hold at any depth", async () => {
    const base = folderOf({ "a.md": "a", "x/b.md": "b", "x/c.txt": "c", "x/old/d.md": "d", "y/e.md": "e" });
    expect((await walked(base, [base], { include: ["*.md"] })).files).toEqual([
      "a.md",
      "x/b.md",
      "x/old/d.md",
      "y/e.md",
    ]);
    expect((await walked(base, [base], { include: ["x/**"] })).files).toEqual(["x/b.md", "x/c.txt", "x/old/d.md"]);
    const { files, skipped } = await walked(base, [base], { include: ["**/*.md"], exclude: ["old", "y/**"] });
    expect(files).toEqual(["a.md", "x/b.md"]);
    expect(skipped).toEqual({ "x/c.txt": "filtered", "x/old": "filtered", y: "filtered" });
  });

  test("does not follow symbolic links, so loops end; a named one is followed", async () => {
    const base = folderOf({ "a/x.md": "x" });
    symlinkSync("..", join(base, "a", "loop"));
    symlinkSync(join(base, "a"), join(base, "link"));
    const { files, skipped } = await walked(base, [base]);
    expect(files).toEqual(["a/x.md"]);
    expect(skipped).toEqual({ "a/loop": "symbolic link", link: "symbolic link" });
    expect((await walked(base, [join(base, "link")])).files).toEqual(["link/x.md"]);
  });

  test("goes on past a folder that cannot be read", async () => {
    const base = folderOf({ "a.md": "a", "gone/b.md": "b", "z.md": "z" });
    const skipped: [string, string, string?][] = [];
    const files: string[] = [];
    const onSkip: WalkOptions["onSkip"] = (reason, path, message) =>
      skipped.push([reason, relative(base, path), message]);
    for await (const file of walk(await resolveRoots([base]), { maxFileBytes: 10, onSkip })) {
      files.push(relative(base, file.path));
      // The folder has been listed by its parent and disappears before its turn; permissions would not stop the superuser.
      rmSync(join(base, "gone"), { recursive: true, force: true });
    }
    expect(files).toEqual(["a.md", "z.md"]);
    expect(skipped).toEqual([["unreadable", "gone", "cannot read the folder: it is not there"]]);
  });

  test("never reads .git, .ferris and the index's own folder", async () => {
    const base = folderOf({
      ".git/a.md": "a",
      ".ferris/b.md": "b",
      "index.db": "x",
      "index.db-wal": "x",
      "writer.json": "x",
      "c.md": "c",
    });
    expect((await walked(base, [base], { indexFolder: base })).files).toEqual(["c.md"]);
    await expect(walked(base, [join(base, ".ferris")])).rejects.toThrow(InputError);
  });

  test("names with newlines, spaces and quotes are names", async () => {
    const base = folderOf({ "a\nb.md": "x", " c .md": "x", "\"d'.md": "x" });
    expect((await walked(base, [base])).files.toSorted()).toEqual([" c .md", "\"d'.md", "a\nb.md"]);
  });

  test("a pipe is not read as a file", async () => {
    const base = folderOf({ "a.md": "a" });
    execFileSync("mkfifo", [join(base, "pipe.md")]);
    expect((await walked(base, [base])).skipped).toEqual({ "pipe.md": "not a file" });
  });

  test("overlapping paths yield each file once", async () => {
    const base = folderOf({ "a/b/c.md": "c", "a/d.md": "d" });
    expect((await walked(base, [base, join(base, "a/b"), base])).files).toEqual(["a/d.md", "a/b/c.md"]);
  });

  test("says which named path is not there", async () => {
    await expect(resolveRoots(["no/such/place"])).rejects.toThrow(/no\/such\/place: it is not there/);
  });

  test("stops at a signal", async () => {
    const base = folderOf({ "a.md": "a", "b.md": "b" });
    const controller = new AbortController();
    const found = walk(await resolveRoots([base]), { maxFileBytes: 10, onSkip: () => {}, signal: controller.signal });
    await found.next();
    controller.abort(new Error("stopped"));
    await expect(found.next()).rejects.toThrow("stopped");
  });
});
