/** A PostgreSQL finds what the embedded store finds: the same chunks in the same order, with the same scores. */
import { describe, expect, test } from "vitest";
import type { Hit, Store } from "../../../src/store/store.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, textQuery } from "../support/records.ts";
import { stores } from "../support/stores.ts";

const vocabulary =
  "run running pumps water heater install installing getUserName user_name e-mail email v1.0.21 1.0.21 東京都 京都 Größe grosse Wörterbücher naïve config configuration the of and key keys rotate rotation response suppresses mi-RNA miRNA".split(
    " ",
  );

/** Always the same. */
function* numbers(): Generator<number> {
  for (let state = 7; ;) yield (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
}

async function fill(store: Store): Promise<void> {
  const random = numbers();
  const next = (below: number): number => Math.floor(random.next().value! * below);
  const texts = (count: number): string =>
    Array.from({ length: count }, () => vocabulary[next(vocabulary.length)]).join(next(3) === 0 ? ". " : " ");
  const documents = Array.from({ length: 60 }, (_, i) => ({
    chunks: Array.from({ length: 1 + next(4) }, (_each, line) =>
      chunkRecord(`${texts(3 + next(40))} ${i}`, line + 1, next(2) === 0 ? [texts(2)] : []),
    ),
    record: documentRecord(`/docs/${texts(1)}/file-${i}.md`, { title: next(2) === 0 ? texts(2) : null }),
  }));
  const all = documents.flatMap(({ chunks }) => chunks);
  await store.putDocuments(documents, new Map(all.map(({ hash, text }) => [hash, wordsVector(text)])));
  await store.removeDocuments((await store.documents()).filter((_, i) => i % 7 === 0).map(({ path }) => path));
}

const queries = [
  "pumps",
  "running water",
  "install the heater",
  "1.0.21",
  "v1.0.21",
  "getUserName",
  "user name",
  "user_name",
  "e-mail",
  "email",
  "東京",
  "京都",
  "größe",
  "naive",
  "configur",
  "config*",
  '"rotate keys"',
  '"water heater"',
  "+pumps water",
  "keys -rotate",
  // Twice the same word, once it is stemmed: FTS5 counts both.
  "run running key keys",
  "e-mail user-name installing the user_name mi-RNA",
  "+keys",
  "the of and",
  "Wörterbuch",
  "erNam",
  "file-12",
  "docs",
];

/** Ids are each store's own: what was found is told by its text. */
async function told(store: Store, hits: readonly Hit[]): Promise<string[]> {
  return (await store.chunks(hits.map(({ chunkId }) => chunkId))).map(({ path, text }) => `${path} ${text}`);
}

/** Sums of f32 in another order: what is nearer to each other than this may change places. */
const rounding = 1e-6;

async function expectSame(
  query: string,
  both: readonly Store[],
  search: (store: Store) => Promise<Hit[]>,
): Promise<void> {
  const [ours, theirs] = await Promise.all(both.map(search));
  const [due, found] = await Promise.all([told(both[0]!, ours!), told(both[1]!, theirs!)]);
  expect(found.length, query).toBe(due.length);
  for (const [i, text] of found.entries()) {
    expect(Math.abs(theirs![i]!.score - ours![i]!.score), query).toBeLessThan(rounding);
    if (text === due[i]) continue;
    const place = due.indexOf(text);
    const tied = place < 0 ? ours!.at(-1)! : ours![place]!;
    expect(Math.abs(tied.score - ours![i]!.score), `${query}: ${text} instead of ${due[i]}`).toBeLessThan(rounding);
  }
}

const [embedded, , ...servers] = stores;

describe.each(servers)("$name beside SQLite", ({ open, isThere }) => {
  test.runIf(isThere)("by words and by meaning", async () => {
    const both = await Promise.all([embedded!.open(), open()]);
    const [ours, theirs] = both;
    await fill(ours);
    await fill(theirs);
    for (const query of queries) {
      const words = textQuery(query);
      for (const filter of [undefined, { paths: ["*1*"] }]) {
        // With few wanted, chunks that cannot be among them are not ranked.
        for (const limit of [2, 20])
          await expectSame(query, both, (store) => store.searchText(words, { limit, filter }));
        const options = { limit: 20, filter, words, exact: true };
        await expectSame(query, both, (store) => store.searchVectors(wordsVector(query), options));
      }
    }
    const typed = ["pmups", "heatr", "instaling", "rotatoin", "reponse", "supresses"];
    // The stem of `response` is no stem of itself.
    expect(await ours.nearestWords(["reponse"])).toEqual(new Map([["reponse", "response"]]));
    expect(await theirs.nearestWords(typed)).toEqual(await ours.nearestWords(typed));
    expect(await theirs.languages()).toEqual(await ours.languages());
    const called = await Promise.all([ours, theirs].map((store) => store.chunksCalled(["file-12.md"], { limit: 3 })));
    expect(called[1]!.map(({ text }) => text)).toEqual(called[0]!.map(({ text }) => text));
    expect(await theirs.sampleVectors(10)).toEqual(await ours.sampleVectors(10));
  });
});
