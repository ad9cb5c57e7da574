/**
 * Reading an index kept in a PostgreSQL: documents, chunks, and search by vector and by words. Every call sees one version of the index.
 */
import { IndexNotFoundError } from "../../errors.ts";
import { isAtOrBelow } from "../../files/paths.ts";
import { fold } from "../../words/fold.ts";
import type { LanguageCode } from "../../words/language.ts";
import { isCalled } from "../../words/names.ts";
import { keepsAll, makeDocumentTest } from "../document-filter.ts";
import { requireDimensions, requireIdentity } from "../identity.ts";
import type {
  ChunkDocuments,
  DocumentFilter,
  Hit,
  ModelIdentity,
  SearchOptions,
  StoredChunk,
  StoredDocument,
  StoreReader,
  StoreStatistics,
  TextQuery,
  VectorSearchOptions,
} from "../store.ts";
import { formsOf, phrase } from "../term-forms.ts";
import { type Collection, contentsOf, isSameCollection, languagesOf, totalsOf, unnamed } from "./collection.ts";
import type { PostgresConnection } from "./connection.ts";
import { filteredDocuments } from "./filter.ts";
import { schemaVersion } from "./migrations/all.ts";
import { PhraseCounts } from "./phrase-counts.ts";
import type { TextScope } from "./scope.ts";
import type { Sql } from "./sessions.ts";
import { nearestWord } from "./spelling.ts";
import { answered, constraintQuery, isKnown, searchText } from "./text-search.ts";
import { chunkColumns, documentColumns, parseVector, toChunk, toDocument } from "./values.ts";
import { nearestVectors } from "./vector-search.ts";
import { allOf, phraseQuery } from "./words.ts";

/** What a filter leaves. */
interface Kept {
  /** Their ids; null for all. */
  readonly documents: readonly number[] | null;
  readonly chunks: number;
}

/** Filters whose documents are remembered, by what they ask. */
const mostFilters = 16;

export class PostgresReader implements StoreReader {
  readonly path: string;
  readonly folder = null;
  readonly identity: ModelIdentity;
  /** Vectors are compared where they are: copying all of them over the network is not worth it. */
  readonly vectorSource = null;
  protected readonly connection: PostgresConnection;
  protected readonly collection: Collection;
  readonly #counts = new PhraseCounts();
  #filtered = new Map<string, Kept>();
  #filteredAt = -1;

  constructor(connection: PostgresConnection, collection: Collection) {
    this.connection = connection;
    this.collection = collection;
    this.identity = collection.identity;
    this.path = collection.name === unnamed ? connection.shown : `${connection.shown} "${collection.name}"`;
  }

  requireIdentity(identity: ModelIdentity): void {
    requireIdentity(this, identity);
  }

  async isCurrent(): Promise<boolean> {
    try {
      return await isSameCollection(this.connection, this.collection);
    } catch (error) {
      if (error instanceof IndexNotFoundError) return false;
      throw error;
    }
  }

  async document(path: string): Promise<StoredDocument | null> {
    const [row] = await this.connection.query(
      `SELECT ${documentColumns} FROM documents AS d WHERE d.collection_id = $1 AND path_key(d.path) = path_key($2)`,
      [this.collection.id, path],
    );
    return row === undefined ? null : toDocument(row);
  }

  async documents(options: { under?: readonly string[]; filter?: DocumentFilter } = {}): Promise<StoredDocument[]> {
    const { under, filter = {} } = options;
    const test = makeDocumentTest(filter);
    const { conditions, values } = filteredDocuments(filter, under, [this.collection.id]);
    const rows = await this.connection.query(
      `SELECT ${documentColumns} FROM documents AS d WHERE d.collection_id = $1 ${conditions} ORDER BY d.path`,
      values,
    );
    return rows
      .map(toDocument)
      .filter((document) => test(document) && (under?.some((folder) => isAtOrBelow(document.path, folder)) ?? true));
  }

  async chunks(ids: readonly number[]): Promise<StoredChunk[]> {
    const rows = await this.connection.query(
      `SELECT ${chunkColumns} FROM unnest($1::bigint[]) WITH ORDINALITY AS j (id, place) JOIN chunks AS c ON c.id = j.id
       JOIN documents AS d ON d.id = c.document_id WHERE c.collection_id = $2 ORDER BY j.place`,
      [ids, this.collection.id],
    );
    return rows.map(toChunk);
  }

  async chunksOf(documentId: number, from = 0, to = Number.MAX_SAFE_INTEGER): Promise<StoredChunk[]> {
    const rows = await this.connection.query(
      `SELECT ${chunkColumns} FROM chunks AS c JOIN documents AS d ON d.id = c.document_id
       WHERE c.document_id = $1 AND c.collection_id = $2 AND c.ordinal >= $3 AND c.ordinal < $4::bigint ORDER BY c.ordinal`,
      [documentId, this.collection.id, from, to],
    );
    return rows.map(toChunk);
  }

  async chunksCalled(names: readonly string[], { limit, filter }: SearchOptions): Promise<StoredChunk[]> {
    const test = makeDocumentTest(filter ?? {});
    return this.connection.read(async (sql) => {
      const found: number[] = [];
      for (const name of names) {
        const words = name.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
        const queries = words.flatMap((word) => phraseQuery(phrase(fold(word)), "C") ?? []);
        if (queries.length === 0) continue;
        const rows = await sql.query(
          `SELECT ${documentColumns} FROM documents AS d WHERE d.id IN
             (SELECT document_id FROM chunk_words WHERE collection_id = $1 AND words @@ $2::tsquery) ORDER BY d.path`,
          [this.collection.id, allOf(queries)],
        );
        for (const document of rows.map(toDocument)) {
          if (found.length >= limit) break;
          if (isCalled(document.path, name) && test(document) && !found.includes(document.id)) found.push(document.id);
        }
      }
      const rows = await sql.query(
        `SELECT ${chunkColumns} FROM unnest($1::bigint[]) WITH ORDINALITY AS j (id, place) JOIN chunks AS c ON c.document_id = j.id AND c.ordinal = 0
         JOIN documents AS d ON d.id = c.document_id ORDER BY j.place`,
        [found],
      );
      return rows.map(toChunk);
    });
  }

  async searchVectors(query: Float32Array, options: VectorSearchOptions): Promise<Hit[]> {
    requireDimensions(query, this);
    return this.connection.read(async (sql) => {
      const scope = await this.scope(sql, options.filter);
      const constraint = options.words ? await constraintQuery(scope, options.words) : null;
      return nearestVectors(scope, query, { ...options, constraint });
    });
  }

  async searchText(query: TextQuery, options: SearchOptions): Promise<Hit[]> {
    // The index of words says which chunks match in a tenth of the time that it takes to look at each; the server's estimates know that of no word in many.
    return this.connection.read(
      async (sql) => searchText(await this.scope(sql, options.filter), query, options),
      ["enable_seqscan = off"],
    );
  }

  async nearestWords(words: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.connection.read(async (sql) => {
      const scope = await this.scope(sql);
      const nearest = new Map<string, string>();
      for (const word of new Set(words)) {
        const forms = await answered(scope, formsOf({ kind: "word", text: word }, scope.languages));
        if (forms === null || (await isKnown(scope, forms))) continue;
        const found = await nearestWord(scope, word);
        if (found !== null) nearest.set(word, found);
      }
      return nearest;
    });
  }

  async languages(): Promise<readonly LanguageCode[]> {
    return languagesOf(this.connection, this.collection.id);
  }

  async vectorsOf(hashes: readonly string[]): Promise<Map<string, Float32Array>> {
    return knownVectors(this.connection, this.collection, hashes);
  }

  async vectorsOfChunks(ids: ArrayLike<number>): Promise<Float32Array> {
    const { dimensions } = this.identity;
    const rows = await this.connection.query<{ row: number; vector: string }>(
      `SELECT j.place - 1 AS row, v.vector::text AS vector FROM unnest($1::bigint[]) WITH ORDINALITY AS j (id, place)
       JOIN vectors AS v ON v.collection_id = $2 AND v.chunk_id = j.id`,
      [Array.from(ids), this.collection.id],
    );
    const all = new Float32Array(ids.length * dimensions);
    for (const { row, vector } of rows) all.set(parseVector(vector, dimensions), row * dimensions);
    return all;
  }

  async sampleVectors(count: number): Promise<Float32Array> {
    // In order of hash: as good as drawn by lot, and always the same.
    const rows = await this.connection.query<{ vector: string }>(
      `SELECT v.vector::text AS vector FROM chunks AS c JOIN vectors AS v ON v.collection_id = $1 AND v.chunk_id = c.id
       WHERE c.collection_id = $1 ORDER BY c.hash, c.id LIMIT $2`,
      [this.collection.id, count],
    );
    const { dimensions } = this.identity;
    const sample = new Float32Array(rows.length * dimensions);
    rows.forEach(({ vector }, row) => sample.set(parseVector(vector, dimensions), row * dimensions));
    return sample;
  }

  async chunkDocuments(): Promise<ChunkDocuments> {
    const rows = await this.connection.query<{ id: number; document: number }>(
      "SELECT chunk_id AS id, document_id AS document FROM vector_codes WHERE collection_id = $1 ORDER BY chunk_id",
      [this.collection.id],
    );
    return {
      ids: Float64Array.from(rows, ({ id }) => id),
      documentIds: Float64Array.from(rows, ({ document }) => document),
    };
  }

  async vectorShare(): Promise<number> {
    const { chunks, vectors } = await totalsOf(this.connection, this.collection.id);
    return chunks === 0 ? 1 : vectors / chunks;
  }

  async home(): Promise<string | null> {
    const home = await this.setting("home");
    return typeof home === "string" ? home : null;
  }

  async statistics(): Promise<StoreStatistics> {
    const { id } = this.collection;
    return this.connection.read(async (sql) => {
      const [totals] = await sql.query<
        Omit<StoreStatistics, "path" | "schemaVersion" | "identity" | "roots" | "types" | "bytes">
      >(
        `SELECT count(*) AS documents, coalesce(sum(chunks), 0)::bigint AS chunks, coalesce(sum(tokens), 0)::bigint AS tokens,
         max(indexed_time) AS "lastIndexedTime", count(*) FILTER (WHERE missing = 0) AS "documentsWithVectors",
         coalesce(sum(chunks) FILTER (WHERE missing = 0), 0)::bigint AS "chunksWithVectors" FROM documents WHERE collection_id = $1`,
        [id],
      );
      const types = await sql.query<{ type: string; count: number }>(
        'SELECT type, count(*) AS count FROM documents WHERE collection_id = $1 GROUP BY type ORDER BY type COLLATE "C"',
        [id],
      );
      const roots = await sql.query<{ path: string }>("SELECT path FROM roots WHERE collection_id = $1 ORDER BY path", [
        id,
      ]);
      // Documents and chunks share their tables with other collections: their text is what is counted.
      const [{ bytes }] = (await sql.query<{ bytes: number }>(
        `SELECT (pg_total_relation_size('chunk_words_${id}') + pg_total_relation_size('vectors_${id}') + pg_total_relation_size('vector_codes_${id}')
         + (SELECT coalesce(sum(pg_column_size(c.*)), 0) FROM chunks AS c WHERE c.collection_id = $1))::bigint AS bytes`,
        [id],
      )) as [{ bytes: number }];
      return {
        path: this.path,
        schemaVersion,
        identity: this.identity,
        ...totals!,
        bytes,
        types: Object.fromEntries(types.map(({ type, count }) => [type, count])),
        roots: roots.map(({ path }) => path),
      };
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** Null where it is not set. JSON that anybody may have put there. */
  protected async setting(key: string): Promise<unknown> {
    const [row] = await this.connection.query<{ value: unknown }>(
      "SELECT value FROM collection_settings WHERE collection_id = $1 AND key = $2",
      [this.collection.id, key],
    );
    return row?.value ?? null;
  }

  /** What a search looks in. Both arms of one search ask for its documents, often one after the other. */
  protected async scope(sql: Sql, filter?: DocumentFilter): Promise<TextScope> {
    const { id } = this.collection;
    const { totals, languages, isGraphed } = await contentsOf(sql, id);
    let kept: Kept = { documents: null, chunks: totals.chunks };
    if (filter !== undefined && !keepsAll(filter)) {
      if (this.#filteredAt !== totals.revision || this.#filtered.size >= mostFilters) this.#filtered = new Map();
      this.#filteredAt = totals.revision;
      // This version's, whatever another search finds meanwhile.
      const filtered = this.#filtered;
      const key = JSON.stringify(filter);
      kept = filtered.get(key) ?? (await this.#filterDocuments(sql, filter));
      filtered.set(key, kept);
    }
    const { documents, chunks: keptChunks } = kept;
    return { sql, collectionId: id, totals, languages, documents, keptChunks, isGraphed, counts: this.#counts };
  }

  async #filterDocuments(sql: Sql, filter: DocumentFilter): Promise<Kept> {
    const test = makeDocumentTest(filter);
    const { conditions, values } = filteredDocuments(filter, undefined, [this.collection.id]);
    const rows = await sql.query(
      `SELECT d.id, d.path, d.type, d.modified_time AS "modifiedTime", d.fields, d.chunks FROM documents AS d WHERE d.collection_id = $1 ${conditions}`,
      values,
    );
    const documents = rows.map(toDocument).filter(test);
    return { documents: documents.map(({ id }) => id), chunks: documents.reduce((sum, { chunks }) => sum + chunks, 0) };
  }
}

/** Vectors by the hash of a chunk that has one, or of a staged one. */
export async function knownVectors(
  sql: Pick<Sql, "query">,
  { id, identity: { dimensions } }: Pick<Collection, "id" | "identity">,
  hashes: readonly string[],
): Promise<Map<string, Float32Array>> {
  if (hashes.length === 0) return new Map();
  const rows = await sql.query(
    `SELECT h.hash, coalesce(
       (SELECT v.vector FROM chunks AS c JOIN vectors AS v ON v.collection_id = $1 AND v.chunk_id = c.id
        WHERE c.collection_id = $1 AND c.hash = decode(h.hash, 'hex') LIMIT 1),
       (SELECT s.vector FROM staged_vectors AS s WHERE s.collection_id = $1 AND s.hash = decode(h.hash, 'hex')))::text AS vector
     FROM unnest($2::text[]) AS h (hash)`,
    [id, [...new Set(hashes)]],
  );
  return new Map(
    rows.flatMap(({ hash, vector }) => (vector === null ? [] : [[hash, parseVector(vector, dimensions)] as const])),
  );
}
