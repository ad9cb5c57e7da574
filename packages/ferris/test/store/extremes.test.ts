/** What every Store takes although nobody expects it: paths and passages of any length, with any character. */
import { describe, expect, test } from "vitest";
import { chunkRecord, documentRecord, put, sha256, textQuery } from "./support/records.ts";
import { stores } from "./support/stores.ts";

describe.each(stores)("a store ($name)", ({ open, isThere }) => {
  test.runIf(isThere)("paths of any length, with any character, are found, changed and removed again", async () => {
    const store = await open();
    // Longer than a system's own: a file in an archive in an archive. No two parts alike, so that nothing makes it shorter.
    const long = `/docs/${Array.from({ length: 200 }, (_, i) => sha256(String(i)).slice(0, 30)).join("/")}`;
    const paths = [long, `${long}.md`, "/docs/a\0b", "/docs/'; DROP TABLE documents; --", "/docs/käse/\u{1F600}.md"];
    for (const path of paths) await put(store, path, ["before"]);
    for (const path of paths) await put(store, path, [`after ${path.length}`]);
    await store.addRoots([long, "/docs"]);
    expect((await store.statistics()).roots).toEqual(["/docs", long]);
    for (const path of paths) {
      const document = await store.document(path);
      expect((await store.chunksOf(document!.id)).map(({ text }) => text)).toEqual([`after ${path.length}`]);
      await store.updateDocument(path, { ...documentRecord(path), size: 99 });
      expect(await store.document(path)).toMatchObject({ id: document!.id, size: 99 });
    }
    expect(await store.documents({ under: [long.slice(0, long.lastIndexOf("/"))] })).toHaveLength(2);
    await store.forgetRoots([long]);
    expect((await store.statistics()).roots).toEqual(["/docs"]);
    expect(await store.removeDocuments(paths)).toBe(paths.length);
  });

  test.runIf(isThere)("vectors keep their bits: zeros with a sign, the smallest and the largest numbers", async () => {
    const store = await open();
    const chunk = chunkRecord("numbers");
    const vector = Float32Array.from({ length: 32 }, (_, i) => [-0, 0, 1e-45, -1e-40, 3e18, 1 / 3, -1e-7][i % 7]!);
    await store.putDocuments(
      [{ record: documentRecord("/numbers"), chunks: [chunk] }],
      new Map([[chunk.hash, vector]]),
    );
    const [{ id }] = await store.chunksOf((await store.document("/numbers"))!.id);
    const bits = (of: Float32Array): Uint32Array => new Uint32Array(of.buffer, of.byteOffset, of.length);
    expect(bits(await store.vectorsOfChunks([id]))).toEqual(bits(vector));
  });

  test.runIf(isThere)("a passage of a megabyte without a known word is kept, and found by how it begins", async () => {
    const store = await open();
    const words = Array.from({ length: 9_000 }, (_, i) => `w${sha256(String(i))}${sha256(`${i} again`)}`);
    await put(store, "/data", [words.join(" ")]);
    expect(await store.searchText(textQuery(words[0]!), { limit: 1 })).toHaveLength(1);
    const [chunk] = await store.chunksOf((await store.document("/data"))!.id);
    expect(chunk!.text.length).toBeGreaterThan(1_000_000);
  });
});
