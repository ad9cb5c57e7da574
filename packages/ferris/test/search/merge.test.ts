/** Results of several indexes in one order: by what can be compared, each index's own order kept, copies joined. */
import { describe, expect, test } from "vitest";
import { mergeAnswers } from "../../src/search/merge.ts";
import type { SearchAnswer, SearchResult } from "../../src/search/result.ts";

const words = "one two three four five six seven eight nine ten eleven twelve thirteen";

function result(path: string, values: Partial<SearchResult>): SearchResult {
  return {
    path,
    text: `${path} ${words} ${path}`,
    startLine: 1,
    endLine: 1,
    copies: [],
    coverage: 0,
    ...values,
  } as SearchResult;
}

function answer(noiseFloor: number | null, ...results: SearchResult[]): SearchAnswer {
  return {
    results,
    nearestMiss: null,
    noiseFloor,
    vectorMethod: null,
    vectorShare: 1,
    unread: null,
    cut: [],
    corrections: [],
  };
}

/** Merges what the indexes of these names answer. */
const merged = (answers: Record<string, SearchAnswer>, limit = 10) =>
  mergeAnswers(
    Object.entries(answers).map(([from, given]) => ({ from, answer: given })),
    limit,
  );
const paths = (results: ReturnType<typeof merged>): string[] => results.map(({ result: { path } }) => path);
const scored = { rerankScore: null, bm25: null };

describe("answers of several indexes", () => {
  test("a cosine counts by how far it is above its own index's floor", () => {
    // One model's cosines begin at 0.8, the other's at 0.2.
    const high = answer(0.8, result("high", { ...scored, cosine: 0.85 }));
    const low = answer(0.2, result("low", { ...scored, cosine: 0.7 }));
    expect(paths(merged({ a: high, b: low }))).toEqual(["low", "high"]);
  });

  test("an index keeps its own order, and ranks are of all", () => {
    const a = answer(0.2, result("a1", { ...scored, cosine: 0.3 }), result("a2", { ...scored, cosine: 0.9 }));
    const b = answer(0.2, result("b1", { ...scored, cosine: 0.5 }));
    const all = merged({ b, a });
    expect(paths(all)).toEqual(["a1", "a2", "b1"]);
    expect(all.map(({ from, result: { rank } }) => [from, rank])).toEqual([
      ["a", 1],
      ["a", 2],
      ["b", 3],
    ]);
    expect(paths(merged({ b, a }, 2))).toEqual(["a1", "a2"]);
  });

  test("words alone count by how many of them there are", () => {
    const a = answer(null, result("half", { ...scored, cosine: null, coverage: 0.5 }));
    const b = answer(null, result("all", { ...scored, cosine: null, coverage: 1 }));
    expect(paths(merged({ a, b }))).toEqual(["all", "half"]);
  });

  test("a reranker's scores decide where all have one", () => {
    const a = answer(0.2, result("a", { cosine: 0.9, coverage: 1, rerankScore: 0.1 }));
    const b = answer(0.2, result("b", { cosine: 0.3, coverage: 0, rerankScore: 0.7 }));
    expect(paths(merged({ a, b }))).toEqual(["b", "a"]);
  });

  test("the same passage in two indexes is one result with a copy", () => {
    const same = { ...scored, cosine: 0.9, text: words };
    const a = answer(0.2, result("a", same));
    const b = answer(0.2, result("b", { ...same, cosine: 0.8 }));
    const [only, second] = merged({ a, b });
    expect(second).toBeUndefined();
    expect(only!.result.copies).toEqual([{ path: "b", startLine: 1, endLine: 1 }]);
  });
});
