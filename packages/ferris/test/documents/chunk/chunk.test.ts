/** Chunks: no text lost, true places, no chunk over the limit, the same for the same file. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { chunkDocument, defaultChunkerSettings } from "../../../src/documents/chunk/chunk.ts";
import type { Block, Chunk, ParsedDocument } from "../../../src/documents/document.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { UsageError } from "../../../src/errors.ts";
import { countWords } from "../../indexing/support/words-embedder.ts";
import { randomFrom, randomMarkdown } from "../support/random-documents.ts";

async function chunksOf(text: string, maxTokens = 40, path = "/a.md"): Promise<Chunk[]> {
  return chunkDocument(await parseDocument(path, Buffer.from(text)), { maxTokens }, countWords);
}

/** Everything that must hold of any chunking of a file. */
function checkChunks(bytes: Uint8Array, document: ParsedDocument, chunks: readonly Chunk[], maxTokens: number): void {
  const { content } = document;
  const lines = content.split("\n");
  let position = 0;
  for (const chunk of chunks) {
    // In order, nothing but white space between two chunks, no overlap.
    const start = content.indexOf(chunk.text, position);
    expect(content.slice(position, start).trim()).toBe("");
    position = start + chunk.text.length;
    expect(chunk.tokens).toBe(countWords(chunk.embeddingText));
    expect(chunk.tokens).toBeLessThanOrEqual(maxTokens);
    expect(chunk.embeddingText.endsWith(chunk.text)).toBe(true);
    // Places are the file's.
    expect(lines.slice(chunk.startLine - 1, chunk.endLine).join("\n")).toContain(chunk.text);
    expect(Buffer.from(bytes.subarray(chunk.startByte!, chunk.endByte!)).toString()).toBe(chunk.text);
    // No character is cut in two.
    expect(chunk.text).not.toMatch(/\p{Cs}/u);
  }
  expect(content.slice(position).trim()).toBe("");
}

describe("chunkDocument", () => {
  test("the file's name is read with text that no heading names, and with code", async () => {
    const embedded = async (path: string, text: string) => {
      const document = await parseDocument(path, Buffer.from(text));
      return chunkDocument(document, { maxTokens: 40 }, countWords, "Front Door").map((chunk) => chunk.embeddingText);
    };
    expect(await embedded("/a.txt", "the code is 700")).toEqual(["Front Door\nthe code is 700"]);
    expect(await embedded("/a.md", "# Keys\n\nwhere they are")).toEqual(["# Keys\n\nwhere they are"]);
    expect(await embedded("/a.py", "def open():\n    return 700\n")).toEqual([
      "Front Door > open\ndef open():\n    return 700",
    ]);
  });

  test("300 random documents: all text, in order, within the limit, at its true place, twice the same", async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomFrom(seed);
      const bytes = Buffer.from(randomMarkdown(random));
      const maxTokens = 20 + Math.floor(random() * 80);
      const document = await parseDocument(random() < 0.8 ? "/a.md" : "/a.txt", bytes);
      const chunks = chunkDocument(document, { maxTokens }, countWords);
      try {
        checkChunks(bytes, document, chunks, maxTokens);
        expect(chunkDocument(document, { maxTokens }, countWords)).toEqual(chunks);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  });

  test("real READMEs and sources", async () => {
    const require = createRequire(import.meta.url);
    const folders = ["markdown-it/package.json", "vitest/package.json", "picomatch"].map((name) =>
      dirname(require.resolve(name)),
    );
    const files = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /\.(?:md|js|mjs|ts|txt)$/.test(name))
        .map((name) => join(folder, name)),
    );
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const bytes = readFileSync(file);
      const document = await parseDocument(file, bytes);
      checkChunks(bytes, document, chunkDocument(document, { maxTokens: 256 }, countWords), 256);
    }
  });

  test("a heading alone on its page is a chunk of its own: what follows is cited with its own page", async () => {
    const content = "Annual report\nPumps\nPrime the pump.";
    const document: ParsedDocument = {
      type: "pdf",
      content,
      encoding: null,
      warnings: [],
      blocks: [
        { kind: "heading", start: 0, end: 13, headingPath: ["Annual report"], page: 1 },
        { kind: "heading", start: 14, end: 19, headingPath: ["Annual report", "Pumps"], page: 2 },
        { kind: "prose", start: 20, end: 35, headingPath: ["Annual report", "Pumps"], page: 2 },
      ],
    };
    expect(chunkDocument(document, { maxTokens: 64 }, countWords)).toMatchObject([
      { text: "Annual report", page: 1 },
      { text: "Pumps\nPrime the pump.", page: 2, headingPath: ["Annual report", "Pumps"] },
    ]);
  });

  test("blocks under one heading share a chunk; headings and pages part them", async () => {
    const chunks = await chunksOf("# A\n\none\n\ntwo\n\n- three\n\n## B\n\nfour\n");
    expect(chunks.map(({ text, headingPath }) => [text, headingPath])).toEqual([
      ["# A\n\none\n\ntwo\n\n- three", ["A"]],
      ["## B\n\nfour", ["A", "B"]],
    ]);
    const content = "first page\nsecond page";
    const blocks: Block[] = [
      { kind: "prose", start: 0, end: 10, headingPath: [], page: 1 },
      { kind: "prose", start: 11, end: 22, headingPath: [], page: 2 },
    ];
    const pages = chunkDocument(
      { type: "pdf", content, encoding: null, blocks, warnings: [] },
      { maxTokens: 40 },
      countWords,
    );
    expect(pages).toMatchObject([
      { text: "first page", page: 1, startByte: null, startLine: 1 },
      { text: "second page", page: 2, endByte: null, startLine: 2 },
    ]);
  });

  test("what is embedded starts with the headings that the text does not show", async () => {
    const chunks = await chunksOf(`# Guide\n\n## Setup\n\n${"Install it now. ".repeat(30)}`);
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks[0].embeddingText).toMatch(/^# Guide\n\n## Setup\n\nInstall/);
    expect(chunks[1].embeddingText).toMatch(/^Guide > Setup\nInstall/);
    const [, deeper] = await chunksOf("# Guide\n\nintro\n\n## Setup\n\ntext");
    expect(deeper.embeddingText).toBe("Guide\n## Setup\n\ntext");
  });

  test("a heading is never left alone before a text that is too long to fit beside it", async () => {
    const paragraph = `${"word ".repeat(35)}end.`;
    const [first] = await chunksOf(`# A heading\n\n${paragraph}`);
    expect(first.text).toContain("# A heading\n\nword");
  });

  test("a heading path that is too long gives up its outer headings, then its tail", async () => {
    const chunks = await chunksOf(`# ${"outer ".repeat(20)}\n\nx\n\n## inner\n\n### leaf\n\n${"text ".repeat(60)}`);
    expect(chunks.at(-1)!.embeddingText).toMatch(/^inner > leaf\ntext/);
    expect(chunks.at(-1)!.headingPath).toHaveLength(3);
    const long = await chunksOf(`# ${"outer ".repeat(30)}\n\n${"text ".repeat(60)}`);
    expect(long.at(-1)!.embeddingText).toMatch(/^(?:outer ){3,8}outer\ntext/);
  });

  test("long texts are cut at sentences, lists at items, code at lines; parts are about equal", async () => {
    for (const { text } of await chunksOf("A first sentence stands here. ".repeat(40), 60, "/a.txt"))
      expect(text).toMatch(/^A.*\.$/);
    for (const { text } of await chunksOf("- an item of the list\n".repeat(40))) expect(text).toMatch(/^- .*list$/s);
    for (const { text } of await chunksOf("  call(argument);\n".repeat(60), 40, "/a.js"))
      expect(text).toMatch(/^  call.*;$/s);
    const sizes = (await chunksOf("word ".repeat(100), 64, "/a.txt")).map((chunk) => chunk.tokens);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(20);
  });

  test("a tokenizer that reads a megabyte as one unknown word does not make one chunk of it", async () => {
    const unknown = (text: string) => 2 + (text.match(/\S+/g)?.length ?? 0);
    const document = await parseDocument("/a.txt", Buffer.from("x".repeat(2 ** 20)));
    const chunks = chunkDocument(document, { maxTokens: 64 }, unknown);
    expect(chunks.map((chunk) => chunk.text).join("")).toBe(document.content);
    expect(Math.max(...chunks.map((chunk) => chunk.text.length))).toBeLessThanOrEqual(64 * 16);
  });

  test("megabytes of white space before, between and after are not text", async () => {
    for (const gap of [" ".repeat(2 ** 20), "\n".repeat(2 ** 20), "\n \n".repeat(2 ** 18)]) {
      const chunks = await chunksOf(`${gap}a${gap}b${gap}`, 40, "/a.txt");
      expect(chunks.map((chunk) => chunk.text.replaceAll(/\s+/g, "")).join("")).toBe("ab");
    }
    expect(await chunksOf("\n\n \n")).toEqual([]);
  });

  test("a prompt counts; settings without room for text are an error with the limits", async () => {
    const document = await parseDocument("/a.txt", Buffer.from("word ".repeat(100)));
    const withPrompt = (text: string) => countWords(text) + 10;
    for (const chunk of chunkDocument(document, { maxTokens: 40 }, withPrompt)) {
      expect(withPrompt(chunk.embeddingText)).toBeLessThanOrEqual(40);
      expect(chunk.tokens).toBe(withPrompt(chunk.embeddingText));
    }
    expect(() => chunkDocument(document, { maxTokens: 27 }, withPrompt)).toThrow(UsageError);
    expect(() => chunkDocument(document, { maxTokens: 27 }, withPrompt)).toThrow(/27: .* at least 28; .* 12 of them/);
    expect(defaultChunkerSettings(8192)).toEqual({ maxTokens: 256 });
    expect(defaultChunkerSettings(128)).toEqual({ maxTokens: 128 });
  });
});
