/** Large and odd documents: work grows with their size and not with its square, and there is a turn for others all the while. */
import { describe, expect, test } from "vitest";
import { cutDocument } from "../../../src/documents/chunk/chunk.ts";
import type { ParsedDocument } from "../../../src/documents/document.ts";
import { countWords } from "../../indexing/support/words-embedder.ts";

type Kind = ParsedDocument["blocks"][number]["kind"];

function whole(kind: Kind, content: string): ParsedDocument {
  const blocks = [{ kind, start: 0, end: content.length, headingPath: [] }];
  return { type: "text", content, encoding: null, blocks, warnings: [] };
}

/** A heading of half the size, and short sections below it. */
function underLongTitle(size: number): ParsedDocument {
  const title = "title ".repeat(size / 12);
  const lines = Array.from({ length: size / 24 }, (_, i) => `section ${i}\n`);
  let start = 0;
  const blocks = lines.map((line, i) => {
    const block = { kind: "prose" as const, start, end: start + line.length, headingPath: [title, `s${i}`] };
    start += line.length;
    return block;
  });
  return { type: "text", content: lines.join(""), encoding: null, blocks, warnings: [] };
}

const documents: Readonly<Record<string, (size: number) => ParsedDocument>> = {
  "one line of words": (size) => whole("prose", "word ".repeat(size / 5)),
  "one word": (size) => whole("prose", "x".repeat(size)),
  "a row of very many columns": (size) =>
    whole("table", Array.from({ length: size / 10 }, (_, i) => `c${i}: ${i}`).join("; ")),
  "blank lines": (size) => whole("prose", `a${"\n".repeat(size)}b`),
  "short lines of code": (size) => whole("code", "a;\n".repeat(size / 3)),
  "full stops": (size) => whole("prose", "A. ".repeat(size / 3)),
  "one character of many marks": (size) => whole("prose", `a${"\u0301".repeat(size)}`),
  "sections under one long title": underLongTitle,
};

/** Characters that were counted in all, and at most between two turns. */
function cost(document: ParsedDocument): { all: number; atOnce: number; chunks: number } {
  let all = 0;
  let since = 0;
  let atOnce = 0;
  const cutting = cutDocument(document, { maxTokens: 64 }, (text) => {
    all += text.length;
    since += text.length;
    atOnce = Math.max(atOnce, since);
    return countWords(text);
  });
  for (;;) {
    const step = cutting.next();
    since = 0;
    if (step.done) return { all, atOnce, chunks: step.value.length };
  }
}

describe.each(Object.entries(documents))("%s", (_, make) => {
  test("twice the size is twice the work, in small steps", () => {
    const size = 120_000;
    const [once, twice] = [cost(make(size)), cost(make(2 * size))];
    expect(once.chunks).toBeGreaterThan(0);
    expect(twice.all / once.all).toBeLessThan(2.3);
    expect(twice.all).toBeLessThan(60 * 2 * size);
    expect(twice.atOnce).toBeLessThan(10_000);
  });
});
