/**
 * No query ends in an exception, and every number in a result is inside its document: documents of every format, hostile and random queries,
 * every mode, filter and option.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { indexPaths } from "../../src/indexing/index-folder.ts";
import { readAround } from "../../src/search/passage.ts";
import type { SearchMode } from "../../src/search/result.ts";
import { search } from "../../src/search/search.ts";
import { openIndexForWriting } from "../../src/store/index.ts";
import type { DocumentFilter, Store } from "../../src/store/store.ts";
import { randomFrom, randomMarkdown } from "../documents/support/random-documents.ts";
import { randomCsv, randomHtml } from "../documents/support/random-sources.ts";
import { wordsEmbedder, wordsVector } from "../indexing/support/words-embedder.ts";

const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));
const shared = fileURLToPath(new URL("fixtures/shared-lines", import.meta.url));
let store: Store;
const lastLines = new Map<string, number>();

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ferris-any-query-"));
  const files = join(folder, "files");
  cpSync(fixtures, join(files, "fixtures"), { recursive: true });
  cpSync(shared, join(files, "shared"), { recursive: true });
  mkdirSync(join(files, "random"));
  const random = randomFrom(7);
  for (let i = 0; i < 6; i++) {
    writeFileSync(join(files, "random", `m${i}.md`), randomMarkdown(random));
    writeFileSync(join(files, "random", `h${i}.html`), randomHtml(random));
    writeFileSync(join(files, "random", `c${i}.csv`), randomCsv(random));
    writeFileSync(join(files, "random", `j${i}.jsonl`), `{"a": "w${i} \\n x", "b": [${i}, null]}\n`.repeat(i + 1));
  }
  writeFileSync(
    join(files, "random", "Ünïcode – 東京 (1).txt"),
    "ﬁne office ＦＥＲＲＹ e\u0301 ß ё \u200bword 👩‍👩‍👧 สวัสดีครับ مُحَمَّد 東京都の天気 바다\n",
  );
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

const hostile = [
  '"',
  '""',
  '" "',
  '"unclosed',
  "*",
  "**",
  "-",
  "--",
  "-a",
  "-abc",
  '-"',
  '-"x y"',
  "()",
  "(a OR b) AND NOT c",
  "NEAR(a b, 2)",
  "a AND",
  "NOT",
  "^a",
  "a:b",
  "text:x",
  "heading_path : a",
  "name:x",
  "{a b}: c",
  "a + b",
  "'; DROP TABLE chunks; --",
  "\0",
  "a\0b",
  '"\0"',
  "\\",
  "%",
  "_",
  "\u{FFFFD}",
  "\uD800",
  "😀",
  "👩‍👩‍👧 🇩🇪",
  "\u200b",
  "\u00ad",
  "́",
  "ﬁ",
  "東京都 の 天気",
  "สวัสดีครับ",
  "مُحَمَّد",
  "바다",
  "ё ß İ",
  "path:",
  "path:[",
  'path:"**/["',
  "path:!(",
  "path:**/*.md w1",
  "-path:** w1",
  "type:pdf w1",
  "type:nonsense",
  "since:1d w1",
  "since:99999999999y w1",
  "tag:x w1",
  "date:2025 w1",
  "-tag:x w1",
  'w1 -w2 "w3" w4* path:*.html',
  "a*",
  "w*",
  "*a",
  "1.0.21",
  "v1.2.3-rc.1",
  "a/b/c.md",
  "../../etc/passwd",
  "file.md README",
  "C++ C# #tag --x -l",
  "e.g. i.e.",
  "getUserNameFromToken",
  "proc->kp_proc.p_stat",
  "😀*",
  '"東京"*',
  "x".repeat(1_000_000),
  "w1 ".repeat(60_000),
  '"a" '.repeat(3_000),
  "-abc ".repeat(3_000) + "w1",
  "東".repeat(5_000),
  "a.b".repeat(3_000),
  "((((((".repeat(2_000),
  "a* ".repeat(3_000),
] as const;

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
      const started = performance.now();
      for (const mode of modes) await check(query, mode);
      await check(query, "hybrid", { filter: filters[2], minScore: 0.99 });
      // A megabyte of anything is bounded; the machine may be busy.
      expect(performance.now() - started).toBeLessThan(20_000);
    },
    60_000,
  );
});

test("random queries, with every mode, filter and option", async () => {
  const random = randomFrom(11);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const parts = [
    "w1",
    "w2",
    "w17",
    "the",
    "cat",
    "über",
    "export",
    "comment",
    '"',
    "-",
    "*",
    "path:",
    "type:html",
    "tag:",
    ":",
    "(",
    ")",
    "OR",
    "東京",
    "数据",
    "1.0.21",
    "a_b.c",
    "👩‍👩‍👧",
    "e\u0301",
    " ",
    " ",
    " ",
    " ",
  ];
  for (let i = 0; i < 400; i++) {
    const query = Array.from({ length: 1 + Math.floor(random() * 10) }, () => pick(parts)).join(pick(["", " "]));
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
