/** Globs: what they mean, against the library that most tools use, and how long the worst of them take. */
import picomatch from "picomatch";
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { broadened, checkGlob, makeGlobs } from "../../../src/documents/walk/glob.ts";
import { UsageError } from "../../../src/errors.ts";
import { makeDocumentTest } from "../../../src/store/document-filter.ts";
import { randomFrom } from "../support/random-documents.ts";

const matches = (glob: string, path: string) => makeGlobs([glob])(path);

test.each([
  ["*.md", "a.md", true],
  ["*.md", "a/b.md", false],
  ["**/*.md", "a/b/c.md", true],
  ["**/*.md", ".hidden.md", true],
  ["docs/**", "docs", true],
  ["docs/**", "docs/a/b", true],
  ["docs/**", "docsx", false],
  ["a/**/b", "a/b", true],
  ["a/**/b", "a/x/y/b", true],
  ["a**b", "a/b", false],
  ["[!a-c]x", "dx", true],
  ["[!a-c]x", "bx", false],
  ["[!a]b", "/b", false],
  ["{a,b/{c,d}}/*.md", "b/d/x.md", true],
  ["v{1..12}.md", "v11.md", true],
  ["v{1..12}.md", "v13.md", false],
  ["+(ab|c).md", "ababc.md", true],
  ["?(a).md", ".md", true],
  ["@(a|b)", "ab", false],
  ["\\[a\\]*", "[a]x", true],
  ["a[", "a[", true],
  ["{a", "{a", true],
  ["{a}", "{a}", true],
  ["?", "🙂", true],
  ["!*.md", "a.txt", true],
  ["Ü*", "U\u0308berfahrt", true],
  ["U\u0308*", "Überfahrt", true],
])("%j on %j: %j", (glob, path, expected) => {
  expect(matches(glob, path)).toBe(expected);
});

test("agrees with picomatch, but for its [!a], which is no negation there", () => {
  const random = randomFrom(11);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  const atoms = ["a", "b", "c", ".", "*", "**", "/", "/", "?", "[ab]", "[^a]", "[a-c]", "{a,b}", "{a,*b}", "*.md", "-"];
  const names = ["a", "b", "ab", "abc", "c.md", ".x", "a.b", "b-", "aab", "ba"];
  let compared = 0;
  for (let i = 0; i < 6_000; i++) {
    const glob = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(atoms)).join("");
    // Nobody writes these, and what they mean is the library's accident.
    if (/\/\/|^\.?\/|\/$|\*\*[^/]|[^/]\*\*|[*}]\/\*\*$/.test(glob)) continue;
    const theirs = picomatch(glob, { dot: true });
    for (let k = 0; k < 8; k++) {
      const path = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(names)).join("/");
      expect([glob, path, matches(glob, path)]).toEqual([glob, path, theirs(path)]);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(20_000);
});

describe("what people mean", () => {
  test.each([
    ["drafts/", "drafts/a.md", true],
    ["drafts/", "x/drafts/deep/a.md", true],
    ["drafts/", "drafts", false],
    ["docs", "docs/a.md", true],
    ["docs", "x/docs/a.md", true],
    ["docs/api", "docs/api/a.md", true],
    ["docs/api", "x/docs/api/a.md", false],
    ["./docs/", "docs/a.md", true],
    ["/docs", "docs/a.md", true],
    ["*.md", "x/a.md", true],
    [".", "x/a.md", true],
    ["**/generated/**", "a/generated/b", true],
  ])("%j on %j: %j", (glob, path, expected) => {
    expect(makeGlobs(broadened(glob))(path)).toBe(expected);
  });
});

test("no glob takes long, whatever it is", () => {
  const hostile = ["*a".repeat(12) + "*b", "*a".repeat(400) + "*b", "*/**/".repeat(16) + "x", "**/".repeat(300) + "x"];
  hostile.push("+(+(+(a|aa)|a)|aaa)b", "{a,aa}".repeat(100) + "b", "*(a|?)".repeat(100) + "b", "[".repeat(1000));
  const paths = ["a".repeat(255), `${"a/".repeat(1000)}c.md`, "a".repeat(4000)];
  const started = processorTime();
  for (const glob of hostile) for (const path of paths) expect(matches(glob, path), glob.slice(0, 20)).toBe(false);
  expect(processorTime() - started).toBeLessThan(10_000);
});

test("neither does preparing one, nor many of them", () => {
  const started = processorTime();
  for (const glob of [`x${"/".repeat(1_000_000)}x`, "!".repeat(1_000_000), " ".repeat(1_000_000)]) {
    expect(() => broadened(glob)).toThrow(/has 1000\d\d\d characters/);
    expect(() => makeGlobs([glob])).toThrow(UsageError);
  }
  expect(() => makeGlobs(Array.from({ length: 100_000 }, (_, i) => `a${i}`))).toThrow(/more than 1000 globs/);
  expect(() => makeGlobs(Array.from({ length: 1000 }, () => `${"{1..999}".repeat(111)}x`))).toThrow(/too many choices/);
  expect(matches("{1..999}".repeat(100), "1".repeat(250))).toBe(true);
  expect(matches("{1..999}".repeat(100), "x".repeat(250))).toBe(false);
  expect(processorTime() - started).toBeLessThan(10_000);
});

test("braces that nothing closes, or that hold no choice, are read once each", () => {
  const started = processorTime();
  for (const depth of [1, 2, 40, 50]) {
    const [open, close] = ["{".repeat(depth), "}".repeat(depth)];
    expect(matches(`${open}a`, `${open}a`)).toBe(true);
    expect(matches(`${open}a${close}`, `${open}a${close}`)).toBe(true);
    expect(matches(`${open}a,b${close}`, `${open.slice(1)}b${close.slice(1)}`)).toBe(true);
    expect(matches(`${"{[".repeat(depth)}a`, `${"{[".repeat(depth)}a`)).toBe(true);
  }
  expect(processorTime() - started).toBeLessThan(1_000);
});

test("a long text takes long in proportion, not by its square", () => {
  const glob = makeGlobs(["*a".repeat(100) + "*b"]);
  const started = processorTime();
  expect(glob("a".repeat(1_600_000))).toBe(false);
  expect(processorTime() - started).toBeLessThan(5_000);
});

test.each(["a".repeat(1001), "{".repeat(60) + "}".repeat(60), "!(a)", "@(a"])("%# is refused", (glob) => {
  expect(() => checkGlob(glob)).toThrow(UsageError);
});

test("a filter of slashes without end is read at once, as one slash", () => {
  const started = processorTime();
  expect(makeDocumentTest({ paths: [`${"/".repeat(300_000)}x`] })).toBeTypeOf("function");
  expect(processorTime() - started).toBeLessThan(2_000);
});
