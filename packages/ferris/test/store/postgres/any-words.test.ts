/**
 * Any words over any small vocabulary: the server finds by them what the embedded store finds, in the same order, with the same scores. Texts and
 * queries are drawn from seeds, which a failure names; FERRIS_TEST_SEEDS=100 tries as many more.
 */
import { randomFrom } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import type { Hit, Store } from "../../../src/store/store.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, textQuery } from "../support/records.ts";
import { stores } from "../support/stores.ts";

/** Sums of f64 in another order, as parts of the score: words that most chunks have are worth a millionth. */
const rounding = 1e-9;

interface Told {
  readonly score: number;
  readonly text: string;
}

async function found(store: Store, query: string, limit: number): Promise<Told[]> {
  const hits: Hit[] = await store.searchText(textQuery(query), { limit });
  const chunks = await store.chunks(hits.map(({ chunkId }) => chunkId));
  return chunks.map(({ path, text }, i) => ({ score: hits[i]!.score, text: `${path} ${text}` }));
}

/** Equals may change places within `rounding`: at the end one of them may be left out for another. */
function expectSame(ours: readonly Told[], theirs: readonly Told[], what: string): void {
  expect(theirs.length, what).toBe(ours.length);
  for (const [i, { score }] of ours.entries())
    expect(Math.abs(theirs[i]!.score / score - 1), what).toBeLessThan(rounding);
  const last = ours.at(-1)?.score ?? 0;
  const named = (all: readonly Told[]): string[] =>
    all
      .filter(({ score }) => score > last * (1 + rounding))
      .map(({ score, text }) => `${score.toPrecision(8)} ${text}`);
  expect(named(theirs).toSorted(), what).toEqual(named(ours).toSorted());
}

async function fill(
  all: readonly Store[],
  texts: readonly (readonly [text: string, headings?: readonly string[], title?: string | null])[],
): Promise<void> {
  const documents = texts.map(([text, headings = [], title = null], i) => ({
    record: documentRecord(`/docs/${i}.md`, { title }),
    chunks: [chunkRecord(`${text} ${i}`, 1, headings)],
  }));
  const vectors = new Map(
    documents.flatMap(({ chunks }) => chunks.map(({ hash, text }) => [hash, wordsVector(text)] as const)),
  );
  for (const store of all) await store.putDocuments(documents, vectors);
}

/** Words in several forms, identifiers whose parts are words as well, and other scripts. */
const words =
  "pump pumps pumping water heater getUserName user_name user name v1.0.21 1.0.21 e-mail email water-heater größe grösse 東京都 東京 naïve naive run running keys key".split(
    " ",
  );

const [embedded, , ...servers] = stores;
const more = Array.from({ length: Number(process.env.FERRIS_TEST_SEEDS ?? 0) }, (_, i) => 1_000 + i);

describe.each(servers)("by words, $name beside SQLite", ({ open, isThere }) => {
  test.runIf(isThere).each([1, 2, 3, 762_674, ...more])("drawn from seed %i", async (seed) => {
    const both = [await embedded!.open(), await open()] as const;
    const random = randomFrom(seed);
    const next = (below: number): number => random.below(below);
    // Some words in most chunks and others in few.
    const vocabulary = Array.from({ length: 4 + next(12) }, () => words[next(words.length)]!);
    const word = (): string => vocabulary[Math.floor(next(vocabulary.length) ** 2 / vocabulary.length)]!;
    const some = (count: number, between = " "): string => Array.from({ length: count }, word).join(between);
    const longest = 2 + next(60);
    await fill(
      both,
      Array.from({ length: 250 }, () => [
        some(1 + next(longest), next(4) === 0 ? ". " : " "),
        next(3) === 0 ? [some(1 + next(3))] : [],
        next(5) === 0 ? some(2) : null,
      ]),
    );
    for (let i = 0; i < 60; i++) {
      const parts = Array.from({ length: 1 + next(4) }, () => {
        const kind = next(10);
        if (kind === 0) return `"${some(2)}"`;
        if (kind === 1) return `-${word()}`;
        return kind === 2 ? `${word().slice(0, 3)}*` : word();
      });
      const query = parts.join(" ");
      const limit = [1, 2, 5, 40][next(4)]!;
      const [ours, theirs] = await Promise.all(both.map((store) => found(store, query, limit)));
      expectSame(ours!, theirs!, `seed ${seed}, ${limit} of ${query}`);
    }
  });

  test.runIf(isThere)("of many chunks alike, one that is better by what a rough rank does not tell", async () => {
    const both = [await embedded!.open(), await open()] as const;
    const filler = "stone river cloud paper lamp ".repeat(8);
    const often = (text: string, times: number): string => `${text}. `.repeat(times);
    await fill(both, [
      // Often side by side in a long text, where others have the words so once, in short ones.
      [often("water heater", 30) + filler],
      // Often in the text, and in the heading as well.
      [often("pump", 40) + filler, ["pump", "pump pump"], "pump"],
      // As parts of identifiers alone, very often.
      [often("readUserName", 90)],
      // The same word asked for in several forms, side by side.
      [often("running keys", 12) + filler],
      ...Array.from({ length: 300 }, (_, i): [string] => [
        ["water heater", "pump pump", "user once", "running keys"][i % 4]! + (i % 3 === 0 ? " lamp" : ""),
      ]),
    ]);
    for (const query of [
      '"water heater"',
      "water heater",
      "pump",
      "pump lamp",
      "user",
      "user name",
      '"running keys"',
      "runs +keys",
      "pump user water",
    ]) {
      for (const limit of [1, 3, 10]) {
        const [ours, theirs] = await Promise.all(both.map((store) => found(store, query, limit)));
        expectSame(ours!, theirs!, `${limit} of ${query}`);
      }
    }
  });
});
