/**
 * metal-candle/langchain: embeddings and a reranker for LangChain.js. Needs @langchain/core, whose classes these extend.
 */
import type { DocumentInterface } from "@langchain/core/documents";
import { Embeddings, type EmbeddingsParams } from "@langchain/core/embeddings";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { EmbeddingModel } from "../embedding-model.ts";
import type { LoadOptions, RerankerOptions } from "../options.ts";
import { Reranker } from "../reranker.ts";
import { HeldModel } from "./held-model.ts";
import { numberArrays } from "./number-arrays.ts";

/** LangChain's own, and those of EmbeddingModel.load for a model that is named. */
export interface MetalCandleEmbeddingsParams extends EmbeddingsParams, LoadOptions {
  /** A Hugging Face id or a folder, loaded with the first call; or a model that is loaded, which stays its owner's to close. */
  readonly model: string | EmbeddingModel;
}

/**
 * Documents are embedded with the model's prompt for passages, queries with that for queries.
 *
 * @example
 * import { MetalCandleEmbeddings } from "metal-candle/langchain";
 * const embeddings = new MetalCandleEmbeddings({ model: "all-minilm-l6-v2-q8" });
 * const vectors = await embeddings.embedDocuments(["kneading dough", "rotating a key"]);
 * const query = await embeddings.embedQuery("how to bake bread");
 * console.log(vectors.length, query.length);
 * await embeddings.close();
 */
export class MetalCandleEmbeddings extends Embeddings {
  readonly #model: HeldModel<EmbeddingModel>;

  constructor({ model, maxConcurrency, maxRetries, onFailedAttempt, ...options }: MetalCandleEmbeddingsParams) {
    super(given({ maxConcurrency, maxRetries, onFailedAttempt }));
    this.#model = new HeldModel(model, (name) => EmbeddingModel.load(name, options));
  }

  /** @throws what EmbeddingModel.load and embed throw */
  async embedDocuments(documents: string[]): Promise<number[][]> {
    const model = await this.#model.get();
    return numberArrays(await model.embed(documents, { promptName: "passage" }));
  }

  /** @throws what EmbeddingModel.load and embed throw */
  async embedQuery(document: string): Promise<number[]> {
    const model = await this.#model.get();
    return Array.from(await model.embed(document, { promptName: "query" }));
  }

  /** Closes the model, if it was loaded here. */
  close(): Promise<void> {
    return this.#model.close();
  }
}

/** Those of Reranker.load for a model that is named. */
export interface MetalCandleRerankParams extends RerankerOptions {
  /** The Hugging Face id or the folder of a cross-encoder, loaded with the first call; or a Reranker, which stays its owner's to close. */
  readonly model: string | Reranker;
  /** How many of the documents are kept; 3 unless given. */
  readonly topN?: number | undefined;
}

/** Keeps the documents that answer the query best, best first, each with its score as `metadata.relevanceScore`. */
export class MetalCandleRerank extends BaseDocumentCompressor {
  readonly #model: HeldModel<Reranker>;
  readonly topN: number;

  constructor({ model, topN = 3, ...options }: MetalCandleRerankParams) {
    super();
    this.topN = topN;
    this.#model = new HeldModel(model, (name) => Reranker.load(name, options));
  }

  /** @throws what Reranker.load and rank throw */
  async compressDocuments(documents: DocumentInterface[], query: string): Promise<DocumentInterface[]> {
    const model = await this.#model.get();
    const texts = documents.map(({ pageContent }) => pageContent);
    const ranked = await model.rank(query, texts, { topK: this.topN });
    return ranked.map(({ index, score }) => {
      const document = documents[index];
      return { ...document, metadata: { ...document.metadata, relevanceScore: score } };
    });
  }

  /** Closes the model, if it was loaded here. */
  close(): Promise<void> {
    return this.#model.close();
  }
}

/** Without the keys that were left out: LangChain's types do not admit undefined under exactOptionalPropertyTypes. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
