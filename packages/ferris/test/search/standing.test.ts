/** What stands by its name and what only tells of it. */
import { expect, test } from "vitest";
import { parseQuery } from "../../src/search/query/query.ts";
import { Standing } from "../../src/search/standing.ts";

const standing = (query: string) => new Standing(parseQuery(query));

test("tests and change logs stand lower, unless they are asked for", () => {
  const share = (query: string, path: string) => standing(query).share({ path });
  for (const path of [
    "/p/tests/test_system.py",
    "/p/args_test.go",
    "/p/src/a.spec.ts",
    "/p/fsnotify/testdata/watch/rename",
    "/p/HISTORY.rst",
    "/p/CHANGELOG.md",
    "C:\\p\\tests\\a.py",
  ]) {
    expect(share("where are redirects followed", path), path).toBeLessThan(1);
  }
  for (const path of [
    "/p/src/system.py",
    "/p/topics/testing/tools.html",
    "/p/contest.py",
    "/p/latest.md",
    "/p/history-of-art.md",
  ]) {
    expect(share("where are redirects followed", path), path).toBe(1);
  }
  expect(share("how is the parser tested", "/p/tests/test_parser.py")).toBe(1);
  expect(share("1.0.21", "/p/CHANGELOG.md")).toBe(1);
  expect(share("in which release came the parser", "/p/CHANGELOG.md")).toBe(1);
});

test("a declaration or section that is called as the query is told from what mentions it", () => {
  const titled = (query: string, ...headingPath: string[]) => standing(query).titled({ headingPath });
  expect(titled("psutil_pid_exists", "psutil_pid_exists")).toBe(1);
  expect(titled("what does psutil_pid_exists do", "psutil_pid_exists")).toBe(1);
  expect(titled("pid exists", "pid_exists")).toBe(1);
  expect(titled("await write finish", "awaitWriteFinish")).toBe(1);
  expect(titled("class Context:", "Context")).toBe(1);
  expect(titled("Reset a password", "Guide", "Reset a password")).toBe(1);
  expect(titled("pid exists", "psutil_pid_exists")).toBeGreaterThan(0.5);
  expect(titled("exists", "psutil_pid_exists")).toBe(0);
  expect(titled("pid exists", "test_pid_exists_range")).toBe(0);
  expect(titled("pid exists")).toBe(0);
});
