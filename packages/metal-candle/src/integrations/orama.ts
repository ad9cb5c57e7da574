/**
 * metal-candle/orama: vectors for Orama's documents and queries, as its plugin-embeddings makes them, with a model of your choice. Needs nothing of
 * Orama's own.
 */
import type { EmbeddingModel } from "../embedding-model.ts";
import { InvalidArgumentError } from "../errors.ts";

/** A document as Orama hands it over. */
type OramaDocument = Record<string, unknown>;

/** What a search is asked with, of what Orama takes. */
interface OramaSearch {
  term?: string | undefined;
  mode?: string | undefined;
  vector?: { property?: string | undefined; value?: ArrayLike<number> | undefined } | undefined;
  similarity?: number | undefined;
}

export interface OramaEmbeddingsOptions {
  /** A loaded model; it stays its owner's to close. */
  readonly model: EmbeddingModel;
  /** The properties whose text is embedded, in order; nested ones by their path, "meta.title". */
  readonly properties: readonly string[];
  /** The property of the schema that holds the vectors; "embedding" unless given. */
  readonly vectorProperty?: string | undefined;
  /**
   * The least cosine of a hit in a search that does not say; 0 unless given. Orama's own, 0.8, is more than most sentence encoders give to texts that
   * belong together.
   */
  readonly similarity?: number | undefined;
}

export interface OramaEmbeddings {
  readonly name: string;
  /**
   * Embeds documents in batches, ahead of inserting them: Orama inserts one after the other, and each would wait for a batch of its own.
   * @throws what embed throws
   */
  embedAll(documents: readonly OramaDocument[]): Promise<void>;
  beforeInsert(orama: unknown, id: string, document: OramaDocument): Promise<void>;
  beforeInsertMultiple(orama: unknown, documents: OramaDocument[]): Promise<void>;
  beforeSearch(orama: unknown, params: object): Promise<void>;
}

/**
 * The schema's type for a model's vectors: `vector[384]`.
 *
 * @example
 * import { create, insertMultiple, search } from "@orama/orama";
 * import { EmbeddingModel } from "metal-candle";
 * import { oramaEmbeddings, vectorType } from "metal-candle/orama";
 * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
 * const plugin = oramaEmbeddings({ model, properties: ["title", "text"] });
 * const db = create({ schema: { title: "string", text: "string", embedding: vectorType(model) }, plugins: [plugin] });
 * const documents = [{ title: "Bread", text: "kneading dough" }, { title: "Keys", text: "rotating a key" }];
 * await plugin.embedAll(documents);
 * await insertMultiple(db, documents);
 * const { hits } = await search(db, { mode: "hybrid", term: "how to bake a loaf" });
 * console.log(hits[0]?.document.title);
 * await model.close();
 */
export function vectorType(model: EmbeddingModel): `vector[${number}]` {
  return `vector[${model.info().dimensions}]`;
}

/**
 * A plugin for Orama's `create`. Documents get their vector when they are inserted or updated, with the model's prompt for passages; searches of
 * mode "vector" and "hybrid" get that of their term, with the prompt for queries, unless they bring one.
 *
 * @throws InvalidArgumentError without properties
 */
export function oramaEmbeddings(options: OramaEmbeddingsOptions): OramaEmbeddings {
  const { model, properties, vectorProperty = "embedding", similarity = 0 } = options;
  if (!Array.isArray(properties) || properties.length === 0) {
    throw new InvalidArgumentError("properties is empty; name the properties whose text is to be embedded.");
  }
  /**
   * What was embedded of a document: one that was read back and changed brings its old vector along, and one that Orama gave as a hit has null in its
   * place.
   */
  const embedded = new WeakMap<OramaDocument, { readonly text: string; readonly vector: number[] }>();

  const embedAll = async (documents: readonly OramaDocument[]): Promise<void> => {
    const waiting: { document: OramaDocument; text: string }[] = [];
    for (const document of documents) {
      const text = textOf(document, properties);
      const known = embedded.get(document);
      if (known?.text === text) document[vectorProperty] = known.vector;
      else waiting.push({ document, text });
    }
    if (waiting.length === 0) return;
    const vectors = await model.embed(
      waiting.map(({ text }) => text),
      { promptName: "passage" },
    );
    for (const [index, { document, text }] of waiting.entries()) {
      const vector = Array.from(vectors.at(index));
      document[vectorProperty] = vector;
      embedded.set(document, { text, vector });
    }
  };

  // Orama looks whether a hook's constructor is AsyncFunction, and waits for those alone.
  return {
    name: "metal-candle",
    embedAll,
    beforeInsert: async (_orama, _id, document) => embedAll([document]),
    // Orama 3 never calls it; that it is there makes insertMultiple wait for the other.
    beforeInsertMultiple: async (_orama, documents) => embedAll(documents),
    beforeSearch: async (_orama, params) => {
      const search = params as OramaSearch;
      if ((search.mode !== "vector" && search.mode !== "hybrid") || search.vector?.value !== undefined) return;
      if (typeof search.term !== "string" || search.term === "") {
        throw new InvalidArgumentError(`A search of mode "${search.mode}" needs a term or a vector, and has neither.`);
      }
      const value = Array.from(await model.embed(search.term, { promptName: "query" }));
      search.vector = { property: search.vector?.property ?? vectorProperty, value };
      search.similarity ??= similarity;
    },
  };
}

function textOf(document: OramaDocument, properties: readonly string[]): string {
  const texts = properties.map((path) => path.split(".").reduce<unknown>((value, key) => within(value, key), document));
  return texts.filter((text) => typeof text === "string" && text !== "").join("\n");
}

function within(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as OramaDocument)[key]
    : undefined;
}
