/** A second look reorders the head of the list and leaves the rest behind it. */
import { expect, test } from "vitest";
import { rerank } from "../../src/search/rerank.ts";
import type { FoundChunk } from "../../src/search/result.ts";

const found = Array.from({ length: 60 }, (_, i) => ({
  chunk: { id: i, headingPath: ["Book", `Chapter ${i}`], text: `text ${i}` },
  evidence: { score: 1 / (i + 1), cosine: 0.5, rerankScore: null },
})) as unknown as FoundChunk[];

test("the best fifty are put in the order of the scores, which they carry", async () => {
  let seen: readonly string[] = [];
  const ordered = await rerank(found, "a question", async (query, texts) => {
    expect(query).toBe("a question");
    seen = texts;
    return texts.map((_, i) => (i % 7) - i / 1000);
  });
  expect(seen.length).toBe(50);
  expect(seen[3]).toBe("Chapter 3\ntext 3");
  expect(ordered.slice(0, 3).map(({ chunk }) => chunk.id)).toEqual([6, 13, 20]);
  expect(ordered[0]!.evidence).toMatchObject({ score: 5.994, rerankScore: 5.994, cosine: 0.5 });
  expect(ordered.slice(50).map(({ chunk }) => chunk.id)).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
  expect(ordered[50]!.evidence.rerankScore).toBeNull();
});

test("nothing found is nothing asked", async () => {
  expect(await rerank([], "q", async (_query, texts) => texts.map(() => 0))).toEqual([]);
});
