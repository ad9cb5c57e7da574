/**
 * Reading an index kept in SQLite: documents, chunks, and search by vector and by words.
 *
 * Every public method runs its statements without giving way to other work in this process, and inside one read
 * transaction where there are several, so it sees one version of the index beside a writer.
 */
import { isAtOrBelow } from "../../files/paths.ts";
import { candidatesFor, exactUpTo } from "../agreed-limits.ts";
import { chunkDocuments } from "./chunk-documents.ts";
import { chunksCalled } from "./chunks-called.ts";
import { type Database, translated } from "./database.ts";
import { makeDocumentTest } from "../document-filter.ts";
import type { LanguageCode } from "../../words/language.ts";
import { formsOf, formsOfAll } from "../term-forms.ts";
import { everyChunk, expressionFor } from "./full-text-query.ts";
import { parseIdentity, requireDimensions, requireIdentity } from "../identity.ts";
import { chunkColumns, documentColumns, type DocumentRow, toChunk, toDocument } from "./rows.ts";
import { schemaVersion } from "./schema-version.ts";
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
  VectorSource,
} from "../store.ts";
import { chunkTotals, hasPending, withVectors } from "./pending.ts";
import { nearestWord } from "./spelling.ts";
import { KeptDocuments } from "./kept-documents.ts";
import { StoredVectors } from "./stored-vectors.ts";
import { answered, constraintOf, isKnown } from "./text-constraint.ts";
import { rankByWords } from "./text-ranking.ts";
import { languagesOf } from "./word-index.ts";
import { VectorCodes } from "./vector-codes.ts";

/** Where an index is kept: a file and what lies beside it, or a page's storage. */
export interface IndexPlace {
  /** For messages; a file's, where it is one. */
  readonly path: string;
  /** Its own; null for a page's storage. */
  readonly folder: string | null;
  /** Of all that is kept there. */
  bytes(): number;
  /** Whether what is there now is still what was opened. */
  isCurrent(): boolean;
  /** After the database was closed. */
  leave(): Promise<void>;
}

export class SqliteReader implements StoreReader, VectorSource {
  readonly path: string;
  readonly folder: string | null;
  readonly identity: ModelIdentity;
  protected readonly database: Database;
  protected readonly codes: VectorCodes;
  protected readonly vectors: StoredVectors;
  readonly #kept: KeptDocuments;
  readonly #place: IndexPlace;

  /** `database` has been checked by schema.ts. */
  constructor(database: Database, place: IndexPlace) {
    const { path } = place;
    this.database = database;
    this.#place = place;
    this.path = path;
    this.folder = place.folder;
    this.identity = translated(path, () => {
      const row = database.prepare("SELECT value FROM meta WHERE key = 'identity'").get();
      return parseIdentity((row as { value: string } | undefined)?.value, path);
    });
    this.codes = new VectorCodes(database, path, this.identity.dimensions);
    this.vectors = new StoredVectors(database, path, this.identity.dimensions);
    this.#kept = new KeptDocuments(database);
  }

  requireIdentity(identity: ModelIdentity): void {
    requireIdentity(this, identity);
  }

  async document(path: string): Promise<StoredDocument | null> {
    return this.read(() => this.selectDocument(path) ?? null);
  }

  async documents(options: { under?: readonly string[]; filter?: DocumentFilter } = {}): Promise<StoredDocument[]> {
    return this.read(() => {
      const test = makeDocumentTest(options.filter ?? {});
      const { under } = options;
      const found: StoredDocument[] = [];
      for (const row of this.database.prepare(`SELECT ${documentColumns} FROM documents ORDER BY path`).iterate()) {
        const document = toDocument(row as DocumentRow);
        if (under && !under.some((folder) => isAtOrBelow(document.path, folder))) continue;
        if (test(document)) found.push(document);
      }
      return found;
    });
  }

  async chunks(ids: readonly number[]): Promise<StoredChunk[]> {
    return this.read(() => {
      const rows = this.database
        .prepare(
          `SELECT ${chunkColumns} FROM json_each(?) AS j CROSS JOIN chunks AS c ON c.id = j.value CROSS JOIN documents AS d ON d.id = c.document_id ORDER BY j.key`,
        )
        .all(JSON.stringify(ids));
      return rows.map(toChunk);
    });
  }

  async chunksOf(documentId: number, from = 0, to = Number.MAX_SAFE_INTEGER): Promise<StoredChunk[]> {
    return this.read(() => {
      const rows = this.database
        .prepare(
          `SELECT ${chunkColumns} FROM chunks AS c JOIN documents AS d ON d.id = c.document_id
           WHERE c.document_id = ? AND c.ordinal >= ? AND c.ordinal < ? ORDER BY c.ordinal`,
        )
        .all(documentId, from, to);
      return rows.map(toChunk);
    });
  }

  async searchVectors(query: Float32Array, options: VectorSearchOptions): Promise<Hit[]> {
    const { limit, filter, exact = false, onCompared } = options;
    requireDimensions(query, this);
    return this.read(() => {
      const among = this.#kept.chunkIds(filter, options.words);
      const count = among?.length ?? this.codes.count();
      const comparesAll = exact || count <= exactUpTo;
      onCompared?.(comparesAll ? "all" : "codes");
      if (comparesAll) return this.vectors.nearest(query, limit, among);
      const wanted = among && new Set(among);
      return this.vectors.nearest(
        query,
        limit,
        this.codes.best(query, candidatesFor(limit), wanted ? (id) => wanted.has(id) : undefined),
      );
    });
  }

  get vectorSource(): VectorSource {
    return this;
  }

  async compareVectors(query: Float32Array, ids: readonly number[], limit: number): Promise<Hit[]> {
    requireDimensions(query, this);
    return this.read(() => this.vectors.nearest(query, limit, ids));
  }

  async searchText(query: TextQuery, { limit, filter }: SearchOptions): Promise<Hit[]> {
    return this.read(() => {
      const constraint = constraintOf(this.database, query);
      const any = answered(this.database, formsOfAll(query.any, languagesOf(this.database))).map(expressionFor);
      // What is required is not ranked by twice, and may be all there is.
      const optional = any.filter((term) => !constraint?.all.includes(term));
      const terms = constraint && constraint.all.length > 0 ? [...optional, `"${everyChunk}"`] : optional;
      if (terms.length === 0) return [];
      return rankByWords(this.database, terms, { limit, among: this.#kept.among(filter), constraint });
    });
  }

  async chunksCalled(names: readonly string[], { limit, filter }: SearchOptions): Promise<StoredChunk[]> {
    return this.read(() => chunksCalled(this.database, names, limit, makeDocumentTest(filter ?? {})));
  }

  async vectorsOf(hashes: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.read(() => this.vectors.withHashes(hashes));
  }

  async sampleVectors(count: number): Promise<Float32Array> {
    return this.read(() => this.vectors.sample(count));
  }

  async nearestWords(words: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.read(() => {
      const languages = languagesOf(this.database);
      const nearest = new Map<string, string>();
      for (const word of new Set(words)) {
        const forms = answered(this.database, formsOf({ kind: "word", text: word }, languages));
        if (forms === null || isKnown(this.database, expressionFor(forms))) continue;
        const found = nearestWord(this.database, word);
        if (found !== null) nearest.set(word, found);
      }
      return nearest;
    });
  }

  async languages(): Promise<readonly LanguageCode[]> {
    return translated(this.path, () => languagesOf(this.database));
  }

  async revision(): Promise<number> {
    return translated(this.path, () => {
      const { data_version: version } = this.database.prepare("PRAGMA data_version").get() as { data_version: number };
      return version;
    });
  }

  async chunkIds(filter?: DocumentFilter): Promise<Float64Array> {
    return this.read(() => {
      const ids = this.#kept.chunkIds(filter);
      return ids === null ? this.codes.chunkIds() : Float64Array.from(ids).sort();
    });
  }

  async vectorsOfChunks(ids: ArrayLike<number>): Promise<Float32Array> {
    return this.read(() => this.vectors.ofChunks(ids));
  }

  async chunkDocuments(): Promise<ChunkDocuments> {
    return this.read(() => chunkDocuments(this.database, this.codes.chunkIds()));
  }

  async home(): Promise<string | null> {
    return this.read(() => {
      const row = this.database.prepare("SELECT value FROM meta WHERE key = 'home'").get() as
        | { value: string }
        | undefined;
      return row?.value ?? null;
    });
  }

  async isCurrent(): Promise<boolean> {
    return this.#place.isCurrent();
  }

  async vectorShare(): Promise<number> {
    return this.read(() => {
      if (!hasPending(this.database)) return 1;
      const { all, pending } = chunkTotals(this.database);
      return all === 0 ? 1 : (all - pending) / all;
    });
  }

  async statistics(): Promise<StoreStatistics> {
    return this.read(() => {
      const totals = this.database
        .prepare(
          `SELECT count(*) AS documents, coalesce(sum(chunks), 0) AS chunks, coalesce(sum(tokens), 0) AS tokens,
           max(indexed_time) AS lastIndexedTime FROM documents`,
        )
        .get() as Pick<StoreStatistics, "documents" | "chunks" | "tokens" | "lastIndexedTime">;
      const types = this.database
        .prepare("SELECT type, count(*) AS count FROM documents GROUP BY type ORDER BY type")
        .all();
      const roots = this.database.prepare("SELECT path FROM roots ORDER BY path").all();
      return {
        path: this.path,
        schemaVersion,
        identity: this.identity,
        ...totals,
        ...withVectors(this.database, totals),
        bytes: this.#place.bytes(),
        types: Object.fromEntries(types.map(({ type, count }) => [type, count])),
        roots: roots.map((root) => root.path),
      };
    });
  }

  async close(): Promise<void> {
    try {
      this.database.close();
    } finally {
      await this.#place.leave();
    }
  }

  protected selectDocument(path: string): StoredDocument | undefined {
    const row = this.database.prepare(`SELECT ${documentColumns} FROM documents WHERE path = ?`).get(path);
    return row && toDocument(row as DocumentRow);
  }

  /** Runs `work` on one version of the index. */
  protected read<T>(work: () => T): T {
    return translated(this.path, () => {
      this.database.exec("BEGIN");
      try {
        return work();
      } finally {
        if (this.database.isTransaction) this.database.exec("COMMIT");
      }
    });
  }
}
