/**
 * No query ends in an exception, and every number in a result is inside its document: documents of every format, hostile and random queries,
 * every mode, filter and option.
 */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { processorTime } from "@ferris/testing";
import { indexPaths } from "../../src/indexing/index-folder.ts";
import { readAround } from "../../src/search/passage.ts";
import type { SearchMode } from "../../src/search/result.ts";
import { search } from "../../src/search/search.ts";
import { openIndexForWriting } from "../../src/store/index.ts";
import type { DocumentFilter, Store } from "../../src/store/store.ts";
import { randomFrom } from "../documents/support/random-documents.ts";
import { wordsEmbedder, wordsVector } from "../indexing/support/words-embedder.ts";
import { hostile, randomQuery, writeAnyDocuments } from "./support/any-query.ts";

let store: Store;
const lastLines = new Map<string, number>();

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ferris-any-query-"));
  const files = join(folder, "files");
  // Every other fixture; all of them in `.ci/run`, by the command (cli/commands/any-query.test.ts).
  writeAnyDocuments(files, 7, 2);
  store = await openIndexForWriting(join(folder, "index"), { identity: wordsEmbedder().identity });
  await indexPaths({ paths: [files], store, embedder: wordsEmbedder() });
  for (const { id, path } of await store.documents()) {
    const chunks = await store.chunksOf(id);
    lastLines.set(
      path,
      chunks.reduce((last, { endLine }) => Math.max(last, endLine), 1),
    );
  }
  return async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
}, 120_000);

const modes: readonly SearchMode[] = ["hybrid", "vector", "text"];
const filters: readonly (DocumentFilter | undefined)[] = [
  undefined,
  { paths: ["**/*.html"] },
  { exclude: ["random/**"] },
  { types: ["markdown"], excludeTypes: ["csv"], modifiedSince: 1 },
  { fields: [{ name: "tag", value: "x", isExcluded: false }] },
  { paths: ["nowhere/**"] },
];
const embed = async (queries: readonly string[]) => queries.map((query) => wordsVector(query.slice(0, 10_000)));

async function check(query: string, mode: SearchMode, more: object = {}): Promise<void> {
  const limit = 12;
  const answer = await search(store, embed, query, { mode, limit, noiseFloor: async () => 0.1, ...more });
  const { results, nearestMiss } = answer;
  expect(results.length).toBeLessThanOrEqual(limit);
  for (const result of nearestMiss ? [...results, nearestMiss] : results) {
    const { path, startLine, endLine, text, lineNumbers, snippet, startColumn, endColumn } = result;
    expect(startLine).toBeGreaterThanOrEqual(1);
    expect(endLine).toBeGreaterThanOrEqual(startLine);
    expect(endLine).toBeLessThanOrEqual(lastLines.get(path)!);
    expect(lineNumbers.length).toBe(text.split("\n").length);
    for (const number of [...lineNumbers, ...snippet.lineNumbers, snippet.startLine]) {
      expect(number).toBeGreaterThanOrEqual(startLine);
      expect(number).toBeLessThanOrEqual(endLine);
    }
    for (const { start, end } of snippet.highlights) expect(snippet.text.length >= end && end > start).toBe(true);
    for (const column of [startColumn, endColumn]) if (column !== null) expect(column).toBeGreaterThanOrEqual(1);
  }
}

describe("hostile queries", () => {
  test.each(hostile.map((query) => [query.slice(0, 40), query] as const))(
    "%j",
    async (_name, query) => {
      if (query.trim() === "") return;
      const started = processorTime();
      for (const mode of modes) await check(query, mode);
      await check(query, "hybrid", { filter: filters[2], minScore: 0.99 });
      // A megabyte of anything is bounded.
      expect(processorTime() - started).toBeLessThan(20_000);
    },
    180_000,
  );
});

test("random queries, with every mode, filter and option", async () => {
  const random = randomFrom(11);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  for (let i = 0; i < 150; i++) {
    const query = randomQuery(random);
    if (query.trim() === "") continue;
    const mode = pick(modes);
    const minScore = mode === "text" || random() < 0.6 ? undefined : random() * 2 - 1;
    await check(query, mode, {
      filter: pick(filters),
      ...(minScore === undefined ? {} : { minScore }),
      ...(random() < 0.3 ? { perDocument: 1 + Math.floor(random() * 5) } : {}),
      exact: random() < 0.2,
      ...(random() < 0.2
        ? { scoreTexts: async (_: string, texts: readonly string[]) => texts.map((text) => text.length % 7) }
        : {}),
    });
  }
}, 120_000);

test("reading around any chunk shows lines of its document", async () => {
  for (const { id, path } of await store.documents()) {
    for (const { id: chunkId, startLine } of await store.chunksOf(id)) {
      for (const range of [undefined, { from: Math.max(1, startLine - 3), count: 9 }]) {
        const passage = (await readAround(store, chunkId, range))!;
        for (const { number } of passage.lines) {
          expect(number).toBeGreaterThanOrEqual(1);
          expect(number).toBeLessThanOrEqual(lastLines.get(path)!);
        }
      }
    }
  }
}, 60_000);
