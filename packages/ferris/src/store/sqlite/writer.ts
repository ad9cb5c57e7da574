/**
 * Changing an index kept in SQLite: documents with their chunks, words and vectors, all or nothing.
 *
 * A changed document keeps the rows of the chunks that stayed the same (by hash), so their ids, words and vectors are not
 * written again. Vectors may follow their document (pending.ts). The full-text table holds no text of its own: it is given it, with Chinese, Japanese
 * and Korean spaced out, when a chunk comes and when it goes.
 */
import { fromHex } from "#platform/bytes";
import { isAtOrBelow } from "../../files/paths.ts";
import { type Database, transaction, translated } from "./database.ts";
import { packLineRuns } from "../line-runs.ts";
import { headingSeparator } from "./rows.ts";
import { type IndexPlace, SqliteReader, bytesOf } from "./reader.ts";
import type {
  ChunkRecord,
  DocumentRecord,
  EmbeddingText,
  PendingChunk,
  PendingDocument,
  Store,
  StoredDocument,
  Work,
} from "../store.ts";
import { countPending, lessPending, pendingChunks, pendingDocuments, pendingWork, settlePending } from "./pending.ts";
import { type DocumentName, WordIndex } from "./word-index.ts";

/** Documents removed in one transaction: keeps its log small. */
const removedAtOnce = 64;

/** One without a vector needs the text to get one from. */
type NewChunk = ChunkRecord & Partial<EmbeddingText>;

export class SqliteStore extends SqliteReader implements Store {
  readonly #words: WordIndex;

  /** `database` has its tables, and nobody else writes to it. */
  constructor(database: Database, place: IndexPlace) {
    super(database, place);
    this.#words = new WordIndex(database);
  }

  async documentsWithContent(contentHash: string): Promise<StoredDocument[]> {
    return this.read(() => {
      const rows = this.database
        .prepare("SELECT path FROM documents WHERE content_hash = ? ORDER BY path")
        .all(fromHex(contentHash));
      return rows.map((row) => this.selectDocument(row.path)!);
    });
  }

  async pendingWork(): Promise<Work> {
    return this.read(() => pendingWork(this.database));
  }

  async pendingDocuments(limit: number): Promise<PendingDocument[]> {
    return this.read(() => pendingDocuments(this.database, limit));
  }

  async pendingChunks(documentId: number, after: number, limit: number): Promise<PendingChunk[]> {
    return this.read(() => pendingChunks(this.database, documentId, after, limit));
  }

  async putVectors(hashes: readonly string[], vectors: Float32Array): Promise<readonly number[]> {
    const { dimensions } = this.identity;
    const complete: number[] = [];
    this.#changing(() => {
      complete.length = 0;
      const given = new Map<string, Float32Array>();
      const came = new Map<number, string[]>();
      for (const [row, hash] of hashes.entries()) {
        given.set(hash, vectors.subarray(row * dimensions, (row + 1) * dimensions));
        for (const document of settlePending(this.database, fromHex(hash))) {
          const known = came.get(document);
          if (known) known.push(hash);
          else came.set(document, [hash]);
        }
      }
      for (const [document, those] of came) {
        if (lessPending(this.database, document, those.length) > 0) {
          for (const hash of those) this.#stage(fromHex(hash), given.get(hash)!);
        } else {
          this.#complete(document, given);
          complete.push(document);
        }
      }
    });
    return complete;
  }

  async clearStaged(): Promise<void> {
    transaction(this.database, this.path, () =>
      this.database.exec(
        "DELETE FROM staged_vectors WHERE hash NOT IN (SELECT hash FROM chunks WHERE document_id IN (SELECT document_id FROM pending_documents))",
      ),
    );
  }

  async putDocuments(
    documents: readonly { record: DocumentRecord; chunks: readonly NewChunk[] }[],
    vectors: ReadonlyMap<string, Float32Array>,
  ): Promise<readonly Work[]> {
    let work: readonly Work[] = [];
    this.#changing(() => {
      work = documents.map(({ record, chunks }) => this.#putDocument(record, chunks, vectors));
    });
    return work;
  }

  async updateDocument(path: string, record: DocumentRecord): Promise<void> {
    transaction(this.database, this.path, () => {
      const known = this.selectDocument(path);
      if (known === undefined) return;
      this.#words.rename(known.id, known, record);
      this.database
        .prepare(
          `UPDATE documents SET path = ?, type = ?, title = ?, line_basis = ?, fields = ?, size = ?, modified_time = ?, content_hash = ?, recipe = ?,
         indexed_time = ? WHERE path = ?`,
        )
        .run(...documentValues(record), Date.now(), path);
    });
  }

  async removeDocuments(paths: readonly string[]): Promise<number> {
    let removed = 0;
    for (let first = 0; first < paths.length; first += removedAtOnce) {
      this.#changing(() => {
        for (const path of paths.slice(first, first + removedAtOnce)) {
          const known = this.selectDocument(path);
          if (known === undefined) continue;
          const chunks = this.database.prepare("SELECT id FROM chunks WHERE document_id = ?").all(known.id);
          for (const chunk of chunks) this.#removeChunk(chunk.id, known);
          this.database.prepare("DELETE FROM pending_documents WHERE document_id = ?").run(known.id);
          this.database.prepare("DELETE FROM documents WHERE id = ?").run(known.id);
          removed++;
        }
      });
    }
    return removed;
  }

  async addRoots(roots: readonly string[]): Promise<void> {
    transaction(this.database, this.path, () => {
      for (const root of roots) this.database.prepare("INSERT OR IGNORE INTO roots (path) VALUES (?)").run(root);
    });
  }

  async setHome(folder: string): Promise<void> {
    if ((await this.home()) === folder) return;
    transaction(this.database, this.path, () => {
      this.database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('home', ?)").run(folder);
    });
  }

  async mounts(): Promise<string[]> {
    const row = this.read(() => this.database.prepare("SELECT value FROM meta WHERE key = 'mounts'").get()) as
      | { value: string }
      | undefined;
    if (row === undefined) return [];
    // An index may come from anybody: what it says of folders is only ever compared with paths.
    try {
      const folders: unknown = JSON.parse(row.value);
      return Array.isArray(folders) ? folders.filter((folder): folder is string => typeof folder === "string") : [];
    } catch {
      return [];
    }
  }

  async setMounts(folders: readonly string[]): Promise<void> {
    const value = JSON.stringify([...new Set(folders)].toSorted());
    if (JSON.stringify((await this.mounts()).toSorted()) === value) return;
    transaction(this.database, this.path, () => {
      this.database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('mounts', ?)").run(value);
    });
  }

  async forgetRoots(under: readonly string[]): Promise<void> {
    transaction(this.database, this.path, () => {
      const roots = this.database.prepare("SELECT path FROM roots").all() as { path: string }[];
      for (const { path } of roots.filter((root) => under.some((folder) => isAtOrBelow(root.path, folder)))) {
        this.database.prepare("DELETE FROM roots WHERE path = ?").run(path);
      }
    });
  }

  async compact(): Promise<void> {
    await this.clearStaged();
    translated(this.path, () => {
      this.database.exec("INSERT INTO chunk_words (chunk_words) VALUES ('optimize')");
      this.database.exec("VACUUM");
    });
  }

  /** A transaction that changes vectors, with their codes. */
  #changing(work: () => void): void {
    try {
      transaction(this.database, this.path, () => {
        work();
        this.codes.flush();
      });
    } finally {
      this.codes.discard();
    }
  }

  #putDocument(record: DocumentRecord, chunks: readonly NewChunk[], vectors: ReadonlyMap<string, Float32Array>): Work {
    const tokens = chunks.reduce((sum, chunk) => sum + chunk.tokens, 0);
    const known = this.selectDocument(record.path);
    if (known) this.#words.rename(known.id, known, record);
    const { id } = this.database
      .prepare(
        `INSERT INTO documents (path, type, title, line_basis, fields, size, modified_time, content_hash, recipe, chunks, tokens, indexed_time)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET type = excluded.type, title = excluded.title, line_basis = excluded.line_basis, fields = excluded.fields, size = excluded.size,
         modified_time = excluded.modified_time, content_hash = excluded.content_hash, recipe = excluded.recipe,
         chunks = excluded.chunks, tokens = excluded.tokens, indexed_time = excluded.indexed_time
       RETURNING id`,
      )
      .get(...documentValues(record), chunks.length, tokens, Date.now()) as { id: number };

    const old = new Map<string, number[]>();
    for (const row of this.database
      .prepare("SELECT id, lower(hex(hash)) AS hash FROM chunks WHERE document_id = ?")
      .iterate(id)) {
      const ids = old.get(row.hash);
      if (ids) ids.push(row.id);
      else old.set(row.hash, [row.id]);
    }
    const added: { id: number; chunk: NewChunk }[] = [];
    chunks.forEach((chunk, ordinal) => {
      const kept = old.get(chunk.hash)?.shift();
      if (kept === undefined) added.push({ id: this.#insertChunk(id, ordinal, chunk, record), chunk });
      else {
        this.database
          .prepare(
            `UPDATE chunks SET ordinal = ?, start_line = ?, end_line = ?, start_column = ?, end_column = ?, line_runs = ?,
             start_byte = ?, end_byte = ?, page = ?, is_ocr = ? WHERE id = ?`,
          )
          .run(ordinal, ...placeValues(chunk), kept);
      }
    });
    for (const gone of [...old.values()].flat()) {
      // Its text may turn up in another document of this run.
      this.#stageOf("id = ?", gone);
      this.#removeChunk(gone, record);
    }
    return this.#settleVectors(id, added, vectors);
  }

  /** Gives a document its vectors where all are known, and else notes what it waits for. */
  #settleVectors(
    documentId: number,
    added: readonly { readonly id: number; readonly chunk: NewChunk }[],
    vectors: ReadonlyMap<string, Float32Array>,
  ): Work {
    let fresh = { chunks: 0, tokens: 0 };
    const known = new Map<string, Float32Array>();
    const isAwaited = this.database.prepare("SELECT 1 FROM pending_chunks WHERE hash = ? LIMIT 1");
    for (const { id, chunk } of added) {
      const hash = fromHex(chunk.hash);
      const vector = known.get(chunk.hash) ?? vectors.get(chunk.hash) ?? this.selectVector(hash);
      const isMissing = vector === undefined && chunk.embeddingText !== undefined;
      if (!isMissing) known.set(chunk.hash, this.#checked(chunk.hash, vector));
      else {
        if (isAwaited.get(hash) === undefined) {
          fresh = { chunks: fresh.chunks + 1, tokens: fresh.tokens + chunk.tokens };
        }
        this.database
          .prepare("INSERT INTO pending_chunks (chunk_id, hash, text) VALUES (?, ?, ?)")
          .run(id, hash, chunk.embeddingText);
      }
    }
    const wasPending =
      this.database.prepare("SELECT 1 FROM pending_documents WHERE document_id = ?").get(documentId) !== undefined;
    const isPending = countPending(this.database, documentId) > 0;
    if (isPending) {
      for (const [hash, vector] of known) this.#stage(fromHex(hash), vector);
      if (!wasPending) this.#withdraw(documentId);
    } else if (wasPending) this.#complete(documentId, known);
    else for (const { id, chunk } of added) this.#putVector(id, known.get(chunk.hash)!);
    return fresh;
  }

  #insertChunk(documentId: number, ordinal: number, chunk: ChunkRecord, name: DocumentName): number {
    const headingPath = chunk.headingPath.join(headingSeparator);
    const hash = fromHex(chunk.hash);
    const { lastInsertRowid } = this.database
      .prepare(
        `INSERT INTO chunks (document_id, ordinal, hash, heading_path, text, start_line, end_line, start_column, end_column, line_runs,
         start_byte, end_byte, page, is_ocr, tokens)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(documentId, ordinal, hash, headingPath, chunk.text, ...placeValues(chunk), chunk.tokens);
    const id = Number(lastInsertRowid);
    this.#words.add(id, { headingPath, text: chunk.text, path: name.path, title: name.title });
    return id;
  }

  /** Vectors of all chunks of a document, which are in `given` or staged. */
  #complete(documentId: number, given: ReadonlyMap<string, Float32Array>): void {
    const rows = this.database
      .prepare("SELECT id, lower(hex(hash)) AS hash FROM chunks WHERE document_id = ?")
      .all(documentId) as { id: number; hash: string }[];
    for (const { id, hash } of rows) {
      this.#putVector(id, this.#checked(hash, given.get(hash) ?? this.selectVector(fromHex(hash))));
    }
  }

  /** Search by meaning does not see a document of which one vector is missing: the others wait with it. */
  #withdraw(documentId: number): void {
    this.#stageOf("document_id = ?", documentId);
    const rows = this.database
      .prepare("SELECT c.id FROM chunks AS c JOIN vectors AS v ON v.chunk_id = c.id WHERE c.document_id = ?")
      .all(documentId) as { id: number }[];
    for (const { id } of rows) this.#removeVector(id);
  }

  #checked(hash: string, vector: Float32Array | undefined): Float32Array {
    if (vector?.length === this.identity.dimensions) return vector;
    throw new TypeError(`chunk ${hash}: ${vector?.length ?? "no"} dimensions given, ${this.identity.dimensions} due`);
  }

  #stage(hash: Uint8Array, vector: Float32Array): void {
    this.database
      .prepare("INSERT OR IGNORE INTO staged_vectors (hash, vector) VALUES (?, ?)")
      .run(hash, bytesOf(vector));
  }

  /** Keeps the vectors of these chunks, those that have one. */
  #stageOf(which: "id = ?" | "document_id = ?", value: number): void {
    this.database
      .prepare(
        `INSERT OR IGNORE INTO staged_vectors (hash, vector) SELECT hash, vector FROM chunks JOIN vectors ON chunk_id = id WHERE ${which}`,
      )
      .run(value);
  }

  #putVector(chunkId: number, vector: Float32Array): void {
    this.database.prepare("INSERT INTO vectors (chunk_id, vector) VALUES (?, ?)").run(chunkId, bytesOf(vector));
    this.codes.set(chunkId, vector);
  }

  #removeVector(chunkId: number): void {
    this.database.prepare("DELETE FROM vectors WHERE chunk_id = ?").run(chunkId);
    this.codes.remove(chunkId);
  }

  #removeChunk(id: number, name: DocumentName): void {
    this.#words.remove(id, name);
    this.#removeVector(id);
    this.database.prepare("DELETE FROM pending_chunks WHERE chunk_id = ?").run(id);
    this.database.prepare("DELETE FROM chunks WHERE id = ?").run(id);
  }
}

/** Where a chunk stands, in the order of the columns. */
function placeValues(chunk: ChunkRecord) {
  const { startLine, endLine, startColumn, endColumn, lineRuns, startByte, endByte, page, isOcr } = chunk;
  return [startLine, endLine, startColumn, endColumn, packLineRuns(lineRuns), startByte, endByte, page, Number(isOcr)];
}

function documentValues(record: DocumentRecord) {
  const { path, type, title, lineBasis, fields, size, modifiedTime, contentHash, recipe } = record;
  const said = fields === null ? null : JSON.stringify(fields);
  return [path, type, title, lineBasis, said, size, modifiedTime, fromHex(contentHash), recipe];
}
