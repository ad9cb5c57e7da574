/** What a page takes of a folder is what the command line's walk takes of it on a disk. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { chooseFiles, inWalkOrder } from "../../src/browser/intake.ts";
import { IndexRun } from "../../src/indexing/run.ts";
import { folderOf } from "../support/files.ts";
import { walked } from "../support/walked.ts";

const outcomes = new Set(["ignored", "hidden", "dependencies", "build output"]);

/** The same of a page, which has paths from the folder that was dropped. */
async function ofPage(base: string): Promise<{ files: string[]; skipped: Record<string, string> }> {
  const all = readdirSync(base, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = all.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return {
      path: `/${relative(base, path)}`,
      size: statSync(path).size,
      modifiedTime: 0,
      bytes: async () => new Uint8Array(readFileSync(path)),
    };
  });
  const skipped: Record<string, string> = {};
  const run = new IndexRun(undefined, ({ path, outcome }) => {
    if (outcomes.has(outcome)) skipped[path.slice(1)] = outcome;
  });
  const chosen = await chooseFiles(inWalkOrder(files), run);
  return { files: chosen.map(({ path }) => path.slice(1)), skipped };
}

test("names, .gitignore and .ferrisignore leave the same out", async () => {
  const base = folderOf({
    ".gitignore": "*.log\n/drafts/\n!keep.log\ngenerated/**\n# no rule\n\nold[0-9].md\n[[:digit:]]*.txt\nä*.md\n",
    "a.md": "a",
    "x.log": "left out",
    "keep.log": "brought back",
    "old1.md": "left out",
    "oldx.md": "kept",
    "7.txt": "left out",
    "ähre.md": "left out",
    "drafts/plan.md": "left out with its folder",
    "notes/drafts/plan.md": "kept: the rule is for the top",
    "notes/.gitignore": "!x.log\nsecret.md\n",
    "notes/x.log": "brought back",
    "notes/secret.md": "left out",
    "notes/deep/secret.md": "left out",
    "notes/deep/.ferrisignore": "!secret.md\nprivate/\n",
    "notes/deep/private/a.md": "left out",
    "generated/a/b.md": "left out",
    "node_modules/m/readme.md": "left out by name",
    ".hidden/a.md": "left out by name",
  });
  const [page, disk] = [await ofPage(base), await walked(base)];
  expect(page.files.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(disk.files.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(page.files).toContain("notes/x.log");
  expect(page.files).not.toContain("drafts/plan.md");
  expect(page.skipped).toMatchObject({ drafts: "ignored", "x.log": "ignored" });
  for (const [path, reason] of Object.entries(page.skipped)) expect([path, disk.skipped[path]]).toEqual([path, reason]);
});

test("a folder without rules, and rules that cannot be read any more, leave nothing out", async () => {
  const gone = { size: 10, modifiedTime: 0, bytes: () => Promise.reject(new Error("gone")) };
  const run = new IndexRun();
  const chosen = await chooseFiles(
    [
      { path: "/.gitignore", ...gone },
      { path: "/a.md", ...gone },
    ],
    run,
  );
  expect(chosen.map(({ path }) => path)).toEqual(["/a.md"]);
});
