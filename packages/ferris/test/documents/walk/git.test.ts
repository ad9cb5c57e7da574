/** Ignore rules against git itself: random trees, and what repositories are made of. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { processorTime } from "@ferris/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveRoots, walk } from "../../../src/documents/walk/walk.ts";
import { GitignoreRules } from "../../../src/documents/walk/gitignore-rules.ts";
import { folderOf } from "../../support/files.ts";
import { randomFrom } from "../support/random-documents.ts";

let home: string;
const names = ["HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_NOSYSTEM"];
const before = names.map((name) => process.env[name]);
beforeEach(() => {
  home = folderOf();
  Object.assign(process.env, { HOME: home, XDG_CONFIG_HOME: join(home, ".config"), GIT_CONFIG_NOSYSTEM: "1" });
});
afterEach(() => {
  names.forEach((name, i) => {
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  });
});

const git = (folder: string, ...args: string[]) =>
  execFileSync("git", ["-C", folder, "-c", "user.name=x", "-c", "user.email=x@x", ...args], { encoding: "utf8" });

/** What git lists in `folder`: tracked, and untracked that no rule leaves out. */
function listed(folder: string): string[] {
  const paths = git(folder, "ls-files", "-z", "-c", "-o", "--exclude-standard").split("\0");
  return [...new Set(paths)].filter((path) => path && !path.split("/").some((name) => name.startsWith("."))).toSorted();
}

async function walked(folder: string): Promise<string[]> {
  const found: string[] = [];
  const onSkip = () => {};
  for await (const { path } of walk(await resolveRoots([folder]), { maxFileBytes: 1e6, onSkip })) {
    found.push(relative(folder, path));
  }
  return found.toSorted();
}

const fileNames = ["a", "b", "ab", "x.log", "y.md", "é", "foo", "A", "a b", "[z]"];
const rules = [
  ..."a b ab *.log *.md foo /foo foo/ /a/b a/*/b a/** **/b **/a/ b/**/x.log !y.md !x.log !foo !a/ ? ?? [ab] [!a] [a-f]*".split(
    " ",
  ),
  ..."*/x.log /* /*/a **/y.md **/ab/** !/a/ a/**/ x.* \\!x [[:alpha:]] [[:upper:]] *b [ab]/ **foo é* a?* ab/y.md !ab/y.md".split(
    " ",
  ),
  "# a",
  "a\\ b",
  "a b  ",
  "x.log ",
  "[",
  "[a",
  "\\",
  "",
  "[\\]z]*",
  "[]z]",
  "\\[z\\]",
  "a/",
  "/",
  "//",
  "***",
  "a//b",
];

test("random trees: the same files as git ls-files, tracked ones and nested rule files too", async () => {
  const random = randomFrom(5);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  let left = 0;
  for (let tree = 0; tree < 60; tree++) {
    const files = new Map<string, string>();
    const folders = new Set([""]);
    for (let i = 0; i < 25; i++) {
      const path = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(fileNames)).join("/");
      const above = path.split("/").slice(0, -1);
      const isTaken = folders.has(path) || above.some((_, k) => files.has(above.slice(0, k + 1).join("/")));
      if (isTaken) continue;
      files.set(path, "x");
      above.forEach((_, k) => folders.add(above.slice(0, k + 1).join("/")));
    }
    const base = folderOf(Object.fromEntries(files));
    git(base, "init", "-q");
    const some = [...files.keys()].filter(() => random() < 0.15);
    if (some.length > 0) git(base, "--literal-pathspecs", "add", "--", ...some);
    if (random() < 0.5) git(base, "update-index", "--index-version", pick(["2", "4"]));
    for (const folder of ["", pick([...folders])]) {
      const text = Array.from({ length: 4 }, () => pick(rules)).join("\n");
      writeFileSync(join(base, folder, ".gitignore"), text);
    }
    if (random() < 0.3) writeFileSync(join(base, ".git/info/exclude"), pick(rules));
    const expected = listed(base);
    left += files.size - expected.length;
    expect(await walked(base), JSON.stringify({ some, files: [...files.keys()] })).toEqual(expected);
  }
  expect(left).toBeGreaterThan(100);
}, 120_000);

test("one rule against one path: the same as git check-ignore", () => {
  const random = randomFrom(9);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  const base = folderOf();
  git(base, "init", "-q");
  const atoms = [
    "a",
    "b",
    "*",
    "**",
    "?",
    "/",
    "[ab]",
    "[!a]",
    "[a-c]",
    "\\*",
    "é",
    ".",
    "[[:alnum:]]",
    "[^b",
    " ",
    "!",
  ];
  for (let i = 0; i < 120; i++) {
    const rule = Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(atoms)).join("");
    // Git 2.39 reads a**/b in another way than it says.
    if (/[^/]\*\*\/|^\s*$/.test(rule)) continue;
    const paths = Array.from({ length: 30 }, () =>
      Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
        pick(["a", "b", "ab", "c", "é", "*", "ba", "a.b"]),
      ).join("/"),
    );
    writeFileSync(join(base, ".gitignore"), `${rule}\n`);
    const asked = spawnSync("git", ["-C", base, "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"], {
      input: paths.join("\0"),
    });
    const fields = asked.stdout.toString().split("\0");
    const ours = new GitignoreRules(`${rule}\n`);
    paths.forEach((path, k) => {
      const theirs = fields[k * 4] !== "" && !fields[k * 4 + 2].startsWith("!");
      // As a walk comes there: from the top down, never into what is left out.
      const parts = path.split("/");
      let out: boolean | null = false;
      for (let n = 1; n <= parts.length && !out; n++) out = ours.decide(parts.slice(0, n).join("/"), n < parts.length);
      expect([rule, path, out === true]).toEqual([rule, path, theirs]);
    });
  }
}, 60_000);

describe("repositories", () => {
  test("the exclude file of a worktree and of a submodule", async () => {
    const base = folderOf({ "main/a.md": "a", "sub/s.md": "s" });
    for (const name of ["main", "sub"]) {
      git(join(base, name), "init", "-q");
      git(join(base, name), "add", "-A");
      git(join(base, name), "commit", "-qm", "x");
    }
    const main = join(base, "main");
    git(main, "-c", "protocol.file.allow=always", "submodule", "-q", "add", join(base, "sub"), "inner");
    git(main, "worktree", "add", "-q", join(base, "tree"));
    writeFileSync(join(main, ".git/info/exclude"), "secret.md\n");
    writeFileSync(join(main, ".git/modules/inner/info/exclude"), "hidden.md\n");
    for (const place of ["main/secret.md", "tree/secret.md", "main/inner/hidden.md", "main/inner/secret.md"]) {
      writeFileSync(join(base, place), "x");
    }
    expect(await walked(main)).toEqual(["a.md", "inner/s.md", "inner/secret.md"]);
    expect(await walked(join(base, "tree"))).toEqual(["a.md"]);
    expect(await walked(join(main, "inner"))).toEqual(listed(join(main, "inner")));
  });

  test("the user's own exclude file: where it usually is, or where core.excludesFile says", async () => {
    const base = folderOf({ "a.md": "a", "b.md": "b", "c.md": "c" });
    git(base, "init", "-q");
    mkdirSync(join(home, ".config/git"), { recursive: true });
    writeFileSync(join(home, ".config/git/ignore"), "a.md\n");
    expect(await walked(base)).toEqual(["b.md", "c.md"]);
    writeFileSync(join(home, "mine"), "b.md\n");
    writeFileSync(join(home, ".gitconfig"), "[include]\n\tpath = more\n[core]\n\tignorecase = false ; no\n");
    writeFileSync(join(home, "more"), '[core]\n\texcludesFile = "~/mine"\n');
    expect(await walked(base)).toEqual(listed(base));
    expect(await walked(base)).toEqual(["a.md", "c.md"]);
    git(base, "config", "core.excludesFile", "c-only");
    writeFileSync(join(base, "c-only"), "c.md\nc-only\n");
    expect(await walked(base)).toEqual(["a.md", "b.md"]);
  });

  test.each<[string, string]>([
    ["in quotes, in part, with a comment behind", '[core]\n excludesFile = HOME/"rules" # mine\n'],
    ["on lines that go on", "[core]\n excludesFile = HOME/\\\nrules\n"],
    ["as editors of Windows write it", "\ufeff[core]\r\n\texcludesFile = ~/rules\r\n"],
    ["the last of several", "[CORE]\nExcludesFile = ~/no\n[user]\nname=x\n[core] excludesfile=~/rules\n"],
    ["of a section with another name", '[core "x"]\nexcludesFile = ~/rules\n'],
    ["whatever the case of names", "[core]\nignoreCase = 2\nexcludesFile = ~/rules\n"],
    ["included", "[include]\npath = more\n"],
    ["included for folders of repositories", '[includeIf "gitdir:HOME/"]\npath = more\n'],
    ["included for others", '[includeIf "gitdir:/elsewhere/"]\npath = more\n'],
    ["included by a pattern", '[includeIf "gitdir:**/repo/.git"]\npath = more\n'],
    ["included for folders at home", '[includeIf "gitdir:~/repo/"]\npath = more\n'],
    ["included for folders beside the file", '[includeIf "gitdir/i:./REPO/"]\npath = more\n'],
    ["included for a branch", '[includeIf "onbranch:wor*"]\npath = more\n'],
    ["included for another branch", '[includeIf "onbranch:main"]\npath = more\n'],
  ])("settings as git reads them: %s", async (_, config) => {
    const files = {
      rules: "*.log\nSecret.md\n",
      no: "a.md\n",
      more: "[core]\nexcludesFile = ~/rules\n",
      ".gitconfig": config.replaceAll("HOME", home),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
    const repo = join(home, "repo");
    mkdirSync(join(repo, "sub"), { recursive: true });
    for (const name of ["a.md", "a.log", "Secret.md", "sub/secret.md", "sub/b.LOG"])
      writeFileSync(join(repo, name), "x");
    git(repo, "init", "-q", "-b", "work");
    expect(await walked(repo)).toEqual(listed(repo));
  });

  test("a repository within another is on its own; .ferrisignore holds in both", async () => {
    const base = folderOf({
      ".gitignore": "*.log\n",
      ".ferrisignore": "private.md\n",
      "a.log": "a",
      "inner/b.log": "b",
      "inner/private.md": "p",
      "inner/c.md": "c",
    });
    git(base, "init", "-q");
    git(join(base, "inner"), "init", "-q");
    expect(await walked(base)).toEqual(["inner/b.log", "inner/c.md"]);
    expect(await walked(join(base, "inner"))).toEqual(["b.log", "c.md", "private.md"]);
  });

  test("a .gitignore that is a link does not count; tracked files in an ignored folder do, the others there do not", async () => {
    const base = folderOf({
      rules: "*.md\n",
      "sub/a.md": "a",
      "out/deep/kept.md": "k",
      "out/deep/not.md": "n",
      "out/x.md": "x",
    });
    git(base, "init", "-q");
    symlinkSync("../rules", join(base, "sub/.gitignore"));
    git(base, "add", "out/deep/kept.md");
    writeFileSync(join(base, ".gitignore"), "out/\n");
    expect(await walked(base)).toEqual(["out/deep/kept.md", "rules", "sub/a.md"]);
    expect(await walked(base)).toEqual(listed(base));
    writeFileSync(join(base, ".ferrisignore"), "kept.md\n");
    expect(await walked(base)).toEqual(["rules", "sub/a.md"]);
  });

  test("damaged and made-up files of git are as if they were not there", async () => {
    const base = folderOf({ "a.md": "a", "b.md": "b", ".gitignore": "b.md\n" });
    git(base, "init", "-q");
    for (const index of [
      Buffer.from("DIRC\0\0\0\x02\xff\xff\xff\xff"),
      Buffer.alloc(100),
      Buffer.from("DIRC\0\0\0\x04\0\0\0\x01"),
    ]) {
      writeFileSync(join(base, ".git/index"), index);
      expect(await walked(base)).toEqual(["a.md"]);
    }
    // Names that grow with each entry, and a line of blanks without end.
    const grown = Buffer.concat(
      Array.from({ length: 20_000 }, () =>
        Buffer.concat([Buffer.alloc(62), Buffer.from([0]), Buffer.from("aaaaaaaa\0")]),
      ),
    );
    const head = Buffer.from("DIRC\0\0\0\x04\0\0\x4e\x20");
    writeFileSync(join(base, ".git/index"), Buffer.concat([head, grown, Buffer.alloc(20)]));
    writeFileSync(join(base, ".git/config"), `[core]\n\tx = ${" ".repeat(900_000)}x\n`);
    const started = processorTime();
    expect(await walked(base)).toEqual(["a.md"]);
    expect(processorTime() - started).toBeLessThan(2_000);
    const other = folderOf({ "a.md": "a", ".git": "gitdir: /no/such/place\n" });
    expect(await walked(other)).toEqual(["a.md"]);
  });
});

test("no rule takes long, whatever it is", async () => {
  const rulesText = [
    "*/**/".repeat(16) + "x",
    "**/a/".repeat(30) + "b",
    "*a".repeat(100) + "*b",
    "?*".repeat(300),
  ].join("\n");
  let path = "";
  for (let i = 0; i < 34; i++) path += "a/";
  const base = folderOf({ [`${path}c.md`]: "x", [`${path}${"a".repeat(200)}.md`]: "x", ".gitignore": rulesText });
  mkdirSync(dirname(join(base, path)), { recursive: true });
  const started = processorTime();
  expect(await walked(base)).toHaveLength(2);
  expect(processorTime() - started).toBeLessThan(5_000);
});

test("a git configuration that includes itself is read a bounded number of times", async () => {
  const folder = folderOf({
    "a.md": "a",
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/config": `[include]\n${"path = config\n".repeat(300)}[core]\nignorecase = false\n`,
  });
  const started = processorTime();
  const found: string[] = [];
  for await (const { path } of walk(await resolveRoots([folder]), { maxFileBytes: 1e6, onSkip: () => {} }))
    found.push(path);
  expect(processorTime() - started).toBeLessThan(5_000);
  expect(found.some((path) => path.endsWith("a.md"))).toBe(true);
});

test.skipIf(process.platform === "win32")("a .git that is a loop of links is none", async () => {
  const base = folderOf({ "docs/a.md": "# a", "docs/.gitignore": "b.md", "docs/b.md": "# b" });
  for (const folder of [base, join(base, "docs")]) symlinkSync(".git", join(folder, ".git"));
  expect(await walked(join(base, "docs"))).toEqual(["a.md"]);
});
