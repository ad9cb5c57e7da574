/** Reading on: lines of a document put together from its chunks, held against the document's own lines. */
import { describe, expect, test } from "vitest";
import { chunkDocument } from "../../src/documents/chunk/chunk.ts";
import { parseDocument } from "../../src/documents/parse/parse.ts";
import { readAround, readDocument } from "../../src/search/passage.ts";
import type { StoredChunk, StoredDocument, StoreReader } from "../../src/store/store.ts";

/** A store that holds one document, cut into chunks of at most 30 words. */
async function storeOf(path: string, text: string): Promise<StoreReader> {
  const document = await parseDocument(path, Buffer.from(text));
  const cut = chunkDocument(document, { maxTokens: 30 }, (words) => words.split(/\s+/).filter(Boolean).length);
  const chunks = cut.map((chunk, i): StoredChunk => ({
    ...chunk,
    hash: "",
    id: i + 1,
    documentId: 1,
    path,
    type: document.type,
    title: null,
    lineBasis: "file",
    ordinal: i,
  }));
  return {
    chunks: async (ids: readonly number[]) => chunks.filter(({ id }) => ids.includes(id)),
    chunksOf: async () => chunks,
    document: async (asked: string) => (asked === path ? ({ id: 1 } as StoredDocument) : null),
  } as unknown as StoreReader;
}

const paragraphs = Array.from({ length: 12 }, (_, i) => `Paragraph ${i} has ten words and says nothing else.`);
const texts: [path: string, text: string][] = [
  ["/one-blank.txt", paragraphs.join("\n\n")],
  ["/many-blank.txt", `\n\n${paragraphs.join("\n\n\n \t\n")}\n`],
  ["/windows.txt", paragraphs.join("\r\n\r\n\r\n")],
  ["/headings.md", paragraphs.map((text, i) => `## Section ${i}\n\n${text}\n\n`).join("\n")],
  ["/code.ts", paragraphs.map((text, i) => `function f${i}() {\n  return "${text} ${text}";\n}\n\n`).join("")],
];

describe("lines of a document", () => {
  test.each(texts)("%s: as many as were asked for, each with its own text", async (path, text) => {
    const store = await storeOf(path, text);
    expect((await store.chunksOf(1)).length).toBeGreaterThan(3);
    const fileLines = text.trimEnd().split(/\r?\n/);
    for (let from = 1; from <= fileLines.length; from++) {
      const count = Math.min(6, fileLines.length - from + 1);
      const { lines } = (await readDocument(store, path, { from, count: 6 }))!;
      expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, i) => from + i));
      expect(lines.map((line) => line.text.trim())).toEqual(
        fileLines.slice(from - 1, from - 1 + count).map((line) => line.trim()),
      );
    }
  });

  test("a chunk's own lines are as many as it has", async () => {
    const [path, text] = texts[1]!;
    const store = await storeOf(path, text);
    for (const { id, startLine, endLine, text: own } of await store.chunksOf(1)) {
      const { lines } = (await readAround(store, id))!;
      expect(lines.map((line) => line.text).join("\n")).toBe(own);
      expect([lines[0]!.number, lines.at(-1)!.number]).toEqual([startLine, endLine]);
    }
  });

  test("a line that was cut into several chunks is one line", async () => {
    const line = paragraphs.join(" ");
    const store = await storeOf("/long.txt", `${line}\n\nThe end.`);
    const { lines } = (await readDocument(store, "/long.txt", { from: 1, count: 3 }))!;
    expect(lines).toEqual([
      { number: 1, text: line },
      { number: 2, text: "" },
      { number: 3, text: "The end." },
    ]);
  });

  test("tags between the texts of a page are not shown as blank lines", async () => {
    const page = `<html>\n<body>\n${paragraphs.map((text) => `<div>\n<p>${text}</p>\n</div>`).join("\n")}\n</body>\n</html>`;
    const store = await storeOf("/page.html", page);
    const { lines } = (await readDocument(store, "/page.html", { from: 1, count: 100 }))!;
    expect(lines.map(({ text }) => text).filter((text) => text !== "")).toEqual(paragraphs);
    expect(lines.length).toBeLessThan(page.split("\n").length);
  });

  test("a gap of millions of lines costs what was asked for", async () => {
    const store = await storeOf("/gap.txt", `Start.\n${"\n".repeat(3_000_000)}${paragraphs.join("\n\n")}`);
    const { lines } = (await readDocument(store, "/gap.txt", { from: 1_000_000, count: 2 }))!;
    expect(lines).toEqual([
      { number: 1_000_000, text: "" },
      { number: 1_000_001, text: "" },
    ]);
  });
});
