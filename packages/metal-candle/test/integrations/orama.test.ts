/** metal-candle/orama in the real Orama: what is inserted and what is searched for get their vectors, each with its prompt. */
import { create, getByID, insert, insertMultiple, search, update } from "@orama/orama";
import { describe, expect, test } from "vitest";
import { EmbeddingModel, InvalidArgumentError } from "../../src/index.ts";
import { oramaEmbeddings, vectorType } from "../../src/integrations/orama.ts";
import { expectSide, expectVector, quiet, useLibrary } from "./support.ts";

const library = useLibrary();

function database() {
  const plugin = oramaEmbeddings({ model: library.model, properties: ["title", "meta.text"] });
  const db = create({
    schema: { title: "string", meta: { text: "string" }, embedding: vectorType(library.model) } as const,
    plugins: [plugin],
  });
  return { db, plugin };
}
const vectorIn = (db: ReturnType<typeof database>["db"], id: string): number[] =>
  (getByID(db, id) as unknown as { embedding: number[] }).embedding;

describe("oramaEmbeddings", () => {
  test("documents are passages, of all the properties together", async () => {
    const { db } = database();
    const id = await insert(db, { title: "Keys", meta: { text: "a text" } });
    await expectSide(library.model, vectorIn(db, id), "Keys\na text", "passage");
  });

  test("insertMultiple waits for vectors; embedAll makes them in one batch, before", async () => {
    const { db, plugin } = database();
    const documents = ["a text", "another one", "a third"].map((text) => ({ title: "T", meta: { text } }));
    const before = library.model.stats().batches;
    await plugin.embedAll(documents);
    expect(library.model.stats().batches).toBe(before + 1);
    const ids = await insertMultiple(db, documents);
    expect(library.model.stats().batches).toBe(before + 1);
    const more = await insertMultiple(db, [{ title: "T", meta: { text: "late" } }]);
    await expectSide(library.model, vectorIn(db, more[0]), "T\nlate", "passage");
    await expectSide(library.model, vectorIn(db, ids[2]), "T\na third", "passage");
  });

  test("a document that was read back and changed gets another vector", async () => {
    const { db } = database();
    const id = await insert(db, { title: "Keys", meta: { text: "a text" } });
    const read = { ...(getByID(db, id) as object), title: "Locks" };
    const next = await update(db, id, read as never);
    await expectSide(library.model, vectorIn(db, next), "Locks\na text", "passage");
    const same = getByID(db, next) as unknown as { title: string };
    same.title = "Doors";
    const last = await update(db, next, same as never);
    await expectSide(library.model, vectorIn(db, last), "Doors\na text", "passage");
  });

  test.each(["vector", "hybrid"] as const)("a %s search asks with the term as a query", async (mode) => {
    const { db } = database();
    const ids = await insertMultiple(db, [
      { title: "a", meta: { text: "some text" } },
      { title: "b", meta: { text: "entirely different words about bread" } },
    ]);
    const params = { mode, term: "some text", includeVectors: true } as { vector?: { value: number[] } };
    const { hits } = await search(db, params as never);
    await expectSide(library.model, params.vector!.value, "some text", "query");
    // Nothing is left out for a cosine below Orama's 0.8.
    expect(new Set(hits.map(({ id }) => id))).toEqual(new Set(ids));
  });

  test("a vector that the caller brings is left alone, and a search for words alone gets none", async () => {
    const { db, plugin } = database();
    await insert(db, { title: "a", meta: { text: "some text" } });
    const value = Array.from(await library.model.embed("a\nsome text", { promptName: "passage" }));
    const { hits } = await search(db, { mode: "vector", vector: { property: "embedding", value } } as never);
    expect(hits).toHaveLength(1);
    expect(hits[0].score).toBeCloseTo(1, 5);
    // Orama's search leaves null where the document's vector was, which Orama's update then refuses; embedAll gives the vector back.
    const found = getByID(db, hits[0].id)!;
    expect((found as unknown as { embedding: null }).embedding).toBeNull();
    await plugin.embedAll([found]);
    const next = await update(db, hits[0].id, found);
    expectVector(vectorIn(db, next), value);
    const words = { term: "some" } as { vector?: unknown };
    await search(db, words as never);
    expect(words.vector).toBeUndefined();
  });

  test("a search without a term and properties that are none are errors", async () => {
    const { db } = database();
    await insert(db, { title: "a", meta: { text: "some text" } });
    await expect(search(db, { mode: "vector" } as never)).rejects.toThrow(InvalidArgumentError);
    expect(() => oramaEmbeddings({ model: library.model, properties: [] })).toThrow(InvalidArgumentError);
  });

  test("the schema's type is as wide as the vectors", async () => {
    const cut = await EmbeddingModel.load(library.model.info().folder, { ...quiet, dimensions: 8 });
    expect([vectorType(library.model), vectorType(cut)]).toEqual([
      `vector[${library.model.info().dimensions}]`,
      "vector[8]",
    ]);
    await cut.close();
  });
});
