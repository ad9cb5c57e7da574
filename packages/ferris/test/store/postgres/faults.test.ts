/** A server that goes away in the middle, and many writers at once: nothing is half there, nothing twice. */
import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/store/postgres/connection.ts";
import { migrate } from "../../../src/store/postgres/migrate.ts";
import { storeOn } from "../../../src/store/postgres/open.ts";
import { wordsVector } from "../../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, identity, put, textQuery } from "../support/records.ts";
import { type Link, linkTo } from "../support/link.ts";
import { realConnection, realName, realUrl } from "../support/postgres.ts";

async function link(url: string, cutEvery?: number): Promise<Link> {
  const opened = await linkTo(url, cutEvery);
  onTestFinished(() => opened.close());
  return opened;
}

describe.runIf(realUrl !== null)(`faults (${realName})`, () => {
  test("a link that is cut in the middle of transactions, again and again, costs nothing but time", async () => {
    const direct = await realConnection();
    // One transaction of more statements than the link lives through.
    await migrate(direct);
    const through = await link(direct.url, 47);
    const notices: string[] = [];
    const store = await storeOn(await connect(through.url, { onNotice: (line) => notices.push(line) }), null, identity);
    const waiting = Array.from({ length: 8 }, (_, i) => ({ ...chunkRecord(`waits ${i}`), embeddingText: "x" }));
    for (let i = 0; i < 12; i++) await put(store, `/${i}`, [`common word ${i}`, "shared by all"]);
    await store.putDocuments([{ record: documentRecord("/w"), chunks: waiting }], new Map());
    for (const { hash, text } of waiting) await store.putVectors([hash], wordsVector(text));
    await store.removeDocuments(["/0", "/1"]);
    expect(notices.length).toBeGreaterThan(0);
    const statistics = await store.statistics();
    expect(statistics).toMatchObject({ documents: 11, chunks: 28, chunksWithVectors: 28 });
    expect(await store.vectorShare()).toBe(1);
    expect((await store.searchText(textQuery("common"), { limit: 99 })).length).toBe(10);
    expect((await store.searchVectors(wordsVector("shared by all"), { limit: 200 })).length).toBe(28);
    const [counted] = await direct.query(
      "SELECT (SELECT sum(chunks) FROM collection_changes) AS noted, (SELECT count(*) FROM chunk_words) AS words, (SELECT count(*) FROM vector_codes) AS codes",
    );
    expect(counted).toEqual({ noted: 28, words: 28, codes: 28 });
    await store.close();
  });

  test("a server that stays away is told, and what was written is whole", async () => {
    const direct = await realConnection();
    const through = await link(direct.url);
    const store = await storeOn(await connect(through.url, { patience: 300 }), null, identity);
    await put(store, "/a", ["before"]);
    through.refuse(true);
    through.cut();
    await expect(put(store, "/a", ["after"])).rejects.toThrow(expect.objectContaining({ code: "STORE_UNREACHABLE" }));
    through.refuse(false);
    expect((await store.searchText(textQuery("before after"), { limit: 9 })).length).toBe(1);
    await put(store, "/a", ["after"]);
    expect((await store.documents()).length).toBe(1);
    await store.close();
  });

  test("six writers at once, on the same documents and on their own", async () => {
    const direct = await realConnection();
    const stores = [];
    for (let i = 0; i < 6; i++) stores.push(await storeOn(await connect(direct.url), null, identity));
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let i = 0; i < 8; i++) {
          await put(store, `/both/${i}`, [`everybody writes ${i}`, `from writer${writer}`]);
          await put(store, `/own/${writer}/${i}`, ["the same text", `of writer${writer} alone ${i}`]);
        }
        await store.removeDocuments([`/own/${writer}/0`]);
        await store.clearStaged();
      }),
    );
    const [store] = stores;
    expect(await store!.statistics()).toMatchObject({ documents: 50, chunks: 100, chunksWithVectors: 100 });
    const [counted] = await direct.query(
      "SELECT (SELECT sum(chunks) FROM collection_changes) AS noted, (SELECT count(*) FROM chunks) AS chunks, (SELECT count(*) FROM vectors) AS vectors, (SELECT sum(words) FROM collection_changes) = (SELECT sum(size) FROM chunk_words) AS counts",
    );
    expect(counted).toEqual({ noted: 100, chunks: 100, vectors: 100, counts: true });
    await Promise.all(stores.map((each) => each.close()));
  });
});
