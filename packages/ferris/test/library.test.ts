/** The library facade over real files, on the CPU device. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Ferris, IndexMismatchError, IndexNotFoundError, UsageError } from "../src/index.ts";
import type { FerrisOptions, FerrisSearchOptions, LoadProgress, ModelInfo } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "ferris-library-"));
const db = join(folder, "index");
const docs = join(folder, "docs");
const quiet = { device: "cpu", onNotice: () => {} } as const;
let ferris: Ferris;

beforeAll(async () => {
  mkdirSync(docs);
  writeFileSync(join(docs, "keys.md"), "# Keys\n\nTo rotate a key, create the second one first.\n");
  writeFileSync(join(docs, "bread.txt"), "Knead the dough for ten minutes and let it rise in a warm place.\n");
  ferris = await Ferris.open({ db, ...quiet });
  await ferris.index([docs]);
});
afterAll(async () => {
  await ferris.close();
  rmSync(folder, { recursive: true });
});

describe("Ferris", () => {
  test("has nothing to search before it has indexed; then indexes, and says what it did", async () => {
    // Types of the public signatures can be named: this file would not compile without them.
    const onDownload: FerrisOptions["onDownload"] = (progress: LoadProgress) => void progress;
    const fresh = await Ferris.open({ db: join(folder, "fresh"), ...quiet, onDownload });
    await expect(fresh.search("anything")).rejects.toThrow(IndexNotFoundError);
    const none: ModelInfo | null = await fresh.modelInfo();
    expect(none).toBeNull();
    const seen: number[] = [];
    const report = await fresh.index([docs], { onProgress: ({ filesDone }) => seen.push(filesDone) });
    expect(report).toMatchObject({ added: 2, unchanged: 0, chunks: 2, interrupted: false });
    expect(seen.length).toBeGreaterThan(0);
    expect((await fresh.index([docs])).unchanged).toBe(2);
    expect(await fresh.modelInfo()).toMatchObject({ device: "cpu", id: "all-minilm-l6-v2-q8" });
    await fresh.close();
  });

  test("related finds what is near a document, and says what became of its file", async () => {
    const near = await ferris.related({ path: join(docs, "keys.md") }, { limit: 3 });
    expect(near!.results.map(({ path, stale }) => [path, stale])).toEqual([[join(docs, "bread.txt"), null]]);
    expect(await ferris.related({ path: join(docs, "none.md") })).toBeNull();
    await expect(ferris.related({ path: "" })).rejects.toThrow(UsageError);
    await expect(ferris.related({ path: docs, line: 0 })).rejects.toThrow("line is 0");
  });

  test("sort: date puts the same results newest first", async () => {
    const own = mkdtempSync(join(folder, "dates-"));
    writeFileSync(
      join(own, "old.md"),
      "---\ndate: 2019-05-01\n---\n\nRotate the key of the vault, and rotate it twice.\n",
    );
    writeFileSync(join(own, "new.md"), "---\ndate: 2024-05-01\n---\n\nA note that says key once among other things.\n");
    const dated = await Ferris.open({ db: join(own, "index"), ...quiet });
    await dated.index([own]);
    const paths = async (sort: "relevance" | "date") =>
      (await dated.search("rotate key", { mode: "text", sort })).results.map(({ path, rank }) => [rank, path]);
    expect(await paths("relevance")).toEqual([
      [1, join(own, "old.md")],
      [2, join(own, "new.md")],
    ]);
    expect(await paths("date")).toEqual([
      [1, join(own, "new.md")],
      [2, join(own, "old.md")],
    ]);
    await expect(dated.search("key", { sort: "name" as never })).rejects.toThrow("it must be one of relevance, date");
    await dated.close();
  });

  test("searches in every mode, and reads on", async () => {
    for (const mode of ["hybrid", "vector", "text"] as const) {
      const { results } = await ferris.search("rotate a key", { mode, limit: 1 });
      expect(results[0]).toMatchObject({
        rank: 1,
        path: join(docs, "keys.md"),
        startLine: 1,
        endLine: 3,
        headingPath: ["Keys"],
      });
      const passage = await ferris.read(results[0]!.chunkId, { from: 3, count: 1 });
      expect(passage?.lines).toEqual([{ number: 3, text: "To rotate a key, create the second one first." }]);
    }
    const { results } = await ferris.search("making dough", { filter: { types: ["text"] } });
    expect(results.map(({ path }) => path)).toEqual([join(docs, "bread.txt")]);
    expect(await ferris.read(999_999)).toBeNull();
    expect(await ferris.readDocument(join(folder, "elsewhere"), { from: 1, count: 1 })).toBeNull();
    await expect(ferris.search(" ")).rejects.toThrow(UsageError);
  });

  test.each<[name: string, query: unknown, options: Record<string, unknown>, message: string | RegExp]>([
    [
      "an unknown type",
      "key",
      { filter: { types: ["markdwon"] } },
      /unknown document type "markdwon".* one of markdown, /,
    ],
    ["an invalid time", "key", { filter: { modifiedSince: Number.NaN } }, "modifiedSince is NaN"],
    ["no results", "key", { limit: 0 }, "limit is 0: it must be a whole number, 1 or more"],
    ["a negative limit", "key", { limit: -1 }, "limit is -1"],
    ["half a result", "key", { limit: 2.5 }, "limit is 2.5"],
    ["a limit that is not a number", "key", { limit: Number.NaN }, "limit is NaN"],
    ["a limit in words", "key", { limit: "3" }, "limit is '3'"],
    ["no passages per document", "key", { perDocument: 0 }, "perDocument is 0: it must be a whole number, 1 or more"],
    ["a least score that is not a number", "key", { minScore: Number.NaN }, "minScore is NaN: it must be a number"],
    ["an unknown mode", "key", { mode: "fuzzy" }, "mode is 'fuzzy': it must be one of hybrid, vector, text"],
    ["a query that is not a string", 7, {}, "the query is 7: it must be a string"],
    ["no query", undefined, { mode: "text" }, "the query is undefined: it must be a string"],
  ])("search with %s is a UsageError", async (_, query, options, message) => {
    const asked = ferris.search(query as string, options as FerrisSearchOptions);
    await expect(asked).rejects.toThrow(UsageError);
    await expect(asked).rejects.toThrow(message);
  });

  test("lists, modes and lines are checked as well", async () => {
    await expect(ferris.documents({ filter: { types: ["markdwon"] } })).rejects.toThrow(
      'unknown document type "markdwon"',
    );
    await expect(ferris.evaluate([], { modes: ["fuzzy" as "text"] })).rejects.toThrow("mode is 'fuzzy'");
    const { results } = await ferris.search("rotate a key", { mode: "text" });
    const { chunkId, path } = results[0]!;
    for (const [range, message] of [
      [{ from: 0, count: 1 }, "from is 0: it must be a whole number, 1 or more"],
      [{ from: -3, count: 5 }, "from is -3"],
      [{ from: 1, count: 0 }, "count is 0: it must be a whole number, 1 or more"],
      [{ from: 1, count: Number.NaN }, "count is NaN"],
    ] as const) {
      for (const reading of [ferris.read(chunkId, range), ferris.readDocument(path, range)]) {
        const error: unknown = await reading.catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).toContain(message);
      }
    }
  });

  test("a closed one takes no more calls, and may be closed again", async () => {
    const closed = await Ferris.open({ db, ...quiet });
    await closed.search("rotate", { mode: "text" });
    await closed.close();
    const calls: Record<string, () => Promise<unknown>> = {
      search: () => closed.search("rotate", { mode: "text" }),
      index: () => closed.index([docs]),
      read: () => closed.read(1),
      readDocument: () => closed.readDocument(join(docs, "keys.md"), { from: 1, count: 1 }),
      remove: () => closed.remove([join(docs, "keys.md")]),
      compact: () => closed.compact(),
      inspect: () => closed.inspect(join(docs, "keys.md")),
      evaluate: () => closed.evaluate([], { modes: ["text"] }),
      documents: () => closed.documents(),
      statistics: () => closed.statistics(),
      modelInfo: () => closed.modelInfo(),
      vectorRetriever: () => closed.vectorRetriever(),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(error, name).toBeInstanceOf(UsageError);
      expect((error as Error).message, name).toContain("this Ferris is closed");
    }
    await closed.close();
    expect((await ferris.documents()).length).toBe(2);
  });

  test("has a cross-encoder read the best again, whose scores then decide", async () => {
    const reranker = new URL("../../metal-candle/test/goldens/tiny/bert-reranker-1/", import.meta.url).pathname;
    const twice = await Ferris.open({ db, reranker, ...quiet });
    for (const mode of ["hybrid", "text"] as const) {
      const { results } = await twice.search("key dough", { rerank: true, mode });
      const scores = results.map(({ rerankScore }) => rerankScore!);
      expect(scores.length).toBe(2);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(results.map(({ score }) => score)).toEqual(scores);
      // One that is named for this search alone, as where settings leave the choice to each question.
      const named = await ferris.search("key dough", { rerank: true, reranker, mode });
      expect(named.results.map(({ rerankScore }) => rerankScore)).toEqual(scores);
      const above = await twice.search("key dough", { rerank: true, mode, minScore: scores[0]! });
      expect(above.results.map(({ path }) => path)).toEqual([results[0]!.path]);
    }
    await twice.close();
  });

  test("two searches at once share the model", async () => {
    const [one, two] = await Promise.all([ferris.search("rotate a key"), ferris.search("making dough")]);
    expect(one.results[0]!.path).toBe(join(docs, "keys.md"));
    expect(two.results[0]!.path).toBe(join(docs, "bread.txt"));
  });

  test("lists, counts, evaluates, inspects", async () => {
    expect((await ferris.documents()).map(({ path }) => path)).toEqual([
      join(docs, "bread.txt"),
      join(docs, "keys.md"),
    ]);
    expect(await ferris.statistics()).toMatchObject({ documents: 2, chunks: 2, roots: [docs] });
    const questions = [{ id: "1", text: "swap a credential", relevant: new Map([[join(docs, "keys.md"), 1]]) }];
    const [scores] = await ferris.evaluate(questions, { modes: ["vector"] });
    expect(scores).toMatchObject({ mode: "vector", ndcg10: 1, mrr10: 1, recall100: 1, declined: null });
    const { document, chunks, maxTokens } = await ferris.inspect(join(docs, "keys.md"));
    expect(document.type).toBe("markdown");
    expect(maxTokens).toBe(256);
    expect(chunks.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([[1, 3]]);
  });

  test("asked with another model, names both", async () => {
    const model = new URL("../../metal-candle/test/goldens/tiny/bert/", import.meta.url).pathname;
    const other = await Ferris.open({ db, model, ...quiet });
    await expect(other.search("rotate a key")).rejects.toThrow(IndexMismatchError);
    await expect(other.index([docs])).rejects.toThrow(/all-minilm-l6-v2-q8.*bert/s);
    await other.close();
  });

  test("an index made with a model of its own is searched with it, and never downloads what it names", async () => {
    const model = new URL("../../metal-candle/test/goldens/tiny/bert/", import.meta.url).pathname;
    const place = join(folder, "tiny");
    const maker = await Ferris.open({ db: place, model, ...quiet });
    await maker.index([docs]);
    await maker.close();
    const finder = await Ferris.open({ db: place, ...quiet });
    await expect(finder.search("rotate a key", { mode: "vector" })).rejects.toThrow(
      /made with a model in a folder named "bert".*say where that folder is/,
    );
    expect((await finder.search("rotate", { mode: "text" })).results.length).toBe(1);
    await finder.close();
    const named = await Ferris.open({ db: place, model, ...quiet });
    expect((await named.search("rotate a key", { mode: "vector", minScore: -1 })).results.length).toBe(2);
    await named.close();
  });

  test("a run that is aborted between two files leaves what it finished, and says so", async () => {
    const place = join(folder, "aborted");
    const many = join(folder, "many");
    mkdirSync(many);
    for (let i = 0; i < 400; i++) writeFileSync(join(many, `${i}.md`), `# ${i}\n\nA note about the number ${i}.\n`);
    const stopped = await Ferris.open({ db: place, ...quiet });
    const abort = new AbortController();
    const stop = new Error("enough");
    const running = stopped.index([many], {
      signal: abort.signal,
      onProgress: ({ filesDone }) => void (filesDone > 0 && abort.abort(stop)),
    });
    const report = await running;
    expect(report.interrupted).toBe(true);
    expect((await stopped.documents()).length).toBe(report.added);
    await stopped.close();
  });

  test("what nobody listens to is a console warning, such as that an index was copied", async () => {
    const home = join(mkdtempSync(join(folder, "home-")), "a");
    mkdirSync(home);
    writeFileSync(join(home, "note.md"), "# Note\n\nA pump.\n");
    const made = await Ferris.open({ db: join(home, ".ferris"), ...quiet });
    await made.index([home]);
    await made.close();
    cpSync(home, `${home}-copy`, { recursive: true });
    const [warned, failed] = [vi.spyOn(console, "warn"), vi.spyOn(console, "error")].map((spy) =>
      spy.mockImplementation(() => {}),
    );
    onTestFinished(() => void vi.restoreAllMocks());
    const copy = await Ferris.open({ db: join(`${home}-copy`, ".ferris"), device: "cpu" });
    await copy.search("pump", { mode: "text" });
    await copy.close();
    expect(failed).not.toHaveBeenCalled();
    expect(warned!.mock.calls).toEqual([[expect.stringContaining(`The index was made in ${home} and is in`)]]);
  });

  test("forgets documents on request", async () => {
    const forgetting = await Ferris.open({ db: join(folder, "forgetting"), ...quiet });
    await forgetting.index([docs]);
    expect(await forgetting.remove([join(docs, "bread.txt")])).toBe(1);
    expect((await forgetting.documents()).length).toBe(1);
    expect(await forgetting.remove([docs])).toBe(1);
    expect((await forgetting.search("anything")).results).toEqual([]);
    await forgetting.close();
  });
});

test("ask answers with citations", async () => {
  const server = createServer((_request, response) => {
    response.end(
      `data: ${JSON.stringify({ choices: [{ delta: { content: "Second key first [1]." } }] })}\n\ndata: [DONE]\n\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const asked = await Ferris.open({ db: join(folder, "asked"), ...quiet });
  try {
    await asked.index([docs]);
    const { port } = server.address() as AddressInfo;
    const pieces: string[] = [];
    const endpoint = { baseUrl: `http://127.0.0.1:${port}/v1`, model: "test" };
    const answer = await asked.ask("how do I rotate a key", {
      endpoint,
      onPiece: (piece) => void pieces.push(piece),
    });
    expect(answer).toMatchObject({
      answered: true,
      answer: "Second key first [1].",
      model: "test",
      cited: [1],
      warnings: [],
    });
    expect(pieces.join("")).toBe(answer.answer);
    expect(answer.passages[0]!.path).toBe(join(docs, "keys.md"));
  } finally {
    await asked.close();
    server.close();
  }
});
