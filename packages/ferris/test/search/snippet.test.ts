/** What of a chunk is shown, and what in it is marked. */
import { describe, expect, test } from "vitest";
import type { PassageLine } from "../../src/search/lines.ts";
import { makeSnippet } from "../../src/search/snippet.ts";
import { WordMatcher } from "../../src/search/query/matcher.ts";
import { parseQuery } from "../../src/search/query/query.ts";

const matcherOf = (query: string) => new WordMatcher(parseQuery(query).units);

function linesFrom(number: number, text: string): PassageLine[] {
  return text.split("\n").map((line, i) => ({ number: number + i, text: line }));
}

function marked(text: string, query: string, length?: number): string {
  const snippet = makeSnippet(linesFrom(1, text), matcherOf(query), length);
  let out = "";
  let at = 0;
  for (const { start, end } of snippet.highlights) {
    out += `${snippet.text.slice(at, start)}[${snippet.text.slice(start, end)}]`;
    at = end;
  }
  return out + snippet.text.slice(at);
}

describe("marks", () => {
  test.each([
    ["words by their stems", "Rotating keys", "how do I rotate a key", "[Rotating] [keys]"],
    ["no stop words", "how a thing is", "how is it", "[how] a thing [is]"],
    ["stop words not, where there are others", "how to fly", "how to swim", "how to fly"],
    ["without diacritics, as the index does", "Käfer kafer", "käfer", "[Käfer] [kafer]"],
    ["pieces of identifiers and versions", "layer_norm 1.0.21", "layer_norm 1.0.21", "[layer]_[norm] [1].[0].[21]"],
    [
      "words without spaces, as far as they go",
      "東京都の天気、iPhoneで",
      "東京都 京都 iphone の天気",
      "[東京都]の[天気]、[iPhone]で",
    ],
  ])("%s", (_name, text, query, expected) => expect(marked(text, query)).toBe(expected));
});

describe("the part of a long chunk", () => {
  const filler = "lorem ipsum dolor sit amet ".repeat(40);

  test("has the most of the query's words", () => {
    const text = `key ${filler}\nTo rotate a key, make the second one first.\n${filler}`;
    const snippet = makeSnippet(linesFrom(10, text), matcherOf("rotate the second key"), 60);
    expect(snippet.text.startsWith("To rotate a key, make the second one first.")).toBe(true);
    expect(snippet.startLine).toBe(11);
    expect(snippet.text.length).toBeLessThanOrEqual(60);
  });

  test("is its beginning when no word is there", () => {
    expect(makeSnippet(linesFrom(3, filler), matcherOf("quantum"), 30)).toEqual({
      text: "lorem ipsum dolor sit amet",
      startLine: 3,
      lineNumbers: [3],
      highlights: [],
    });
  });

  test("begins at a word in the middle of a long line", () => {
    const snippet = makeSnippet(linesFrom(1, `${filler}needle ${filler}`), matcherOf("needle"), 60);
    expect(snippet.text).toMatch(/^(lorem|ipsum|dolor|sit|amet) .*needle/);
    const [mark] = snippet.highlights;
    expect(snippet.text.slice(mark!.start, mark!.end)).toBe("needle");
  });

  test("cuts text without spaces between characters", () => {
    const snippet = makeSnippet(linesFrom(1, "🙂".repeat(100)), matcherOf("x"), 61);
    expect(snippet.text).toBe("🙂".repeat(30));
  });

  test("leading line breaks count towards the line", () => {
    expect(makeSnippet(linesFrom(5, "\n\n  word"), matcherOf("word"))).toMatchObject({ text: "word", startLine: 7 });
  });
});
