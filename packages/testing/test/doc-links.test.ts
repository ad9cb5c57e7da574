/**
 * The repository's own pages: every link between them leads to a file and, where it names one, to a heading that is there; and a command that is
 * shown can be pasted as it stands.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((path) => path !== "" && !/\/(fixtures|samples|test|goldens)\//.test(path) && existsSync(join(root, path)));

/** A page without its code, which may look like links. */
function textOf(path: string): string {
  return readFileSync(path, "utf8")
    .replace(/^```[^]*?^```$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ""));
}

/** The anchors that hosts make of a page's headings. */
function anchorsOf(path: string): string[] {
  const seen = new Map<string, number>();
  return [...textOf(path).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading]) => {
    const slug = heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

test("there are pages", () => expect(pages.length).toBeGreaterThan(20));

test.each(pages)("%s has commands that can be pasted: what is said of one stands behind #", (page) => {
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  const spoilt = lines.filter((line) => /^ {4}(?:npm|npx|ferris|node) [^#]*\S {3,}[^#\s]/.test(line));
  // A synopsis.
  expect(spoilt.filter((line) => !line.includes("[options]"))).toEqual([]);
});

test.each(pages)("%s", (page) => {
  const links = [...textOf(join(root, page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  const dead = links.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path, anchor] = target.split("#");
    const file = path === "" ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(file)) return true;
    return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).includes(anchor);
  });
  expect(dead).toEqual([]);
});
