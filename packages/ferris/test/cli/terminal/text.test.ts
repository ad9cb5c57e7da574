/** Text for terminals: nothing in it may be obeyed, numbers read the same everywhere. */
import { describe, expect, test } from "vitest";
import {
  bytes,
  compact,
  duration,
  fileLink,
  grouped,
  oneLine,
  plural,
  printable,
  shorten,
} from "../../../src/cli/terminal/text.ts";

describe("printable", () => {
  test("shows control characters instead of obeying them", () => {
    expect(printable("a\u001b[2Jb\nc\u0007")).toBe("a␛[2Jb␊c␇");
    expect(printable("\u009b31m \u202etxt.exe \u007f")).toBe("\ufffd31m \ufffdtxt.exe ␡");
  });
  test("leaves every script and emoji alone", () => {
    const text = "Käfer 你好 مرحبا 👩‍👩‍👧‍👦 é";
    expect(printable(text)).toBe(text);
  });
  test("oneLine joins lines before that", () => {
    expect(oneLine("  a\r\n\t b  ")).toBe("a b");
  });
});

describe("shorten", () => {
  test("counts the ellipsis", () => {
    expect(shorten("abcdef", 6)).toBe("abcdef");
    expect(shorten("abcdef", 5)).toBe("abcd…");
  });
  test("never cuts a surrogate pair in two", () => {
    expect(shorten("ab🙂cd", 4)).toBe("ab…");
    expect(shorten("🙂🙂", 2)).toBe("…");
  });
});

test("links percent-encode what a path may hold", () => {
  const link = fileLink("a b.md:3", "/tmp/a b;\u001b.md");
  expect(link).toBe("\u001b]8;;file:///tmp/a%20b;%1B.md\u001b\\a b.md:3\u001b]8;;\u001b\\");
});

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [1234567.4, "1,234,567"],
])("grouped(%s) is %s", (value, text) => expect(grouped(value)).toBe(text));

test.each([
  [0.25, "0.3"],
  [7, "7"],
  [950.4, "950"],
  [1000, "1.0k"],
  [12345, "12.3k"],
  [123456, "123k"],
  [999_960, "1.0M"],
])("compact(%s) is %s", (value, text) => expect(compact(value)).toBe(text));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [24_100_000, "24.1 MB"],
  [999_999, "1.0 MB"],
])("bytes(%s) is %s", (value, text) => expect(bytes(value)).toBe(text));

test.each([
  [0.04, "0.0 s"],
  [9.96, "10 s"],
  [59.6, "1 min 00 s"],
  [185, "3 min 05 s"],
  [7800, "2 h 10 min"],
])("duration(%s) is %s", (value, text) => expect(duration(value)).toBe(text));

test("plural", () => {
  expect(plural(1, "file")).toBe("1 file");
  expect(plural(2000, "file")).toBe("2,000 files");
  expect(plural(2, "query", "queries")).toBe("2 queries");
});
