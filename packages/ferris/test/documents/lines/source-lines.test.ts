/**
 * Every printed line has the number that it has in its file: random files whose words each stand once, cut into chunks, looked up.
 */
import { describe, expect, test } from "vitest";
import { chunkDocument } from "../../../src/documents/chunk/chunk.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { linesOfChunk } from "../../../src/search/lines.ts";
import { countWords } from "../../indexing/support/words-embedder.ts";
import { randomFrom } from "../support/random-documents.ts";
import {
  randomCalendar,
  randomContacts,
  randomJson,
  randomLatex,
  randomMail,
  randomMailbox,
  randomNotebook,
  randomSubtitles,
} from "../support/random-records.ts";
import { randomCsv, randomHtml } from "../support/random-sources.ts";

const formats: readonly (readonly [path: string, make: (random: () => number) => string])[] = [
  ["/page.html", randomHtml],
  ["/table.csv", randomCsv],
  ["/message.eml", randomMail],
  ["/messages.mbox", randomMailbox],
  ["/data.json", randomJson],
  ["/book.ipynb", randomNotebook],
  ["/calendar.ics", randomCalendar],
  ["/contacts.vcf", randomContacts],
  ["/paper.tex", randomLatex],
  ["/film.srt", randomSubtitles],
];

/** The line of each word such as w17, from 1. */
function linesOfWords(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  text.split("\n").forEach((line, i) => {
    for (const [word] of line.matchAll(/w\d+/g)) lines.set(word, i + 1);
  });
  return lines;
}

describe.each(formats)("%s", (path, make) => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))("seed %i", async (seed) => {
    const text = make(randomFrom(seed));
    const expected = linesOfWords(text);
    const document = await parseDocument(path, Buffer.from(text));
    const chunks = chunkDocument(document, { maxTokens: 24 + (seed % 3) * 20 }, countWords);
    const found = new Map<string, number>();
    for (const chunk of chunks) {
      for (const line of linesOfChunk(chunk)) {
        for (const [word] of line.text.matchAll(/w\d+/g)) found.set(word, line.number);
        expect(line.number).toBeGreaterThanOrEqual(chunk.startLine);
        expect(line.number).toBeLessThanOrEqual(chunk.endLine);
      }
    }
    const wrong = [...found].filter(([word, line]) => expected.get(word) !== line);
    expect(wrong).toEqual([]);
    // What a parser leaves out, such as a picture's words in a heading, is not this test's concern.
    expect(found.size).toBeGreaterThan(expected.size * 0.6);
  });
});

test("on a long line the column says where", async () => {
  const sentences = Array.from(
    { length: 60 },
    (_, i) => `<p>The w${i} sentence has these words &amp; is one of many.</p>`,
  );
  const text = `<html>\n<body>${sentences.join("")}</body></html>`;
  const chunks = chunkDocument(await parseDocument("/a.html", Buffer.from(text)), { maxTokens: 40 }, countWords);
  const line = text.split("\n")[1]!;
  expect(chunks.length).toBeGreaterThan(10);
  for (const chunk of chunks) {
    const stretch = line.slice(chunk.startColumn! - 1, chunk.endColumn!);
    for (const [word] of chunk.text.matchAll(/w\d+/g)) expect(stretch).toContain(word);
    expect(stretch.length).toBeLessThan(chunk.text.length * 2);
    for (const { number, column, text: shown } of linesOfChunk(chunk)) {
      expect(number).toBe(2);
      expect(line.slice((column ?? 1) - 1).startsWith(shown.slice(0, 10))).toBe(true);
    }
  }
});

test.each([
  [
    "feed.rss",
    "<rss><channel><item><title>News</title>\n<description><![CDATA[",
    "]]></description></item></channel></rss>\n",
  ],
  ["page.xhtml", '<html xmlns="http://www.w3.org/1999/xhtml"><body>\n<p><![CDATA[', "]]></p></body></html>\n"],
  ["drawing.html", "<!doctype html>\n<p>See:\n<svg><text><![CDATA[", "]]></text></svg>\n"],
])("words of a CDATA section stand on their own lines: %s", async (name, before, after) => {
  const words = Array.from({ length: 12 }, (_, index) => `word${String(index).padStart(2, "0")}`);
  const file = `${before}${words.map((word) => `${word} a\n`).join("")}${after}`;
  const { content, lineRuns } = await parseDocument(`/${name}`, Buffer.from(file));
  const lines = file.split("\n");
  for (const word of words) {
    const at = content.indexOf(word);
    const line = lineRuns!.findLast(({ offset }) => offset <= at)!.line;
    expect(lines[line - 1], word).toContain(word);
  }
});
