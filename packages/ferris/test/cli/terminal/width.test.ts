/** Columns on the screen, for what file names and documents bring. */
import { expect, test } from "vitest";
import { columnsOf } from "../../../src/cli/terminal/width.ts";

test.each([
  ["plain letters", "abc", 3],
  ["Chinese", "日本語", 6],
  ["full-width Latin", "ｈｅｌｌｏ", 10],
  ["Korean as macOS writes file names", "한국어.md".normalize("NFD"), 9],
  ["an accent as macOS writes file names", "Käfer.md".normalize("NFD"), 8],
  ["a family, one emoji", "👩‍👩‍👧‍👦", 2],
  ["a flag", "🇩🇪", 2],
  ["a new emoji", "🫩", 2],
  ["a sign that is no emoji", "✔", 1],
  ["a style and a link", "\u001b[31mred\u001b[39m \u001b]8;;file:///a\u001b\\a\u001b]8;;\u001b\\", 5],
  ["what no terminal shows", "a\u00ad\u200bb\u2060\ufeffc", 3],
  ["vowels above and below", "مُحَمَّد", 4],
])("%s", (_, text, columns) => expect(columnsOf(text)).toBe(columns));
