/**
 * ferris/langchain: a retriever over an index, for LangChain.js. Needs @langchain/core, whose class it extends.
 */
import type { CallbackManagerForRetrieverRun } from "@langchain/core/callbacks/manager";
import { Document } from "@langchain/core/documents";
import { BaseRetriever, type BaseRetrieverInput } from "@langchain/core/retrievers";
import type { Ferris } from "../ferris.ts";
import type { FerrisSearchOptions } from "../options.ts";
import type { SearchResult } from "../search/result.ts";

/** LangChain's own, and those of Ferris.search. */
export interface FerrisRetrieverInput extends BaseRetrieverInput, Omit<FerrisSearchOptions, "signal"> {
  /** An open index; it stays its owner's to close. */
  readonly ferris: Ferris;
}

/** Where a passage stands, and how well it answers. */
export interface FerrisDocumentMetadata {
  /** The file's absolute path. */
  source: string;
  title: string | null;
  type: string;
  headingPath: readonly string[];
  startLine: number;
  endLine: number;
  page: number | null;
  score: number;
  cosine: number | null;
}

/**
 * Finds passages by meaning and by words; no document where nothing is relevant.
 *
 * @example
 * import { Ferris } from "ferris";
 * import { FerrisRetriever } from "ferris/langchain";
 * const ferris = await Ferris.open({ db: "index" });
 * await ferris.index(["notes"]);
 * const retriever = new FerrisRetriever({ ferris, limit: 4 });
 * const [first] = await retriever.invoke("how do I rotate a key");
 * console.log(first?.pageContent, first?.metadata.source, first?.metadata.startLine);
 * await ferris.close();
 */
export class FerrisRetriever extends BaseRetriever<FerrisDocumentMetadata> {
  override lc_namespace = ["ferris", "retrievers"];
  readonly #ferris: Ferris;
  readonly #options: FerrisSearchOptions;

  static override lc_name(): string {
    return "FerrisRetriever";
  }

  constructor({ ferris, callbacks, tags, metadata, verbose, ...options }: FerrisRetrieverInput) {
    super(
      Object.fromEntries(
        Object.entries({ callbacks, tags, metadata, verbose }).filter(([, value]) => value !== undefined),
      ),
    );
    this.#ferris = ferris;
    this.#options = options;
  }

  /** @throws what Ferris.search throws */
  override async _getRelevantDocuments(
    query: string,
    _runManager?: CallbackManagerForRetrieverRun,
  ): Promise<Document<FerrisDocumentMetadata>[]> {
    const { results } = await this.#ferris.search(query, this.#options);
    return results.map(asDocument);
  }
}

function asDocument(result: SearchResult): Document<FerrisDocumentMetadata> {
  const { path, title, type, headingPath, startLine, endLine, page, score, cosine } = result;
  const metadata = { source: path, title, type, headingPath, startLine, endLine, page, score, cosine };
  return new Document({ id: String(result.chunkId), pageContent: result.text, metadata });
}
