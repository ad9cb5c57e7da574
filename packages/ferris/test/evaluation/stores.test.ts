/** Every store answers a set of questions as well as every other: by words, by meaning, and by both. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readCorpus, readQuestions } from "../../src/evaluation/beir.ts";
import { corpusId, indexCorpus } from "../../src/evaluation/corpus-index.ts";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { wordsEmbedder, wordsVector } from "../indexing/support/words-embedder.ts";
import { stores } from "../store/support/stores.ts";

const handbook = fileURLToPath(new URL("fixtures/handbook", import.meta.url));

/** Least nDCG@10, with a model that counts words. */
const bars = { vector: 0.3, text: 0.4, hybrid: 0.4 } as const;

const scoresOf = async ({ open }: (typeof stores)[number]) => {
  const store = await open();
  await indexCorpus(readCorpus(handbook), store, wordsEmbedder());
  const scores = await evaluate(
    store,
    async (texts) => texts.map((text) => wordsVector(text)),
    await readQuestions(handbook),
    {
      modes: ["vector", "text", "hybrid"],
      documentId: corpusId,
    },
  );
  return scores.map((figures) => ({ ...figures, milliseconds: 0 }));
};

const [embedded, ...others] = stores;

describe.each(others)("$name beside SQLite", (other) => {
  test.runIf(other.isThere)("the same figures, above the same bar", async () => {
    const due = await scoresOf(embedded!);
    for (const { mode, ndcg10 } of due) expect(ndcg10, mode).toBeGreaterThan(bars[mode]);
    expect(await scoresOf(other)).toEqual(due);
  });
});
